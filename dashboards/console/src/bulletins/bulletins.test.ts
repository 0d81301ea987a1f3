import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Person } from '../people/session'
import { editable, spansOf } from './edit'
import { BULLETINS_HASH, bulletinHash, bulletinPageOf, figureHash } from './routes'
import { actsOf } from './words'

test('an address names the list or one bulletin', () => {
  assert.deepEqual(bulletinPageOf(BULLETINS_HASH), { kind: 'list' })
  assert.deepEqual(bulletinPageOf(bulletinHash('0f12ab')), { kind: 'one', id: '0f12ab' })
  for (const other of ['#/bulletin', '#/bulletins/../x', '#/statistics']) assert.equal(bulletinPageOf(other), null)
})

test('a number leads to its rows, and one that is compared to its metric', () => {
  assert.equal(figureHash('on_time_rate?org=zjj&period=2026-10&region=510500#base'), '#/statistics/rows?metric=on_time_rate&part=base&org=zjj&period=2026-10&region=510500')
  assert.equal(figureHash('alerts_net?period=2026-10&region=510500&rule=T4#value'), '#/statistics/rows?metric=alerts_net&part=numerator&period=2026-10&region=510500&by=rule&key=T4')
  assert.equal(figureHash('closed?period=2026-10&region=510500#previous'), '#/statistics?metric=closed&period=2026-10&region=510500')
  assert.equal(figureHash('closed?month=2026-08&period=2026-10&region=510500#value')?.includes('period=2026-08'), true)
  for (const none of ['', 'closed', 'closed#value']) assert.equal(figureHash(none), null)
})

test('a paragraph is edited around its numbers', () => {
  const spans = [{ text: '共收件' }, { text: '3120件', query: 'received?a=b#value' }, { text: '。' }]
  assert.equal(editable(spans), '共收件⟦3120件⟧。')
  assert.deepEqual(spansOf('本月⟦3120件⟧。', spans), [{ text: '本月' }, spans[1], { text: '。' }])
  // Left out, changed, or said twice: words alone carry no link.
  assert.deepEqual(spansOf('没有。', spans), [{ text: '没有。' }])
  assert.deepEqual(spansOf('⟦99件⟧', spans), [{ text: '99件' }])
  assert.deepEqual(spansOf('⟦3120件⟧⟦3120件⟧', spans), [spans[1], { text: '3120件' }])
})

test('each step is offered to whose it is', () => {
  const of = (role: string) => ({ roles: [role] }) as unknown as Person
  assert.deepEqual(actsOf('draft', of('supervision'), true), ['edit', 'review', 'discard'])
  assert.deepEqual(actsOf('reviewed', of('leadership'), true), ['sign', 'return'])
  assert.deepEqual(actsOf('reviewed', of('supervision'), false), ['return', 'discard'])
  assert.deepEqual(actsOf('hearing', of('department_supervisor'), true), ['state'])
  assert.deepEqual(actsOf('published', null, true), [])
})
