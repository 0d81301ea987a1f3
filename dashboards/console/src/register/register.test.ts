// What is counted of a register, and who reads it.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Role } from '../people/roles'
import type { Session } from '../people/session'
import { type CertificateStanding, type Officer, isCalled, tally } from './model'
import { readsRegister } from './rights'

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
