import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ApiFailure } from '../api/client'
import type { Alert } from '../api/types'
import type { Role } from '../people/roles'
import type { Person } from '../people/session'
import type { ActUponAll, Incident } from './api'
import { Pages, UponAll, draftOf } from './model'
import { EVERY_INCIDENT, incidentHash, incidentPageOf, incidentsHash } from './routes'
import { causeOf } from './values'
import { actsUponAll, leadsIncidents, statesSomething } from './words'

test('an address is read back to what it was made of, and others name none of these pages', () => {
  const search = { state: 'open' as const, cause: 'fault' as const, org: '510502-zjj' }
  assert.deepEqual(incidentPageOf(incidentsHash(search)), { kind: 'list', search })
  assert.deepEqual(incidentPageOf('#/incidents?state=late&cause=weather'), { kind: 'list', search: EVERY_INCIDENT })
  assert.deepEqual(incidentPageOf('#/incidents/new'), { kind: 'new' })
  assert.deepEqual(incidentPageOf(incidentHash('0a1b2c')), { kind: 'one', id: '0a1b2c' })
  for (const hash of ['', '#/', '#/incidents/', '#/incidents/x-y', '#/incident']) assert.equal(incidentPageOf(hash), null, hash)
})

const person = (...roles: Role[]): Person => ({ account: 'a', person: 'p', name: '', roles, body: '', office: '', region: '' })

test('those who supervise lead incidents, and departments answer for their own', () => {
  const who = (may: (of: Person) => boolean) => (['supervision', 'legal', 'leadership', 'department_supervisor', 'department_handler'] as const).filter((role) => may(person(role)))
  assert.deepEqual(who(leadsIncidents), ['supervision'])
  assert.deepEqual(who(statesSomething), ['supervision', 'legal', 'department_supervisor'])
  assert.deepEqual(actsUponAll(person('department_handler')), ['answer'])
  assert.deepEqual(actsUponAll(person('supervision')), ['confirm', 'dismiss', 'issue', 'hold', 'order', 'close'])
  assert.equal(actsUponAll(null).length, 7)
})

const alert = (id: string, source: string, org: string) => ({ alert_id: id, source, case_no: id, message: 'm', org_code: org, responsible_org: null }) as Alert

test('alerts of one source are likely about it, and the body of most owns them', () => {
  const draft = draftOf([alert('a', 's', 'x'), alert('b', 's', 'y'), alert('c', 's', 'y')])
  assert.deepEqual(draft.cause, { kind: 'source_down', source: 's' })
  assert.equal(draft.org, 'y')
  assert.deepEqual(draftOf([alert('a', 's', 'x'), alert('b', 't', 'x')]).cause, { kind: 'other' })
})

test('a cause says what belongs to its kind and nothing else', () => {
  const typed = { source: 's', case_no: ' 7 ', rule: ' t3 ', control_point: '', definitions_version: 'd' }
  assert.deepEqual(causeOf({ kind: 'source_late', ...typed }), { kind: 'source_late', source: 's' })
  assert.deepEqual(causeOf({ kind: 'fault', ...typed }), { kind: 'fault', rule: 'T3', control_point: '', definitions_version: 'd' })
  assert.deepEqual(causeOf({ kind: 'matter', ...typed }), { kind: 'matter', source: 's', case_no: '7' })
  assert.deepEqual(causeOf({ kind: 'other', ...typed }), { kind: 'other' })
})

const answer = (key: string, left: number) => ({ done: left === 0, acts: [{ key, left }] }) as unknown as Incident

test('an act for all is asked for again under its key until nothing is left, and only then', async () => {
  const keys: string[] = []
  const lefts = [5, 3, 0]
  const took: number[] = []
  const all = new UponAll(
    (_, __, ___, key) => {
      keys.push(key)
      return Promise.resolve(answer(key, lefts[keys.length - 1] ?? 0))
    },
    (incident) => took.push(incident.acts[0]?.left ?? -1),
    () => Promise.resolve(),
  )
  await all.start('i', 'confirm', { why: 'w' }, '')
  while (all.run.get().running) await new Promise((done) => setTimeout(done, 0))
  assert.deepEqual(took, [5, 3, 0])
  assert.equal(new Set(keys).size, 1)
})

test('what breaks off is told and gone on with by the same words under the same key', async () => {
  const sent: unknown[] = []
  let away = true
  const all = new UponAll(
    (id, act, said, key) => {
      sent.push([id, act, said, key])
      return away ? Promise.reject(new ApiFailure(503, '暂不可用', 'away')) : Promise.resolve(answer(key, 0))
    },
    () => undefined,
    () => Promise.resolve(),
  )
  const run = { act: 'dismiss', given: { do: 'dismiss', conclusion: 'data' }, why: 'w', by: { person: 'li', body: '', office: '' }, key: 'k' } as unknown as ActUponAll
  await all.goOn('i', run, true, '')
  assert.equal(all.run.get().failure?.status, 503)
  away = false
  await all.goOn('i', run, false, '')
  assert.equal(all.run.get().failure, null)
  assert.deepEqual(sent, [
    ['i', 'dismiss', { conclusion: 'data', why: 'w' }, 'k'],
    ['i', 'dismiss', { conclusion: 'data', why: 'w', who: run.by }, 'k'],
  ])
  // One that is refused is not begun.
  away = true
  await assert.rejects(all.start('i', 'confirm', { why: 'w' }, ''))
})

test('a page that failed is asked for once more, after the rows that are there', async () => {
  const asked: (string | null)[] = []
  let fails = false
  const rows = new Pages<string, number>('', (_, cursor) => {
    asked.push(cursor)
    return fails ? Promise.reject(new Error('away')) : Promise.resolve({ rows: [asked.length], next: cursor === null ? 'c1' : null })
  })
  await rows.look('q')
  fails = true
  await rows.more()
  assert.deepEqual([rows.state.get().phase, rows.state.get().rows], ['failed', [1]])
  fails = false
  await rows.more()
  assert.deepEqual(asked, [null, 'c1', 'c1'])
  assert.deepEqual(rows.state.get().rows, [1, 3])
  assert.equal(rows.state.get().next, null)
})
