// What can be done about an alert, why not, and what was done, as told from its record.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Alert, Disposition, Signature } from '../api/types'
import { actsOf } from './act-kinds'
import { Keys } from './send'
import { threadOf } from './entries'

const by = (command: string, minute: number): Signature => ({
  person: 'li',
  body: 'b',
  office: 'o',
  at: `2026-11-01T09:0${minute}:00+08:00`,
  reason: command,
  command,
})

const nothing: Disposition = { state: 'open', confirmed_by: [], automatic: { status: 'issued' }, last: ['', ''] }
const basis = { alleged: true, doubted: false, level: 'red' } as const
const card = { level: 'red', status: 'issued', issued_at: '2026-11-01T09:00:00+08:00', control_point: 'decide-late' } as Alert
const can = (alert: Alert) => actsOf(alert).now

test('a card that is out is decided, ordered, answered or appealed', () => {
  assert.deepEqual(can(card), ['confirm', 'dismiss', 'order', 'answer', 'appeal'])
})

test('what is pending is issued, held or dismissed', () => {
  assert.deepEqual(can({ ...card, status: 'pending', issued_at: null }), ['dismiss', 'issue', 'hold'])
})

test('a withdrawn card is done with, and says so', () => {
  const { now, refused } = actsOf({ ...card, status: 'withdrawn' })
  assert.deepEqual(now, [])
  assert.equal(refused.find(({ act }) => act === 'order')?.why, '该预警已撤销')
})

test('a reminder is not confirmed and asks for no answer by itself', () => {
  const acts = can({ ...card, level: 'notice' })
  assert.ok(!acts.includes('confirm') && !acts.includes('answer') && acts.includes('order'), acts.join())
})

test('an open appeal is decided before anything else is', () => {
  const appeal = { by: by('appeal', 1), evidence: [], passed_up: [] }
  assert.deepEqual(can({ ...card, disposition: { ...nothing, state: 'appealed', appeal } }), ['order', 'answer', 'uphold', 'withdraw', 'pass_up'])
})

test('an order is closed only when it was answered', () => {
  const order = { by: by('order', 1), nth: 1, to: 'b', extended: [], answers: [] }
  const ordered = { ...card, disposition: { ...nothing, order } }
  assert.ok(!can(ordered).includes('close') && !can(ordered).includes('order') && can(ordered).includes('extend'))
  const answered = { ...card, disposition: { ...nothing, order: { ...order, answers: [{ by: by('answer', 2), evidence: [] }] } } }
  assert.ok(can(answered).includes('close'))
})

test('a decision that the facts have left can be made again', () => {
  const decision = { verdict: 'confirmed', by: by('confirm', 1), on_appeal: false, was_pending: false, basis } as const
  assert.ok(!can({ ...card, disposition: { ...nothing, state: 'confirmed', decision } }).includes('confirm'))
  assert.ok(can({ ...card, disposition: { ...nothing, state: 'recheck', decision, recheck_reason: '期限有变' } }).includes('confirm'))
})

test('the thread tells each command once, in order of time', () => {
  const outcome = by('uphold', 5)
  const disposition: Disposition = {
    ...nothing,
    state: 'upheld',
    decision: { verdict: 'confirmed', conclusion: 'subjective', by: outcome, on_appeal: true, was_pending: false, basis },
    appeal: { by: by('appeal', 3), evidence: ['ff'], passed_up: [{ by: by('up', 4), to: 'city' }], outcome: { upheld: true, by: outcome } },
    order: { by: by('order', 1), nth: 2, to: 'b', extended: [outcome], answers: [{ by: by('answer', 2), evidence: [] }], closed: by('close', 6) },
  }
  assert.deepEqual(
    threadOf(disposition).map(({ title, side }) => `${title} ${side}`),
    ['督办（第2次） supervisor', '反馈督办 department', '申诉 department', '申诉报上级 supervisor', '申诉维持 supervisor', '办结督办 supervisor'],
  )
})

test('the same content sent again has the same key, other content another', () => {
  const keys = new Keys()
  const first = keys.for('a')
  assert.equal(keys.for('a'), first)
  assert.notEqual(keys.for('b'), first)
  assert.notEqual(new Keys().for('a'), first)
})
