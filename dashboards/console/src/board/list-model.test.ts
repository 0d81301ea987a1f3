// The live list: what arrives while it is open, and what is asked again.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'

import type { Alert, AlertPage, AlertRow } from '../api/types'
import { CASES_AT_ONCE, ListModel, ROWS_MAX, SETTLE_MS } from './list-model'

// As it is before timers are mocked.
const atOnce = setImmediate

const alert = (id: string, minute: number, more: Partial<Alert> = {}) =>
  ({ alert_id: id, raised_at: new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString(), level: 'yellow', status: 'issued', org_code: 'a', ...more }) as Alert

const ids = (list: ListModel) => list.state.get().alerts.map((a) => a.alert_id)

/** A list that was read once, with the pages it is given in turn. */
async function loaded(t: TestContext, ...pages: AlertPage[]) {
  t.mock.timers.enable()
  let asked = 0
  const list = new ListModel(async () => pages[Math.min(asked++, pages.length - 1)] ?? { alerts: [], next: null })
  await list.load()
  return { list, asked: () => asked }
}

test('what is raised while the list is open comes to its place and lights up', async (t) => {
  const { list } = await loaded(t, { alerts: [alert('old', 1)], next: null })
  list.take(alert('new', 2))
  assert.deepEqual(ids(list), ['old'])
  t.mock.timers.tick(250)
  assert.deepEqual(ids(list), ['new', 'old'])
  assert.deepEqual([...list.state.get().fresh], [['new', 1]])
})

test('a row that changes stays in the list even when the filter would not bring it any more', async (t) => {
  const { list } = await loaded(t, { alerts: [alert('one', 1)], next: null })
  list.take(alert('one', 1, { status: 'withdrawn' }))
  t.mock.timers.tick(250)
  assert.equal(list.state.get().alerts[0]?.status, 'withdrawn')
})

test('what does not fit the filter does not come', async (t) => {
  const { list } = await loaded(t, { alerts: [], next: null })
  await list.choose({ level: 'red', org: 'a' })
  list.take(alert('yellow', 1))
  list.take(alert('elsewhere', 2, { level: 'red', org_code: 'b' }))
  list.take(alert('closed', 3, { level: 'red', status: 'ended' }))
  list.take(alert('red', 4, { level: 'red' }))
  t.mock.timers.tick(250)
  assert.deepEqual(ids(list), ['red'])
})

test('one that is older than the last row waits for its page', async (t) => {
  const { list } = await loaded(t, { alerts: [alert('last', 10)], next: 'c' }, { alerts: [alert('older', 5)], next: null })
  list.take(alert('older', 5))
  t.mock.timers.tick(250)
  assert.deepEqual(ids(list), ['last'])
  await list.more()
  assert.deepEqual(ids(list), ['last', 'older'])
})

test('a page that overlaps the one before brings no row twice', async (t) => {
  const { list } = await loaded(t, { alerts: [alert('b', 2), alert('a', 1)], next: 'c' }, { alerts: [alert('a', 1), alert('z', 0)], next: null })
  await list.more()
  assert.deepEqual(ids(list), ['b', 'a', 'z'])
})

test('a list that is full keeps the newest, whatever arrives, and does not move under its reader', async (t) => {
  const many = Array.from({ length: ROWS_MAX - 1 }, (_, n) => alert(`n${n}`, 1000 - n))
  const { list, asked } = await loaded(t, { alerts: many, next: null })
  assert.equal(list.state.get().full, false)
  list.take(alert('one', 3000))
  t.mock.timers.tick(250)
  assert.deepEqual([list.state.get().full, ids(list).length], [false, ROWS_MAX])
  list.take(alert('two', 3001))
  list.take(alert('older than all', 1))
  t.mock.timers.tick(250)
  assert.deepEqual([list.state.get().full, ids(list).length, ids(list)[0], ids(list).at(-1)], [true, ROWS_MAX, 'two', `n${ROWS_MAX - 3}`])
  list.take(alert('between', 700))
  list.take(alert('older than the last', 600))
  t.mock.timers.tick(250)
  assert.ok(ids(list).includes('between') && !ids(list).includes('older than the last'))
  assert.equal(asked(), 1)
})

test('pages are added up to the most that is kept', async (t) => {
  const page = (from: number) => ({ alerts: Array.from({ length: ROWS_MAX / 2 }, (_, n) => alert(`n${from + n}`, 1000 - from - n)), next: 'c' })
  const { list } = await loaded(t, page(0), page(ROWS_MAX / 2))
  assert.equal(list.state.get().full, false)
  await list.more()
  assert.deepEqual([list.state.get().full, ids(list).length], [true, ROWS_MAX])
  await list.load()
  assert.deepEqual([list.state.get().full, ids(list).length], [false, ROWS_MAX / 2])
})

/** A list whose rows are cases, and what the platform says of each when it is asked again. */
async function ofCases(t: TestContext, page: AlertPage, said: Record<string, AlertRow | null> = {}) {
  t.mock.timers.enable()
  const asked: string[] = []
  const list = new ListModel(
    async () => page,
    async (_, { case_no }) => {
      asked.push(case_no)
      return said[case_no] ?? null
    },
  )
  await list.load()
  const rows = () => list.state.get().alerts.map(({ alert_id, others }) => `${alert_id}+${others ?? 0}`)
  const settle = async () => {
    t.mock.timers.tick(SETTLE_MS)
    await new Promise((done) => atOnce(done))
  }
  return { list, asked, rows, settle }
}

