import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NO_NAMES, Names } from '../api/names'
import type { Deciders } from './api'
import { DECIDED } from './deciders-model'
import { bodiesSheet, peopleSheet, takenBackSheet } from './deciders-sheets'
import { periodOf } from './period'

const none = { objective: 0, data: 0, rule: 0 }
const nothing = { concluded: 0, confirmed: 0, upheld: 0, dismissed: none, withdrawn: none, objective: 0, objective_share: null }
const ofLi = { ...nothing, concluded: 8, confirmed: 5, dismissed: { ...none, objective: 2 }, withdrawn: { ...none, data: 1 }, objective: 2, objective_share: 0.25 }
const ofChen = { ...nothing, concluded: 1, confirmed: 1 }

const FOUND: Deciders = {
  period: { code: '2026-10', label: '' },
  min_base: 5,
  deciders: [
    { ...ofLi, person: 'li', acting_for: 'sfj', taken_back: 0, bodies: [{ ...ofLi, org_code: 'zjj' }] },
    { ...ofChen, person: 'chen', acting_for: '', taken_back: 3, bodies: [{ ...ofChen, org_code: '' }] },
  ],
  total: { ...ofLi, concluded: 9, confirmed: 6, objective_share: 2 / 9 },
  taken_back: [
    { person: 'li', confirmed_by: 'chen', alerts: 3 },
    { person: 'li', confirmed_by: '', alerts: 1 },
  ],
  unconcluded: { open: 7, appealed: 2 },
}
const names = new Names({ ...NO_NAMES, orgs: { sfj: '市司法局', zjj: '市住建局' }, posts: { li: '监督员' } })
const october = periodOf('2026-10') ?? assert.fail()

test('a file of who decided what has all that the page shows: names, whom they acted for, all of them, and what has no conclusion', () => {
  const { head, shares, body, notes } = peopleSheet(FOUND, names, october)
  assert.deepEqual(head, ['人员', '所在单位', ...DECIDED.map(({ zh }) => zh), '客观原因占比', '认定被他人撤销'])
  assert.deepEqual(body, [
    ['监督员 li', '市司法局', 8, 5, 0, 2, 0, 0, 0, 1, 0, 0.25, 0],
    ['chen', '', 1, 1, 0, 0, 0, 0, 0, 0, 0, '基数不足', 3],
    ['合计', '', 9, 6, 0, 2, 0, 0, 0, 1, 0, 2 / 9, 3],
  ])
  assert.deepEqual(head.filter((_, place) => shares?.[place]), ['客观原因占比'])
  assert.match(notes.join(), /2026年10月.*尚未作结论的黄牌、红牌 7 件，申诉中的 2 件/)
})

test('a file of whose alerts were set aside names the bodies, and one of what was taken back both persons', () => {
  const bodies = bodiesSheet(FOUND, names, october)
  assert.equal(bodies.head.length, bodies.body[0]?.length)
  assert.deepEqual(bodies.body, [['监督员 li', '市住建局', 'zjj', 2, 1, 2, 8]])
  assert.deepEqual(takenBackSheet(FOUND, names, october).body, [
    ['监督员 li', 'chen', 3],
    ['监督员 li', '未经认定', 1],
  ])
})
