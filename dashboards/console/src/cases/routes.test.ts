import assert from 'node:assert/strict'
import { test } from 'node:test'

import { EVERY_CASE, casePageHash, casesPageOf, searchHash } from './routes'

test('an address is read back to what it was made of', () => {
  const search = { ...EVERY_CASE, number: 'SG-2026 #1', org: '510502-zjj', open: 'true' as const }
  assert.deepEqual(casesPageOf(searchHash(search)), { kind: 'search', search })
  assert.deepEqual(casesPageOf('#/cases'), { kind: 'search', search: EVERY_CASE })
  const asked = { at: '', known: '2026-10-24T00:51:27+08:00' }
  const hash = casePageHash('zjj/a', '510504-SG?1', asked)
  assert.deepEqual(casesPageOf(hash), { kind: 'case', source: 'zjj/a', caseNo: '510504-SG?1', asked })
})

test('other addresses and broken ones name no case page', () => {
  for (const hash of ['', '#/', '#/wall', '#/case/a/b', '#/cases/a', '#/cases/a/b/c', '#/caseshelf']) assert.equal(casesPageOf(hash), null, hash)
  assert.deepEqual(casesPageOf('#/cases/a/%E4'), { kind: 'case', source: 'a', caseNo: '%E4', asked: { at: '', known: '' } })
})
