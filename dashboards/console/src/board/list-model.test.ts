// The live list: what arrives while it is open, and what is asked again.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'

import type { Alert, AlertPage } from '../api/types'
import { ListModel, ROWS_MAX } from './list-model'

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
