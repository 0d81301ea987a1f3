import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Person } from '../people/session'
import type { Mark } from './api'
import { scoresHash, scoresPageOf, sheetHash } from './routes'
import { actsUpon, marks, signed, unranked } from './words'

const MARK: Mark = {
  id: '0123456789abcdef-0',
  item: 'attitude',
  points: -2,
  version: '1',
  state: 'counts',
  why: '巡查',
  at: '2026-11-02T10:00:00+08:00',
  by: { person: 'jc-1', body: 'jcj', office: '' },
  appeal_until: '2026-11-09',
  after: [],
}

const person = (id: string, body: string, ...roles: Person['roles']): Person => ({ account: id, person: id, name: '', roles, body, office: '', region: '' })

const giver = person('jc-1', 'jcj', 'supervision')
const colleague = person('jc-2', 'jcj', 'supervision')
const theirs = person('zj-1', 'zjj', 'department_supervisor')
const inside = person('zj-2', 'zjj', 'supervision')

test('an address holds the whole question', () => {
  const list = { model: 'monthly', period: '2026-10', region: '510500', org: '' }
  assert.deepEqual(scoresPageOf(scoresHash(list)), { kind: 'list', search: list })
  const sheet = { model: 'monthly', period: '2026-10', body: '510500-zjj', office: '', officer: '' }
  assert.deepEqual(scoresPageOf(sheetHash(sheet)), { kind: 'sheet', sheet })
  assert.equal(scoresPageOf('#/scored'), null)
  assert.equal(scoresPageOf('#/scores/a/b'), null)
})

test('nobody marks their own body', () => {
  assert.equal(marks(giver, 'zjj'), true)
  assert.equal(marks(inside, 'zjj'), false)
  assert.equal(marks(theirs, 'zjj'), false)
})

test('each is offered what the platform would take from them', () => {
  const appealed: Mark = { ...MARK, state: 'appealed', after: [{ act: 'appeal', upheld: null, why: '不服', at: MARK.at, by: { person: 'zj-1', body: 'zjj', office: '' } }] }
  const upheld: Mark = { ...MARK, state: 'upheld' }
  const cases: [Mark, Person, string, string[]][] = [
    [MARK, theirs, '2026-11-09', ['appeal']],
    [MARK, theirs, '2026-11-10', []],
    [MARK, giver, '2026-11-09', ['void']],
    [MARK, colleague, '2026-11-09', []],
    [{ ...MARK, points: 1 }, theirs, '2026-11-09', []],
    [appealed, giver, '2026-11-20', []],
    [appealed, colleague, '2026-11-20', ['decide']],
    [appealed, inside, '2026-11-20', []],
    [appealed, theirs, '2026-11-20', []],
    [upheld, giver, '2026-11-20', ['void']],
    [upheld, theirs, '2026-11-05', []],
    [{ ...MARK, state: 'withdrawn' }, giver, '2026-11-05', []],
    [{ ...MARK, state: 'voided' }, colleague, '2026-11-05', []],
  ]
  for (const [mark, who, day, acts] of cases) assert.deepEqual(actsUpon(mark, who, 'zjj', day), acts, `${mark.state} ${who.person} ${day}`)
})

test('a sheet without a rank says why, and a small base beside it', () => {
  const told = (why: Parameters<typeof unranked>[0]['unranked'], small: boolean) => unranked({ unranked: why, base_small: small }).map((words) => words.zh)
  assert.deepEqual(told(null, false), [])
  assert.deepEqual(told('vertical', false), ['垂直管理，不与本地区的单位排名'])
  assert.deepEqual(told('base_small', true), ['基数太小，不排名'])
  assert.deepEqual(told('vertical', true), ['垂直管理，不与本地区的单位排名', '基数太小'])
})

test('points carry their sign', () => {
  assert.deepEqual([-2.5, 0, 1].map(signed), ['−2.5', '0', '+1'])
})
