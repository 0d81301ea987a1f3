import assert from 'node:assert/strict'
import { test } from 'node:test'

import { EVERYTHING, itemHash, listHash, portalPageOf } from './routes'

test('an address of the portal is read back to what it was made of', () => {
  const wanted = { words: '我要办 施工&许可?', category: 'licence', page: 3 }
  assert.deepEqual(portalPageOf(listHash(wanted)), { name: 'list', wanted })
  assert.equal(listHash(EVERYTHING), '#/')
  assert.deepEqual(portalPageOf(itemHash('510500/XK-0101')), { name: 'item', code: '510500/XK-0101' })
  assert.deepEqual(portalPageOf('#/progress'), { name: 'progress' })
})

test('an address that names nothing is the whole list', () => {
  for (const hash of ['', '#/', '#/item/', '#/item/a/b', '#/nowhere?q=x', '#/?page=-1', '#/?page=x']) {
    assert.deepEqual(portalPageOf(hash), { name: 'list', wanted: EVERYTHING }, hash)
  }
  assert.deepEqual(portalPageOf('#/item/%E4'), { name: 'item', code: '%E4' })
})
