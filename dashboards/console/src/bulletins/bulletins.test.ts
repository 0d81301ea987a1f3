import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Person } from '../people/session'
import type { Standing } from './api'
import { editable, spansOf } from './edit'
import { comparedOf } from './model'
import { BULLETINS_HASH, bulletinHash, bulletinPageOf, figureHash } from './routes'
import { actsOf, seesScores } from './words'

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

test('kept scores are for whoever sees all of the bulletin’s region', () => {
  const city = { region: '510500', scores_sha256: '0f' }
  const of = (role: string, region = '') => ({ roles: [role], body: 'zjj', region }) as unknown as Person
  assert.deepEqual([null, of('supervision'), of('supervision', '510500'), of('leadership', '510000')].map((person) => seesScores(city, person)), [true, true, true, true])
  assert.deepEqual([of('supervision', '510502'), of('department_supervisor'), of('supervision', '510300')].map((person) => seesScores(city, person)), [false, false, false])
  assert.equal(seesScores({ ...city, scores_sha256: null }, null), false)
})

test('of a correction’s scores those that moved stand first, and each beside what it was', () => {
  const sheet = (body: string, total: number, rank: number): Standing => ({ model: 'm', model_name: 'M', period: '2026-10', body, body_name: body, total, grade: '良好', rank, ranked: 3 })
  const at = (...sheets: Standing[]) => ({ as_of: '2026-11-05T09:00:00+08:00', sheets })
  const told = (kept: Parameters<typeof comparedOf>[0]) => comparedOf(kept).map(({ now, then, moved }) => [now.body, then?.total ?? null, moved])
  const now = at(sheet('a', 95, 1), sheet('b', 92, 2), sheet('c', 90, 3))
  assert.deepEqual(told({ then: at(sheet('a', 95, 1), sheet('b', 80, 3)), now }), [
    ['b', 80, true],
    ['a', 95, false],
    ['c', null, false],
  ])
  assert.deepEqual(told({ then: null, now }).map(([, , moved]) => moved), [false, false, false])
  assert.deepEqual(told(now)[0], ['a', null, false])
})
