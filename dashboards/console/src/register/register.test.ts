// What is counted of a register, and who reads it.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Role } from '../people/roles'
import type { Session } from '../people/session'
import { FIELDS, type Target, atFields, begun, changeOf, lines, whatsOf } from './change-model'
import { type CertificateStanding, type Officer, isCalled, tally } from './model'
import { keepsRegister, readsRegister } from './rights'

const officer = (in_post: boolean, ...standings: CertificateStanding[]): Officer => ({
  id: 'a',
  posts: [],
  rank: null,
  from: null,
  until: null,
  in_post,
  certificates: standings.map((standing, place) => ({ no: String(place), fields: [], from: null, until: null, standing })),
  stands_in: [],
})

test('certificates are counted by those in post, each person once', () => {
  const officers = [officer(true, 'ended', 'ended'), officer(true, 'ending', 'valid'), officer(true, 'replaced', 'not_yet'), officer(true), officer(false, 'ended')]
  assert.deepEqual(tally(officers), { inPost: 4, ending: 1, ended: 1 })
  assert.deepEqual(tally([]), { inPost: 0, ending: 0, ended: 0 })
})

test('a body is told by a part of its name or code, in whatever case', () => {
  const body = { code: '510500-ZJJ', name: '住房和城乡建设局' }
  assert.deepEqual(
    ['城乡', 'zjj', '5105', '水务'].map((text) => isCalled(body, text)),
    [true, true, true, false],
  )
})

test('the register is for those who keep it, and see all regions', () => {
  const session = (region: string, ...roles: Role[]): Session => ({ phase: 'in', person: { account: 'a', person: 'a', name: '', roles, body: '', office: '', region }, ended: false })
  assert.ok(readsRegister(session('', 'establishment')))
  assert.ok(readsRegister(session('', 'leadership', 'legal')))
  assert.ok(!readsRegister(session('510502', 'supervision')))
  assert.ok(!readsRegister(session('', 'leadership', 'auditor')))
  assert.ok(!readsRegister({ phase: 'out', person: null, ended: false }))
  assert.ok(readsRegister({ phase: 'off', person: null, ended: false }))
})

test('changes are entered by establishment alone, for all regions', () => {
  const session = (region: string, ...roles: Role[]): Session => ({ phase: 'in', person: { account: 'a', person: 'a', name: '', roles, body: '', office: '', region }, ended: false })
  assert.ok(keepsRegister(session('', 'establishment')))
  assert.ok(!keepsRegister(session('', 'supervision', 'legal')))
  assert.ok(!keepsRegister(session('510502', 'establishment')))
})

test('a change says of whom it is by office, number and first day, and leaves out what its act does not ask for', () => {
  const target: Target = { on: 'officer', office: 'w', officer: { ...officer(true, 'valid'), from: '2026-01-01', posts: ['p'] } }
  const entry = { office: 'w', officer: 'a', since: '2026-01-01' }
  const moved = begun(target, 'move_officer', '2026-07-01', '2026-07-02')
  assert.deepEqual(changeOf(target, 'move_officer', moved), { what: 'move_officer', entry, to: 'w', posts: ['p'], rank: null, from: '2026-07-02' })
  const ended = begun(target, 'end_officer', '2026-07-01', '2026-07-02')
  assert.deepEqual(changeOf(target, 'end_officer', { ...ended, until: '' }), { what: 'end_officer', entry, until: null })
  const added = { ...begun({ on: 'new_officer', office: 'w' }, 'add_officer', '2026-07-01', '2026-07-02'), id: 'n' }
  const change = changeOf({ on: 'new_officer', office: 'w' }, 'add_officer', added)
  assert.equal(change.certificate, null)
  assert.equal(change.from, '2026-07-01')
})

test('the end of a certificate can be moved where one has not ended', () => {
  const acts = (...standings: CertificateStanding[]) => whatsOf({ on: 'officer', office: 'w', officer: officer(true, ...standings) })
  assert.ok(acts('ended', 'valid').includes('end_certificate'))
  assert.ok(!acts('ended').includes('end_certificate'))
  assert.ok(!acts().includes('end_certificate'))
})

test('what is refused stands at its field, and beside the form where it has none', () => {
  const refusal = (field: string) => ({ reason: 'bad_change', field, message: field, remedy: '' })
  const { at, rest } = atFields(['until', 'officer'].map(refusal), FIELDS.end_officer)
  assert.deepEqual(Object.keys(at), ['until'])
  assert.deepEqual(rest.map(({ field }) => field), ['officer'])
  assert.deepEqual(lines('住建、城管\n\n 水务 '), ['住建', '城管', '水务'])
})
