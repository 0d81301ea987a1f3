import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Term } from './api'
import { EVERY_VOICE, complaintsPageOf, registerHash, voiceHash, voicesHash } from './routes'
import { nextDue } from './terms'
import { mayDo, mayRegister } from './words'

test('an address is read back to what it was made of', () => {
  const search = { ...EVERY_VOICE, kind: 'rating' as const, open: 'true' as const, receipt: 'PJ-7 #1', org: '510502-zjj' }
  assert.deepEqual(complaintsPageOf(voicesHash(search)), { kind: 'list', search })
  assert.deepEqual(complaintsPageOf('#/complaints'), { kind: 'list', search: EVERY_VOICE })
  const place = { source: 'zjj/a', caseNo: '510504-SG?1', eventId: 'mingjing-TS-1' }
  assert.deepEqual(complaintsPageOf(voiceHash(place)), { kind: 'one', place })
  assert.deepEqual(complaintsPageOf(registerHash('zjj', 'SG-1')), { kind: 'register', source: 'zjj', caseNo: 'SG-1' })
})

test('other addresses and broken ones name none of these pages', () => {
  for (const hash of ['', '#/', '#/complaints/a', '#/complaints/a/b', '#/complaints/a/b/c/d', '#/complaintsx']) assert.equal(complaintsPageOf(hash), null, hash)
  assert.deepEqual(complaintsPageOf('#/complaints?kind=praise&open=maybe'), { kind: 'list', search: EVERY_VOICE })
  assert.deepEqual(complaintsPageOf('#/complaints/a/b/%E4'), { kind: 'one', place: { source: 'a', caseNo: 'b', eventId: '%E4' } })
})

test('what is owed next is the first that is not done, in whatever zone it is printed', () => {
  const term = (what: Term['what'], due: string, done: string | null): Term => ({
    what,
    what_zh: what,
    within_zh: '',
    due_at: due,
    provisional: false,
    source: '',
    rule: 'C1',
    rule_zh: '',
    basis_zh: '',
    done_at: done,
    late: false,
  })
  const accept = term('accept', '2026-12-04T23:59:59+08:00', '2026-11-30T09:00:00+08:00')
  const answer = term('answer', '2026-12-11T23:59:59+08:00', null)
  const early = term('rectify', '2026-12-11T15:00:00Z', null)
  assert.equal(nextDue([accept, answer])?.what, 'answer')
  assert.equal(nextDue([answer, early])?.what, 'rectify')
  assert.equal(nextDue([accept]), undefined)
  assert.equal(nextDue([]), undefined)
})

test('departments answer and put right, and take nothing in and review nothing', () => {
  assert.ok(mayDo(['department_handler'], 'answer') && mayDo(['department_handler'], 'rectify'))
  assert.ok(!mayDo(['department_supervisor'], 'review') && !mayDo(['department_handler'], 'accept'))
  assert.ok(mayRegister(['government_services']) && !mayRegister(['department_supervisor', 'leadership']))
})
