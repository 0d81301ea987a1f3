// Lists by the keyboard.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { placeAfter } from './rows'

test('arrows lead from row to row and end with the list', () => {
  const from = (at: number) => ['ArrowDown', 'ArrowUp', 'Home', 'End', 'a', 'toString'].map((key) => placeAfter(key, at, 3))
  assert.deepEqual(from(0), [1, null, null, 2, null, null])
  assert.deepEqual(from(1), [2, 0, 0, 2, null, null])
  assert.deepEqual(from(2), [null, 1, 0, null, null, null])
  assert.deepEqual(placeAfter('ArrowDown', 0, 1), null)
})
