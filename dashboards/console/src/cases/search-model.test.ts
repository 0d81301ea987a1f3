import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { CaseBrief, CasePage } from '../api/types'
import { EVERY_CASE } from './routes'
import { SearchModel } from './search-model'

const row = (no: string) => ({ source: 's', case_no: no }) as CaseBrief
const numbers = (model: SearchModel) => model.state.get().cases.map((c) => c.case_no)

test('pages follow each other, and another search begins anew', async () => {
  const pages: Record<string, CasePage> = {
    'a/': { cases: [row('a1'), row('a2')], next: 'x' },
    'a/x': { cases: [row('a3')], next: null },
    'b/': { cases: [row('b1')], next: null },
  }
  const model = new SearchModel(async ({ number }, cursor) => pages[`${number}/${cursor ?? ''}`] ?? { cases: [], next: null })
  await model.look({ ...EVERY_CASE, number: 'a' })
  await model.more()
  assert.deepEqual(numbers(model), ['a1', 'a2', 'a3'])
  assert.equal(model.state.get().next, null)
  await model.look({ ...EVERY_CASE, number: 'b' })
  assert.deepEqual(numbers(model), ['b1'])
})

test('an answer that comes after another search was begun is not shown', async () => {
  const answers: ((page: CasePage) => void)[] = []
  const model = new SearchModel(() => new Promise((resolve) => answers.push(resolve)))
  const first = model.look({ ...EVERY_CASE, number: 'a' })
  const second = model.look({ ...EVERY_CASE, number: 'b' })
  answers[1]?.({ cases: [row('b1')], next: null })
  answers[0]?.({ cases: [row('a1')], next: null })
  await Promise.all([first, second])
  assert.deepEqual(numbers(model), ['b1'])
})

test('what was found stays when the next page fails, and it can be asked for again', async () => {
  let fails = false
  const model = new SearchModel(async (_, cursor) => {
    if (fails) throw new Error('away')
    return cursor ? { cases: [row('2')], next: null } : { cases: [row('1')], next: 'x' }
  })
  await model.look(EVERY_CASE)
  fails = true
  await model.more()
  assert.deepEqual([model.state.get().phase, numbers(model)], ['failed', ['1']])
  fails = false
  await model.more()
  assert.deepEqual([model.state.get().phase, numbers(model)], ['ready', ['1', '2']])
})
