import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { BacktestRun } from '../lists/model'
import { comparable } from '../lists/versions'
import { spanWords, totalWords, tried } from './backtests'
import { ofDraft } from './problems'
import { dayAfter, nextVersion, renewed } from './renew'
import { reviewsAs } from './rights'
import { type DraftsPage, draftsHash, draftsPageOf } from './routes'

test('an address is read back to what it was made of, and others name no page of drafts', () => {
  const pages: DraftsPage[] = [
    { kind: 'list', state: '', of: '' },
    { kind: 'list', state: 'in_review', of: 'flowchart' },
    { kind: 'new', of: 'flowchart', id: 'construction-permit', version: '1' },
    { kind: 'draft', id: '0a1b2c3d4e5f', view: 'course' },
    { kind: 'draft', id: '0a1b2c3d4e5f', view: 'canvas' },
    { kind: 'draft', id: '0a1b2c3d4e5f', view: 'backtest' },
  ]
  for (const page of pages) assert.deepEqual(draftsPageOf(draftsHash(page)), page)
  for (const hash of ['#/draft', '#/drafts/a/what', '#/drafts/new/text', '#/drafts/a/b/c', '#/drafts/%41']) assert.equal(draftsPageOf(hash), null, hash)
})

test('a new version begins with the next number and on a later day, and nothing else of the text changes', () => {
  assert.equal(nextVersion('1'), '2')
  assert.equal(nextVersion('2025.9'), '2025.10')
  assert.equal(nextVersion('v9b'), 'v10b')
  assert.equal(nextVersion('甲'), '甲-2')
  assert.equal(dayAfter('2026-12-31'), '2027-01-01')
  const text = 'kind: flowchart\nversion: "1" # old\nname: 许可\neffective_from: 2019-04-23 # law\nsteps:\n  - {code: a, version: 3}\n'
  assert.equal(renewed(text, '2', '2027-01-01'), 'kind: flowchart\nversion: "2"\nname: 许可\neffective_from: 2027-01-01\nsteps:\n  - {code: a, version: 3}\n')
})

test('who signed in reviews in the roles of the account, and where nobody signs in everybody may be anybody', () => {
  const person = { account: 'a', person: 'a', name: '', roles: ['legal' as const], body: 'b', office: 'o', region: '' }
  assert.ok(reviewsAs({ phase: 'in', person, ended: false }, 'legal'))
  assert.ok(!reviewsAs({ phase: 'in', person, ended: false }, 'supervision'))
  assert.ok(reviewsAs({ phase: 'off', person: null, ended: false }, 'government'))
})

test('versions come before drafts, each with what the platform knows it by', () => {
  const version = { kind: 'flowchart', id: 'x', version: '1', name: '', effective_from: null }
  const draft = { id: '0a', state: 'drafting', state_zh: '起草' }
  assert.deepEqual(
    comparable([version], [draft as never]).map(([value]) => value),
    ['1', 'draft:0a'],
  )
})

test('a problem of the text has its line, and one of what is in force beside it says where it is', () => {
  const problems = [
    { file: 'text', line: 3, message: 'a' },
    { file: 'published/flowchart/0a1b.yaml', line: 4, message: 'b' },
    { file: 'other/items.yaml', line: 5, message: 'c' },
  ]
  assert.deepEqual(
    ofDraft('0a1b', problems).map((problem) => [problem.line, problem.message]),
    [
      [3, 'a'],
      [4, 'b'],
      [0, '在用的 other/items.yaml 第 5 行：c'],
    ],
  )
})

test('a review is told whether the text that is reviewed was tried, and what was found', () => {
  const run = { of_present_text: false, from: '2026-01-01T00:00:00+08:00', to: '2026-02-01T00:00:00+08:00', region: '510502' } as BacktestRun
  assert.equal(tried(null), 'never')
  assert.equal(tried(run), 'earlier')
  assert.equal(tried({ ...run, of_present_text: true }), 'present')
  assert.match(spanWords(run), /2026-01-01.*2026-02-01.*510502/)
  assert.match(totalWords({ raised: 1234, withdrawn: 2, changed: 3, level_changed: 1, same: 5 }), /1,234.*2.*3.*1.*5/)
})
