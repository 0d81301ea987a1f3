import assert from 'node:assert/strict'
import { test } from 'node:test'

import { EVERY_ITEM, type ListsPage, listsHash, listsPageOf } from './routes'

test('an address is read back to what it was made of', () => {
  const pages: ListsPage[] = [
    { kind: 'items', search: EVERY_ITEM },
    { kind: 'items', search: { text: '施工 许可', type: 'licence', body: '510500-zjj', region: '5105', listed: 'true' } },
    { kind: 'item', code: '5105/01?a' },
    { kind: 'duties', body: '' },
    { kind: 'duties', body: '510500-zjj' },
    { kind: 'rules', rule: 'T4' },
    { kind: 'calendar', id: '', year: '', version: '' },
    { kind: 'calendar', id: 'cn', year: '2020', version: '2020.2' },
    { kind: 'kind', of: 'flowchart' },
    { kind: 'definition', of: 'flowchart', id: 'construction-permit', from: '1', to: 'draft:0a' },
    { kind: 'publications' },
    { kind: 'register', search: { text: '', on: '', certificates: '' } },
    { kind: 'register', search: { text: '窗口 1', on: '2026-07-01', certificates: 'ending' } },
    { kind: 'milestones', text: '', late: false },
    { kind: 'milestones', text: '住房 建设', late: true },
    { kind: 'body_milestones', body: '510500/zjj' },
    { kind: 'body_register', body: '510500-zjj', on: '', everyone: false },
    { kind: 'body_register', body: '510500/zjj', on: '2026-07-01', everyone: true },
  ]
  for (const page of pages) assert.deepEqual(listsPageOf(listsHash(page)), page)
})

test('other addresses and broken ones name no page of lists', () => {
  for (const hash of ['', '#/', '#/cases', '#/listsx', '#/lists/items', '#/lists/items/a/b', '#/lists/what', '#/lists/definitions', '#/lists/definitions/a/b/c', '#/lists/register/', '#/lists/register/a/b', '#/lists/milestones/', '#/lists/milestones/a/b']) {
    assert.equal(listsPageOf(hash), null, hash)
  }
  assert.deepEqual(listsPageOf('#/lists/items/%E4'), { kind: 'item', code: '%E4' })
  assert.deepEqual(listsPageOf('#/lists/register?on=tomorrow&certificates=lost'), { kind: 'register', search: { text: '', on: '', certificates: '' } })
})
