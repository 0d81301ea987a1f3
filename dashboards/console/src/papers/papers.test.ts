import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Person } from '../people/session'
import { ALL_PAPERS, PAPERS_HASH, papersHash, papersPageOf } from './routes'
import { issuesPapers } from './words'

test('an address keeps what is looked for, and a year is four digits', () => {
  const search = { kind: 'order', year: '2026', org: '510500-zjj' }
  assert.deepEqual(papersPageOf(papersHash(search)), search)
  assert.equal(papersHash(ALL_PAPERS), PAPERS_HASH)
  assert.deepEqual(papersPageOf('#/papers?year=26'), ALL_PAPERS)
  assert.equal(papersPageOf('#/ledger'), null)
})

test('who supervises issues papers, and where nobody signs in whoever has the key', () => {
  const of = (roles: string[]) => ({ roles }) as unknown as Person
  assert.equal(issuesPapers(null), true)
  assert.equal(issuesPapers(of(['supervision'])), true)
  assert.equal(issuesPapers(of(['department_handler', 'leadership'])), false)
})
