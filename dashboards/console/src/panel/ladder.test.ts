// On which rung of its ladder an unanswered order stands.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AlertRecord, Evidence } from '../api/types'
import { type Rung, dueWords, ladderOf } from './ladder'

const rung = (due: string, at: string | null, reached = false): Rung => ({ due, at, reached, before: [{ instance: 'supervision', region: '510502' }] })
const alert = (status: AlertRecord['status'], rungs: Rung[]) => ({ status, evidence: [{ kind: 'note', text: 'x' }, { kind: 'escalation', rungs }] as Evidence[] })
const places = (found: ReturnType<typeof ladderOf>) => found && [found.stands, found.next]

test('an order stands on the rung that was reached last, by its instant and not by its place in the list', () => {
  const rungs = [rung('5wd', '2026-07-25T00:00:00+08:00'), rung('late', '2026-07-18T00:00:00+08:00', true), rung('1wd before', '2026-07-16T00:00:00+08:00', true), rung('10wd', '2026-08-01T00:00:00+08:00')]
  assert.deepEqual(places(ladderOf(alert('issued', rungs))), [1, 0])
})

test('what is not reached yet, or stopped by an appeal, is neither where it stands nor what comes next', () => {
  assert.deepEqual(places(ladderOf(alert('issued', [rung('late', '2026-07-18T00:00:00+08:00'), rung('5wd', null)]))), [-1, 0])
  assert.deepEqual(places(ladderOf(alert('issued', [rung('late', '2026-07-18T00:00:00+08:00', true), rung('5wd', null)]))), [0, -1])
})

test('what was answered goes no higher', () => {
  assert.deepEqual(places(ladderOf(alert('ended', [rung('1wd before', '2026-07-16T00:00:00+08:00', true), rung('late', '2026-07-18T00:00:00+08:00')]))), [0, -1])
})

test('an alert without a ladder has none', () => {
  assert.equal(ladderOf({ status: 'issued', evidence: [{ kind: 'note', text: 'x' }] }), null)
})

test('when a rung is reached is said in words', () => {
  assert.deepEqual(dueWords('1wd before'), { zh: '届满前1个工作日', en: '1 working days before' })
  assert.deepEqual(dueWords('late'), { zh: '届满未反馈', en: 'Once it is late' })
  assert.deepEqual(dueWords('24h'), { zh: '逾期满24小时', en: '24 hours late' })
})
