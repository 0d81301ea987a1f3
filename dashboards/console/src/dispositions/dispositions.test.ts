// What can be done about an alert, why not, and what was done, as told from its record.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Alert, Decision, Disposition, DoneAct, Signature } from '../api/types'
import { actsOf, fieldsOf } from './act-kinds'
import { Keys } from './send'
import { threadOf } from './entries'
import { type Order, owingReports, putRight } from './order-tree'

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

test('what was passed on is reported back, and shown under what it hangs from', () => {
  const legs = [
    { by: by('first', 2), nth: 1, under: null, to: 'wang', due_at: '2026-11-03T18:00:00+08:00', reports: [], replaced: true },
    { by: by('again', 3), nth: 2, under: null, to: 'wang', due_at: '2026-11-04T18:00:00+08:00', reports: [], replaced: false },
    { by: by('down', 4), nth: 3, under: 2, to: 'zhou', due_at: null, reports: [{ by: by('report', 5), evidence: ['0a'] }], replaced: false },
  ]
  const plain = { by: by('order', 1), nth: 1, to: 'b', extended: [], answers: [] }
  const order: Order = { ...plain, passed_on: legs }
  const ordered = (order: Order): Alert => ({ ...card, disposition: { ...nothing, order } })
  assert.deepEqual(owingReports(order).map((leg) => leg.nth), [2])
  assert.ok(can(ordered(order)).includes('report') && !can(ordered(plain)).includes('report') && can(ordered(plain)).includes('pass_on'))
  assert.deepEqual(
    threadOf({ ...nothing, order }).map(({ title, person, depth, due_at }) => [title, person, depth, due_at ?? null]),
    [
      ['督办', undefined, undefined, null],
      ['转办（已改派）', 'wang', 1, null],
      ['转办', 'wang', 1, '2026-11-04T18:00:00+08:00'],
      ['转办', 'zhou', 2, null],
      ['回报转办', undefined, 2, null],
    ],
  )
})

test('more time is asked for once at a time, and granted or refused', () => {
  const plain = { by: by('order', 1), nth: 1, to: 'b', extended: [], answers: [] }
  const until = '2026-11-09T18:00:00+08:00'
  const refused = { by: by('ask', 2), until, outcome: { by: by('no', 3), until: null } }
  const waits = { by: by('ask again', 4), until }
  const granted = { ...waits, outcome: { by: by('yes', 5), until: '2026-11-08T18:00:00+08:00' } }
  const ordered = (order: Order): Alert => ({ ...card, disposition: { ...nothing, order } })
  const acts = (order: Order) => can(ordered(order)).filter((act) => act.includes('exten'))
  assert.deepEqual(acts(plain), ['ask_extension', 'extend'])
  assert.deepEqual(acts({ ...plain, extensions_asked: [refused] }), ['ask_extension', 'extend'])
  assert.deepEqual(acts({ ...plain, extensions_asked: [refused, waits] }), ['extend', 'refuse_extension'])
  const order: Order = { ...plain, extended: [by('yes', 5)], extensions_asked: [refused, granted] }
  const titles = threadOf({ ...nothing, order }).map(({ title, side }) => `${title.replace(/ ?至.*/, '')} ${side}`)
  assert.deepEqual(titles, ['督办 supervisor', '申请延期 department', '不予延期 supervisor', '申请延期 department', '延期 supervisor'])
})

