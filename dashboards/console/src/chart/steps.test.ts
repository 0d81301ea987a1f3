import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Alert, CaseRow } from '../api/types'
import { elsewhere, stepsOf } from './steps'

const NOW = Date.parse('2026-11-10T12:00:00+08:00')
const visit = (step: string, ended: string | null = null, due: string | null = null) => ({
  step,
  visit: 1,
  started_at: '2026-11-01T09:00:00+08:00',
  ended_at: ended,
  due_at: due,
  office: null,
  actor: null,
})
const known = (visits: CaseRow['visits'], closed: string | null = null) => ({ visits, closed_at: closed }) as CaseRow
const alert = (some: Partial<Alert>) => ({ status: 'issued', rule: 'T4', step: '', due_at: null, breached_at: null, ...some }) as Alert
const told = (steps: ReturnType<typeof stepsOf>) => steps.map((s) => `${s.code} ${s.progress}${s.late ? ' late' : ''}`)

test('what was left is done, where it is is current, what lies ahead is not reached', () => {
  const steps = stepsOf(['a', 'b', 'c'], known([visit('a', '2026-11-02T09:00:00+08:00'), visit('b')]), [], NOW)
  assert.deepEqual(told(steps), ['a done', 'b current', 'c not_reached'])
  assert.equal(steps[0]?.text, '已办，2026-11-01 09:00:00 至 2026-11-02 09:00:00')
})

test('a closed case is nowhere any more, and what it never was in was not on its way', () => {
  const steps = stepsOf(['a', 'b'], known([visit('a')], '2026-11-03T09:00:00+08:00'), [], NOW)
  assert.deepEqual(told(steps), ['a done', 'b passed_by'])
})

test('a step that was owed and never entered is skipped, one that was entered is not, whatever was alleged of it', () => {
  const p1 = [alert({ rule: 'P1', step: 'a' }), alert({ rule: 'P1', step: 'b' }), alert({ rule: 'P1', step: 'c', status: 'withdrawn' })]
  const steps = stepsOf(['a', 'b', 'c'], known([visit('b', '2026-11-02T09:00:00+08:00')], '2026-11-03T09:00:00+08:00'), p1, NOW)
  assert.deepEqual(told(steps), ['a skipped', 'b done', 'c passed_by'])
})

test('late is what overran its stay, or of which an alert says so that still stands', () => {
  const late = { due_at: '2026-11-05T23:59:59+08:00', breached_at: '2026-11-06T00:00:00+08:00' }
  const visits = [
    visit('a', '2026-11-07T09:00:00+08:00', '2026-11-05T23:59:59+08:00'),
    visit('b', null, '2026-11-09T23:59:59+08:00'),
    visit('c', null, '2026-11-11T23:59:59+08:00'),
    visit('d', '2026-11-07T09:00:00+08:00'),
    visit('e', '2026-11-07T09:00:00+08:00'),
  ]
  const steps = stepsOf(['a', 'b', 'c', 'd', 'e'], known(visits), [alert({ step: 'd', ...late }), alert({ step: 'e', ...late, status: 'cancelled' })], NOW)
  assert.deepEqual(told(steps), ['a done late', 'b current late', 'c current', 'd done late', 'e done'])
})

test('several stays are counted, and a step that the chart does not have is told apart', () => {
  const case_ = known([visit('a', '2026-11-02T09:00:00+08:00'), visit('x', '2026-11-03T09:00:00+08:00'), visit('a')])
  const [a] = stepsOf(['a'], case_, [], NOW)
  assert.deepEqual([a?.progress, a?.visits], ['current', 2])
  assert.match(a?.text ?? '', /共 2 次，2026-11-01 09:00:00 起/)
  assert.deepEqual(elsewhere(['a'], case_), ['x'])
})
