// What an alert's message is told as.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NO_NAMES, Names } from '../api/names'
import type { Alert } from '../api/types'
import { headline, limitWords } from './codes'

const names = new Names({ ...NO_NAMES, control_points: { 'decide-late': '许可决定超期' } })
const of = (message: string, more: Partial<Alert> = {}) => headline({ message, level: 'red', control_point: 'decide-late', ...more } as Alert, names)

test('a message begins with what it is about', () => {
  assert.deepEqual(of('许可决定超期：时限7个工作日已于10月29日届满。依据：第八条。'), { name: '许可决定超期', text: '时限7个工作日已于10月29日届满。依据：第八条。' })
  assert.deepEqual(of('【批量补录】巡检时段 2026-11-17：共 12 件'), { name: '【批量补录】巡检时段 2026-11-17', text: '共 12 件' })
})

test('an inspection of the present has no window: its name stands in brackets', () => {
  const silent = '【断流】来源“演示·市场监管执法办案系统”自 2026-11-11 17:00 后没有报送任何数据，已超过其声明的节奏（480 分钟，按工作日的办公时间计）。'
  assert.deepEqual(of(silent, { control_point: 'inspection/Q7' }), { name: '【断流】', text: silent.slice('【断流】'.length) })
})

test('a message that names nothing is told under its control point', () => {
  assert.deepEqual(of('已超期。'), { name: '许可决定超期', text: '已超期。' })
})

test('a reminder says that nothing is overdue yet, once', () => {
  const reminder = { level: 'notice', due_at: '2026-11-30T23:59:59+08:00' } as const
  assert.equal(of('许可决定超期：期限将满', reminder).name, '许可决定超期（尚未超期）')
  assert.equal(of('临期提醒（许可决定）：期限将满', reminder).name, '临期提醒（许可决定）')
})

test('limits are told in words, unknown ones as they are', () => {
  assert.deepEqual([limitWords('20wd').zh, limitWords('3mo').zh, limitWords('soon').zh], ['20个工作日', '3个月', 'soon'])
})