test('what has to be put right is proved and checked before the order is closed', () => {
  const answered = { by: by('order', 1), nth: 1, to: 'b', extended: [], answers: [{ by: by('answer', 2), evidence: [] }] }
  const ordered = (order: Order): Alert => ({ ...card, disposition: { ...nothing, order } })
  const acts = (order: Order) => can(ordered(order)).filter((act) => act === 'close' || act.includes('rectif'))
  const sent = { by: by('sent', 3), evidence: ['0a'] }
  const back = { ...sent, checked: { by: by('back', 4), accepted: false } }
  const enough = { by: by('again', 5), evidence: ['0b'], checked: { by: by('enough', 6), accepted: true } }
  const with_ = (...rectifications: Order['rectifications'] & object): Order => ({ ...answered, must_rectify: true, rectifications })
  assert.deepEqual(acts(answered), ['rectify', 'close'])
  assert.deepEqual(acts(with_()), ['rectify'])
  assert.deepEqual(acts(with_(sent)), ['accept_rectification', 'reject_rectification'])
  assert.deepEqual(acts(with_(back)), ['rectify'])
  assert.deepEqual([acts(with_(back, enough)), putRight(with_(back, enough))], [['close'], 'enough'])
  assert.deepEqual(acts({ ...with_(), answers: [] }), [])
  const order = with_(back, enough)
  assert.deepEqual(threadOf({ ...nothing, order }).map(({ title }) => title), ['督办（须整改）', '反馈督办', '整改', '退回整改', '整改', '整改验收通过'])
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

test('an objective cause is named with what proves it; what was decided before there were causes stands without', () => {
  assert.deepEqual(fieldsOf('dismiss', 'objective'), ['conclusion', 'cause', 'evidence'])
  assert.deepEqual([fieldsOf('dismiss', 'data'), fieldsOf('withdraw'), fieldsOf('answer', 'objective')], [['conclusion'], ['conclusion'], ['evidence']])
  const by_ = by('withdraw', 5)
  const old: Decision = { verdict: 'dismissed', conclusion: 'objective', by: by_, on_appeal: true, was_pending: false, basis }
  const appeal = { by: by('appeal', 3), evidence: ['ff'], passed_up: [], outcome: { upheld: false, by: by_ } }
  const told = (decision: Decision, more: Partial<Disposition> = {}) => threadOf({ ...nothing, ...more, decision }).map(({ title, evidence = [] }) => [title, ...evidence])
  assert.deepEqual(told({ ...old, cause: 'applicant', evidence: ['0a'] }, { appeal }), [['申诉', 'ff'], ['申诉撤销（客观原因：申请人原因）', '0a']])
  assert.deepEqual(told({ ...old, cause: 'applicant', evidence: ['0a'] }), [['不予认定（客观原因：申请人原因）', '0a']])
  assert.deepEqual(told(old), [['不予认定（客观原因）']])
})

test('appeals and orders before the last ones are told act by act, and the last ones as their record has them', () => {
  const act = (act: DoneAct['act'], minute: number, more: Partial<DoneAct> = {}): DoneAct => ({ act, by: by(`${act} ${minute}`, minute), conclusion: null, cause: null, to: null, due_at: null, evidence: [], must_rectify: false, ...more })
  const last = by('order 6', 6)
  const disposition: Disposition = {
    ...nothing,
    appeal: { by: by('appeal 7', 7), evidence: [], passed_up: [] },
    order: { by: last, nth: 2, to: 'b', extended: [], answers: [] },
  }
  const acts = [
    act('answer', 0),
    act('order', 1, { to: 'a', must_rectify: true }),
    act('answer', 2, { evidence: ['ff'] }),
    act('close', 3),
    act('appeal', 4),
    act('withdraw', 5, { conclusion: 'objective' }),
    act('order', 6, { to: 'b' }),
    act('appeal', 7),
  ]
  const told = threadOf(disposition, acts)
  assert.deepEqual(
    told.map(({ title, side }) => `${title} ${side}`),
    ['反馈 department', '督办（须整改） supervisor', '反馈督办 department', '办结督办 supervisor', '申诉 department', '申诉撤销（客观原因） supervisor', '督办（第2次） supervisor', '申诉 department'],
  )
  assert.deepEqual([told[1]?.to, told[2]?.evidence, told[7]?.due_at], ['a', ['ff'], null])
})

test('the same content sent again has the same key, other content another', () => {
  const keys = new Keys()
  const first = keys.for('a')
  assert.equal(keys.for('a'), first)
  assert.notEqual(keys.for('b'), first)
  assert.notEqual(new Keys().for('a'), first)
})
