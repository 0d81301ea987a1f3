import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Explanation } from '../api/types'
import { ExplainModel, instantOf, kept } from './explain-model'
import { NOW } from './routes'

const told = (caseNo: string, at: string) => ({ case_no: caseNo, at }) as Explanation

test('a typed instant is one of the platform, a copied one keeps its zone', () => {
  const like = '2026-11-28T14:32:56.729+08:00'
  assert.equal(instantOf('2026-10-24T00:51', like), '2026-10-24T00:51:00+08:00')
  assert.equal(instantOf('2026-10-24T00:51:27', like), '2026-10-24T00:51:27+08:00')
  assert.equal(instantOf('2026-10-24T00:51:27Z', like), '2026-10-24T00:51:27Z')
  assert.equal(instantOf('', like), '')
})

test('a field that nobody changed asks for the very instant it was made of', () => {
  assert.equal(kept('2026-10-24T00:51:27', '2026-10-24T00:51:27.514+08:00'), '2026-10-24T00:51:27.514+08:00')
  assert.equal(kept('2026-10-24T00:51:28', '2026-10-24T00:51:27.514+08:00'), '2026-10-24T00:51:28')
  assert.equal(kept('', '2026-10-24T00:51:27.514+08:00'), '')
})

test('the answer of the last question stands, whichever comes last', async () => {
  const answers: ((told: Explanation) => void)[] = []
  const model = new ExplainModel(() => new Promise((resolve) => answers.push(resolve)))
  const first = model.ask('s', '1', { at: 'a', known: '' })
  const second = model.ask('s', '1', { at: 'b', known: '' })
  answers[1]?.(told('1', 'b'))
  answers[0]?.(told('1', 'a'))
  await Promise.all([first, second])
  assert.deepEqual([model.state.get().told?.at, model.state.get().phase], ['b', 'ready'])
})

test('what was told stays while it is asked again, not while another case is', async () => {
  let answer: (told: Explanation) => void = () => undefined
  const model = new ExplainModel(() => new Promise((resolve) => (answer = resolve)))
  const first = model.ask('s', '1', NOW)
  answer(told('1', 'x'))
  await first
  void model.ask('s', '1', NOW)
  assert.equal(model.state.get().told?.case_no, '1')
  void model.ask('s', '2', NOW)
  assert.equal(model.state.get().told, null)
})

test('a failure leaves no answer to another question', async () => {
  let fails = false
  const model = new ExplainModel(async () => {
    if (fails) throw new Error('away')
    return told('1', 'x')
  })
  await model.ask('s', '1', NOW)
  fails = true
  await model.ask('s', '1', { at: 'b', known: '' })
  assert.deepEqual([model.state.get().told, model.state.get().failure?.message], [null, 'away'])
})