const ofCase = (case_no: string, id: string, minute: number, more: Partial<AlertRow> = {}) => alert(id, minute, { subject_kind: 'case', source: 's', case_no, ...more }) as AlertRow

test('what comes of a case that has a row takes the row where it is graver, and else is told beside it', async (t) => {
  const said = { x: ofCase('x', 'red', 20, { level: 'red', others: 3 }) }
  const { list, asked, rows, settle } = await ofCases(t, { alerts: [ofCase('x', 'yellow', 10, { others: 1 }), ofCase('y', 'other', 5)], next: null }, said)
  list.take(ofCase('x', 'red', 20, { level: 'red' }))
  list.take(ofCase('x', 'notice', 21, { level: 'notice' }))
  t.mock.timers.tick(250)
  assert.deepEqual(rows(), ['red+1', 'other+0'])
  assert.equal(list.state.get().fresh.get('red'), 1)
  // How many there are exactly, the platform knows a moment later.
  await settle()
  assert.deepEqual([rows(), asked], [['red+3', 'other+0'], ['x']])
  await settle()
  assert.deepEqual(asked, ['x'])
})

test('a card that is withdrawn stays in sight, and the gravest that stands comes beside it', async (t) => {
  const said = { x: ofCase('x', 'yellow', 10) }
  const { list, rows, settle } = await ofCases(t, { alerts: [ofCase('x', 'red', 20, { level: 'red', others: 1 })], next: null }, said)
  list.take(ofCase('x', 'red', 20, { level: 'red', status: 'withdrawn' }))
  t.mock.timers.tick(250)
  assert.deepEqual(rows(), ['red+0'])
  await settle()
  assert.deepEqual(rows(), ['red+0', 'yellow+0'])
})

test('an archive that is behind undoes nothing that was told', async (t) => {
  const said = { x: ofCase('x', 'yellow', 10, { others: 0 }), y: ofCase('y', 'card', 30, { level: 'red' }) }
  const { list, rows, settle } = await ofCases(t, { alerts: [ofCase('y', 'card', 30, { level: 'red', others: 1 }), ofCase('x', 'yellow', 10)], next: null }, said)
  list.take(ofCase('x', 'red', 20, { level: 'red' }))
  list.take(ofCase('y', 'card', 30, { level: 'red', status: 'withdrawn' }))
  t.mock.timers.tick(250)
  await settle()
  assert.deepEqual(rows(), ['card+0', 'red+1'])
})

test('one that comes of a case whose graver alert is on a later page leaves again', async (t) => {
  const said = { x: ofCase('x', 'red', 1, { level: 'red', others: 1 }) }
  const { list, rows, settle } = await ofCases(t, { alerts: [ofCase('y', 'shown', 10)], next: 'c' }, said)
  list.take(ofCase('x', 'notice', 20, { level: 'notice' }))
  t.mock.timers.tick(250)
  assert.deepEqual(rows(), ['notice+0', 'shown+0'])
  await settle()
  assert.deepEqual(rows(), ['shown+0'])
})

test('where all are shown nothing is put together, and nothing is asked', async (t) => {
  const { list, asked, rows, settle } = await ofCases(t, { alerts: [ofCase('x', 'yellow', 10)], next: null })
  await list.choose({ all: true })
  list.take(ofCase('x', 'red', 20, { level: 'red' }))
  t.mock.timers.tick(250)
  await settle()
  assert.deepEqual([rows(), asked], [['red+0', 'yellow+0'], []])
})

test('a storm over every case asks for so many at a time', async (t) => {
  const many = Array.from({ length: ROWS_MAX }, (_, n) => ofCase(`c${n}`, `n${n}`, 1000 - n))
  const { list, asked, settle } = await ofCases(t, { alerts: many, next: null })
  for (let n = 0; n < ROWS_MAX; n++) list.take(ofCase(`c${n}`, `m${n}`, 1, { level: 'notice' }))
  t.mock.timers.tick(250)
  await settle()
  assert.equal(asked.length, CASES_AT_ONCE)
  await settle()
  assert.equal(asked.length, 2 * CASES_AT_ONCE)
})

test('a hundred thousand changes that are not shown leave nothing behind', async (t) => {
  const { list } = await loaded(t, { alerts: [alert('shown', 1)], next: null })
  for (let n = 0; n < 100_000; n++) list.take(alert(`ended${n}`, 1, { status: 'ended' }))
  list.take(alert('shown', 1, { level: 'red' }))
  t.mock.timers.tick(250)
  assert.deepEqual([...list.state.get().fresh], [['shown', 1]])
  assert.deepEqual(ids(list), ['shown'])
})

test('an answer to a filter that was left meanwhile is not shown', async () => {
  const answers: ((page: AlertPage) => void)[] = []
  const list = new ListModel(() => new Promise((answer) => answers.push(answer)))
  const first = list.load()
  const second = list.choose({ level: 'red' })
  answers[1]?.({ alerts: [alert('red', 1, { level: 'red' })], next: null })
  answers[0]?.({ alerts: [alert('yellow', 1)], next: null })
  await Promise.all([first, second])
  assert.deepEqual(ids(list), ['red'])
})

test('a failure is shown and recovered from when the connection is back', async () => {
  let broken = true
  const list = new ListModel(async () => {
    if (broken) throw new Error('away')
    return { alerts: [alert('one', 1)], next: null }
  })
  await list.load()
  assert.equal(list.state.get().failure?.message, 'away')
  broken = false
  list.recover()
  await new Promise((done) => atOnce(done))
  assert.deepEqual([list.state.get().phase, ids(list)], ['ready', ['one']])
})
