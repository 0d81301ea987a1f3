import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Person } from '../people/session'
import type { PapersPage } from './api'
import { PaperList } from './model'
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

test('a page that failed is asked for once more, after the papers that are there', async () => {
  const asked: (string | null)[] = []
  let fails = false
  const page = (next: string | null): PapersPage => ({ total: 2, next, kinds: [], papers: [{ id: String(asked.length) } as PapersPage['papers'][number]] })
  const list = new PaperList((_, cursor) => {
    asked.push(cursor)
    return fails ? Promise.reject(new Error('away')) : Promise.resolve(page(cursor === null ? 'c1' : null))
  })
  await list.look(ALL_PAPERS)
  fails = true
  await list.more()
  assert.equal(list.state.get().phase, 'failed')
  assert.equal(list.state.get().page?.papers.length, 1)
  fails = false
  await list.more()
  assert.deepEqual(asked, [null, 'c1', 'c1'])
  assert.deepEqual(list.state.get().page?.papers.map(({ id }) => id), ['1', '3'])
})

test('a register that nobody looks at is not asked for, and one that is shown begins anew', async () => {
  const asked: (string | null)[] = []
  const page: PapersPage = { total: 1, next: null, kinds: [], papers: [{ id: 'a' } as PapersPage['papers'][number]] }
  const list = new PaperList((_, cursor) => {
    asked.push(cursor)
    return Promise.resolve(page)
  })
  await list.again()
  assert.deepEqual(asked, [])
  await list.look(ALL_PAPERS)
  await list.again()
  assert.deepEqual(asked, [null, null])
  assert.equal(list.state.get().page?.papers.length, 1)
})
