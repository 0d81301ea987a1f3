import assert from 'node:assert/strict'
import { test } from 'node:test'

import { csvOf } from './files'
import { type Column, sheetOf } from './sheet'
import { whole } from './whole'

/** Pages of two rows each, numbered on, so many of them. */
const pages = (count: number) => async (cursor: string | null) => {
  const at = Number(cursor ?? 0)
  return { rows: [at * 2, at * 2 + 1], next: at + 1 < count ? String(at + 1) : null }
}

test('all pages are read one after the other, and how far it got is told', async () => {
  const told: number[] = []
  assert.deepEqual(await whole(pages(3), (rows) => told.push(rows)), { rows: [0, 1, 2, 3, 4, 5], cut: false })
  assert.deepEqual(told, [2, 4, 6])
})

test('a list that is longer than a file is cut, and says so', async () => {
  assert.deepEqual(await whole(pages(3), undefined, 4), { rows: [0, 1, 2, 3], cut: true })
  assert.deepEqual(await whole(pages(2), undefined, 3), { rows: [0, 1, 2], cut: true })
  assert.deepEqual(await whole(pages(2), undefined, 4), { rows: [0, 1, 2, 3], cut: false })
})

test('a page that cannot be read makes no file of a part', async () => {
  await assert.rejects(
    whole(async (cursor) => {
      if (cursor !== null) throw new Error('gone')
      return { rows: [1], next: '1' }
    }),
    /gone/,
  )
})

test('rows become cells by their columns, a cut file says so below, and nothing in it is calculated', () => {
  const columns: Column<{ no: string; days: number | null }>[] = [
    ['编号', ({ no }) => no],
    ['天数', ({ days }) => days],
  ]
  const sheet = sheetOf(columns, { rows: [{ no: '=1+1', days: -2 }, { no: '@b', days: null }], cut: true }, ['机构：甲'])
  assert.deepEqual(sheet.head, ['编号', '天数'])
  assert.deepEqual(sheet.body, [['=1+1', -2], ['@b', null]])
  assert.equal(sheet.notes.length, 2)
  assert.match(sheet.notes[1] ?? '', /2/)
  assert.match(csvOf(sheet), /'=1\+1,-2\r\n'@b,\r\n/)
  assert.deepEqual(sheetOf(columns, { rows: [], cut: false }, []).notes, [])
})
