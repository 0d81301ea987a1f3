import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Listing } from './listing'

interface Page {
  rows: string[]
  next: string | null
}

const listing = (read: (search: string, cursor: string | null) => Promise<Page>) => new Listing<string, Page>('', read, (page, next) => ({ ...next, rows: [...page.rows, ...next.rows] }))
const rows = (list: ReturnType<typeof listing>) => list.state.get().page?.rows

test('pages follow each other, and another search begins anew', async () => {
  const pages: Record<string, Page> = {
    'a/': { rows: ['a1', 'a2'], next: 'x' },
    'a/x': { rows: ['a3'], next: null },
    'b/': { rows: ['b1'], next: null },
  }
  const list = listing(async (search, cursor) => pages[`${search}/${cursor ?? ''}`] ?? { rows: [], next: null })
  await list.look('a')
  await list.more()
  assert.deepEqual(rows(list), ['a1', 'a2', 'a3'])
  assert.equal(list.state.get().page?.next, null)
  await list.look('b')
  assert.deepEqual(rows(list), ['b1'])
})

test('an answer that comes after another search was begun is not shown', async () => {
  const answers: ((page: Page) => void)[] = []
  const list = listing(() => new Promise((resolve) => answers.push(resolve)))
  const first = list.look('a')
  const second = list.look('b')
  answers[1]?.({ rows: ['b1'], next: null })
  answers[0]?.({ rows: ['a1'], next: null })
  await Promise.all([first, second])
  assert.deepEqual(rows(list), ['b1'])
})

test('what was found stays when the next page fails, and it can be asked for again', async () => {
  let fails = false
  const list = listing(async (_, cursor) => {
    if (fails) throw new Error('away')
    return cursor ? { rows: ['2'], next: null } : { rows: ['1'], next: 'x' }
  })
  await list.look('')
  fails = true
  await list.more()
  assert.deepEqual([list.state.get().phase, rows(list)], ['failed', ['1']])
  fails = false
  await list.more()
  assert.deepEqual([list.state.get().phase, rows(list)], ['ready', ['1', '2']])
})

test('a list that nobody looks at is not asked for, and one that is shown begins anew', async () => {
  const asked: (string | null)[] = []
  const list = listing((_, cursor) => {
    asked.push(cursor)
    return Promise.resolve({ rows: ['1'], next: null })
  })
  await list.again()
  assert.deepEqual(asked, [])
  await list.look('')
  await list.again()
  assert.deepEqual(asked, [null, null])
  assert.deepEqual(rows(list), ['1'])
})
