import assert from 'node:assert/strict'
import { test } from 'node:test'

import { festivalsOf, madeUp, monthsOf } from './calendar'
import type { CalendarDay } from './model'

const DAYS: CalendarDay[] = [
  { date: '2026-01-30', kind: 'working' },
  { date: '2026-01-31', kind: 'make_up' },
  { date: '2026-02-01', kind: 'rest' },
  { date: '2026-02-02', kind: 'holiday', name: '甲节' },
  { date: '2026-02-03', kind: 'holiday', name: '甲节' },
  { date: '2026-02-04', kind: 'holiday', name: '乙节' },
  { date: '2026-02-05', kind: 'working' },
]

test('months begin their weeks on Monday, with gaps where another month is', () => {
  const [january, february] = monthsOf(DAYS)
  assert.deepEqual(january?.weeks.map((week) => week.map((day) => day?.date.slice(8) ?? '')), [['', '', '', '', '30', '31', '']])
  assert.deepEqual(february?.weeks.map((week) => week.map((day) => day?.date.slice(8) ?? '')), [
    ['', '', '', '', '', '', '01'],
    ['02', '03', '04', '05', '', '', ''],
  ])
})

test('days off of one name in a row are one festival, and what is worked instead is listed', () => {
  assert.deepEqual(festivalsOf(DAYS), [
    { name: '甲节', from: '2026-02-02', to: '2026-02-03', days: 2 },
    { name: '乙节', from: '2026-02-04', to: '2026-02-04', days: 1 },
  ])
  assert.deepEqual(madeUp(DAYS), ['2026-01-31'])
})
