// How a body stands at a milestone, and who tells it.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Role } from '../people/roles'
import type { Session } from '../people/session'
import { type Milestone, daysLate, reached, standingOf } from './model'
import { readsMilestones, tellsMilestones } from './rights'

const milestone = (some: Partial<Milestone>): Milestone => ({
  milestone: 'reported',
  name: '上报清单',
  due: null,
  done: false,
  done_on: null,
  items_with: null,
  items: null,
  contradicted: false,
  overdue: false,
  ...some,
})

test('what has to be known first comes first', () => {
  const late = { due: '2026-11-01', overdue: true }
  assert.equal(standingOf(milestone({ ...late, contradicted: true, done_on: '2026-10-01' })), 'contradicted')
  assert.equal(standingOf(milestone(late)), 'late')
  assert.equal(standingOf(milestone({ done: true, due: '2026-11-01' })), 'done')
  assert.equal(standingOf(milestone({ due: '2026-11-01' })), 'due')
  assert.equal(standingOf(milestone({})), 'open')
})

test('days late are counted from the last day, over the end of a month', () => {
  assert.equal(daysLate(milestone({ due: '2026-10-31', overdue: true }), '2026-11-02'), 2)
  assert.equal(daysLate(milestone({ due: '2026-11-02' }), '2026-11-02'), 0)
})

test('a body is as far as its milestones', () => {
  const milestones = [milestone({ done: true }), milestone({ overdue: true, due: '2026-11-01' }), milestone({ overdue: true, due: '2026-11-01', contradicted: true }), milestone({})]
  assert.deepEqual(reached({ body: 'b', milestones, history: [] }), { late: 2, done: 1, contradicted: 1 })
})

test('who drafts and reviews reads, and three of them tell', () => {
  const session = (region: string, ...roles: Role[]): Session => ({ phase: 'in', person: { account: 'a', person: 'a', name: '', roles, body: '', office: '', region }, ended: false })
  const [reads, tells] = [readsMilestones, tellsMilestones]
  assert.deepEqual([reads(session('', 'leadership')), tells(session('', 'leadership'))], [true, false])
  assert.deepEqual([reads(session('', 'government_services')), tells(session('', 'government_services'))], [true, true])
  assert.deepEqual([reads(session('510502', 'supervision')), tells(session('510502', 'supervision'))], [true, false])
  assert.deepEqual([reads(session('', 'auditor')), tells(session('', 'auditor'))], [false, false])
})
