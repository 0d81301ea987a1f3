// The list of alerts: what its address asks for, its pages, what is kept, and one act upon many.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ApiFailure } from '../api/client'
import type { Alert, AlertRow, Level } from '../api/types'
import { BulkModel, tally } from './bulk'
import { ofEachCase } from './gravest'
import { CHOSEN_MAX, type CountedPage, PagesModel } from './pages-model'
import { type AlertQuery, EVERY_OPEN, hashOf, headOf, mayFit, narrowing, parametersOf, queryOf, sameQuery, wholeCaseHash } from './query'
import { SAVED_MAX, SavedFilters, USUAL } from './saved'

const alert = (id: string, more: Partial<Alert> = {}) =>
  ({ alert_id: id, raised_at: '2026-11-23T09:30:00+08:00', level: 'yellow', status: 'issued', org_code: 'zjj', source: 's', rule: 'T3', case_no: 'c-1', control_point: 'p', ...more }) as Alert

const full: AlertQuery = {
  standing: 'issued',
  level: ['red', 'yellow'],
  disposition: 'appealed',
  order: 'overdue',
  org: '510502-zjj',
  item: '510502-XK-0101',
  rule: 'T3',
  source: 'lz-platform',
  region: '5105',
  caseNo: 'a&b=c/1?',
  incident: '0a1b',
  from: '2026-11-01',
  until: '2026-11-30',
  sort: 'owed',
  all: true,
}

test('an address says all that is asked for, and reads back', () => {
  assert.deepEqual(queryOf(hashOf(full)), full)
  assert.equal(hashOf(EVERY_OPEN), '#/alerts')
  assert.deepEqual(queryOf('#/alerts'), EVERY_OPEN)
  for (const { query } of USUAL) assert.ok(sameQuery(queryOf(hashOf(query)), query))
})

test('what an address cannot mean is left out rather than sent', () => {
  const odd = queryOf('#/alerts?standing=gone&level=pink,red&disposition=toString&order=x&from=2026-13-40&until=yesterday&sort=oldest')
  assert.deepEqual(odd, { ...EVERY_OPEN, level: ['red'] })
})

test('the API is asked in its own words, days are the platform’s', () => {
  assert.deepEqual(parametersOf(full, '+08:00'), {
    status: 'issued',
    level: 'red,yellow',
    disposition: 'appealed',
    order_state: 'overdue',
    org_code: '510502-zjj',
    item_code: '510502-XK-0101',
    rule: 'T3',
    source: 'lz-platform',
    region: '5105',
    case_no: 'a&b=c/1?',
    incident: '0a1b',
    raised_from: '2026-11-01T00:00:00+08:00',
    raised_before: '2026-12-01T00:00:00+08:00',
    sort: 'owed',
  })
  assert.deepEqual(parametersOf({ ...EVERY_OPEN, all: true }, '+08:00'), { open: 'true' })
  assert.deepEqual(parametersOf({ ...EVERY_OPEN, standing: 'review' }, 'Z'), { to_review: 'true', top_of_case: 'true' })
  assert.equal(narrowing(full), 11)
})

test('of each case the gravest is asked for, but where everything is, or where each has a term of its own', () => {
  assert.equal(parametersOf(EVERY_OPEN, 'Z').top_of_case, 'true')
  assert.equal(parametersOf({ ...EVERY_OPEN, sort: 'gravest' }, 'Z').top_of_case, 'true')
  assert.equal(parametersOf({ ...EVERY_OPEN, all: true }, 'Z').top_of_case, undefined)
  for (const sort of ['owed', 'appeal'] as const) assert.equal(parametersOf({ ...EVERY_OPEN, sort }, 'Z').top_of_case, undefined)
  const whole = queryOf(wholeCaseHash({ ...EVERY_OPEN, level: ['red'] }, alert('a')))
  assert.deepEqual(whole, { ...EVERY_OPEN, level: ['red'], source: 's', caseNo: 'c-1', all: true })
})

test('of one case the gravest stands for the others, and what is over never before what stands', () => {
  const row = (id: string, level: Level, more: Partial<AlertRow> = {}) => alert(id, { subject_kind: 'case', level, ...more }) as AlertRow
  const told = (rows: AlertRow[], fits = (_: Alert) => true) => ofEachCase(rows, fits).map(({ alert_id, others }) => `${alert_id}+${others ?? 0}`)
  const later = '2026-11-24T09:30:00+08:00'
  assert.deepEqual(told([row('a', 'notice'), row('b', 'red'), row('c', 'yellow')]), ['b+1'])
  assert.deepEqual(told([row('a', 'yellow'), row('b', 'yellow', { raised_at: later }), row('x', 'review', { raised_at: later })]), ['b+1'])
  assert.deepEqual(told([row('a', 'red', { status: 'ended' }), row('b', 'notice', { others: 3 })]), ['b+3'])
  // What fits no more stays, stands for no other and is no other.
  const open = ({ status }: Alert) => status === 'issued'
  assert.deepEqual(told([row('a', 'red', { status: 'withdrawn', others: 2 }), row('b', 'notice')], open), ['a+0', 'b+0'])
  // Of other cases, and of none.
  assert.deepEqual(told([row('a', 'red'), row('b', 'red', { source: 'other' }), row('c', 'red', { subject_kind: 'org' }), row('d', 'red', { subject_kind: 'org' })]), ['a+0', 'b+0', 'c+0', 'd+0'])
})

test('a region holds what lies in it', () => {
  for (const [region, head] of [
    ['510500', '5105'],
    ['5105', '5105'],
    ['510502', '510502'],
    ['510502001000', '510502001'],
    ['510000', '51'],
  ] as const)
    assert.equal(headOf(region), head)
  const district = alert('a', { region_code: '510502' })
  assert.ok(mayFit({ ...EVERY_OPEN, region: '510500' }, district))
  assert.ok(!mayFit({ ...EVERY_OPEN, region: '510503' }, district))
})

test('a live change is new to a list only where it may belong to it', () => {
  assert.ok(mayFit(EVERY_OPEN, alert('a')))
  assert.ok(!mayFit(EVERY_OPEN, alert('a', { status: 'ended' })))
  assert.ok(!mayFit({ ...EVERY_OPEN, level: ['red'] }, alert('a')))
  assert.ok(mayFit({ ...EVERY_OPEN, standing: 'review' }, alert('a', { level: 'review' })))
  assert.ok(!mayFit({ ...EVERY_OPEN, from: '2026-11-24' }, alert('a')))
  assert.ok(mayFit({ ...EVERY_OPEN, from: '2026-11-23', until: '2026-11-23' }, alert('a')))
})

/** A platform of so many alerts. */
function platform(count: number) {
  const asked: [string | null, boolean][] = []
  const read = async (_: AlertQuery, cursor: string | null, total: boolean): Promise<CountedPage> => {
    asked.push([cursor, total])
    const from = Number(cursor ?? 0)
    const to = Math.min(from + 100, count)
    const alerts = Array.from({ length: to - from }, (__, n) => alert(`a${from + n}`))
    return { alerts, next: to < count ? String(to) : null, ...(total ? { total: count } : {}) }
  }
  return { model: new PagesModel(read), asked }
}

test('pages go on and back, are counted once, and a list that is the same is not read again', async () => {
  const { model, asked } = platform(250)
  await model.open(EVERY_OPEN)
  await model.next()
  await model.next()
  const state = model.state.get()
  assert.deepEqual([state.page, state.alerts[0]?.alert_id, state.alerts.length, state.next, state.total], [2, 'a200', 50, null, 250])
  await model.next()
  await model.previous()
  assert.equal(model.state.get().alerts[0]?.alert_id, 'a100')
  await model.open({ ...EVERY_OPEN })
  assert.equal(model.state.get().page, 1)
  assert.deepEqual(asked, [
    [null, true],
    ['100', false],
    ['200', false],
    ['100', false],
  ])
  await model.open({ ...EVERY_OPEN, level: ['red'] })
  assert.deepEqual([model.state.get().page, model.state.get().total], [0, 250])
})

test('what changes is shown in its row, what comes is told, and both are gone when the page is read again', async () => {
  const { model } = platform(3)
  await model.open(EVERY_OPEN)
  model.take(alert('a1', { level: 'red' }))
  model.take(alert('new'))
  model.take(alert('over', { status: 'withdrawn' }))
  assert.deepEqual([model.state.get().alerts[1]?.level, model.state.get().news], ['red', 1])
  await model.again()
  assert.equal(model.state.get().news, 0)
})

test('a row that changes goes on standing for the others of its case, and what is counted stays for every page', async () => {
  const read = async (_: AlertQuery, cursor: string | null): Promise<CountedPage> =>
    cursor === null ? { alerts: [{ ...alert('a1'), others: 2 }], next: '1', total: 9, rows: 2 } : { alerts: [{ ...alert('a2'), others: 5 }], next: null }
  const model = new PagesModel(read)
  await model.open(EVERY_OPEN)
  model.take(alert('a1', { level: 'red' }))
  const [row] = model.state.get().alerts
  assert.deepEqual([row?.level, row?.others], ['red', 2])
  await model.again()
  assert.equal(model.state.get().alerts[0]?.others, 2)
  await model.next()
  const { total, rows } = model.state.get()
  assert.deepEqual([total, rows], [9, 2])
})

test('what was told a moment ago is not undone by an archive that is behind', async () => {
  let here = 0
  const read = async () => ({ alerts: [alert('a1')], next: null, total: 1 })
  const model = new PagesModel(read, () => here)
  await model.open(EVERY_OPEN)
  model.take(alert('a1', { level: 'red' }))
  await model.again()
  assert.equal(model.state.get().alerts[0]?.level, 'red')
  here += 11_000
  await model.again()
  assert.equal(model.state.get().alerts[0]?.level, 'yellow')
})

test('a page that stays open remembers what was told of late and nothing more', async () => {
  let here = 0
  const read = async () => ({ alerts: [alert('a1')], next: null, total: 1 })
  const model = new PagesModel(read, () => here)
  await model.open(EVERY_OPEN)
  for (let n = 0; n < 5000; n++) {
    here += 100
    model.take(alert(`m${n % 3000}`))
  }
  assert.ok(model.remembered <= 102, `${model.remembered}`)
})

test('what is chosen stays chosen over pages, up to a bound, and not for another list', async () => {
  const { model } = platform(250)
  await model.open(EVERY_OPEN)
  model.choose(model.state.get().alerts, true)
  await model.next()
  model.choose([model.state.get().alerts[0] as Alert], true)
  assert.equal(model.state.get().chosen.size, 101)
  model.choose([alert('a0')], false)
  assert.equal(model.state.get().chosen.size, 100)
  model.choose(Array.from({ length: 900 }, (_, n) => alert(`m${n}`)), true)
  assert.equal(model.state.get().chosen.size, CHOSEN_MAX)
  await model.open({ ...EVERY_OPEN, level: ['red'] })
  assert.equal(model.state.get().chosen.size, 0)
})

test('kept filters outlive the page, names are unique, and what is damaged is left out', () => {
  const kept = new Map<string, string>()
  const keeper = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }
  const filters = new SavedFilters(keeper, 'k')
  filters.save('我的', full)
  filters.save('别的', EVERY_OPEN)
  filters.save('我的', { ...full, sort: 'gravest' })
  const again = new SavedFilters(keeper, 'k').all.get()
  assert.deepEqual(
    again.map(({ name, query }) => [name, query.sort]),
    [
      ['别的', 'newest'],
      ['我的', 'gravest'],
    ],
  )
  filters.remove('别的')
  assert.equal(new SavedFilters(keeper, 'k').all.get().length, 1)
  for (let n = 0; n < 50; n += 1) filters.save(`n${n}`, full)
  assert.equal(filters.all.get().length, SAVED_MAX)
  for (const text of ['{', '{}', '[1, {"name": 3}, null]']) {
    kept.set('k', text)
    assert.deepEqual(new SavedFilters(keeper, 'k').all.get(), [])
  }
  assert.deepEqual(new SavedFilters(null, 'k').all.get(), [])
})

const said = { why: '系统对接延误' }

test('one act upon many sends a command each under its own key, and lists what was refused', async () => {
  const sent: string[] = []
  let under = 0
  let most = 0
  const model = new BulkModel(
    async (id, _, __, key) => {
      under += 1
      most = Math.max(most, under)
      await Promise.resolve()
      under -= 1
      sent.push(key)
      if (id === 'a3') throw new ApiFailure(409, '该预警已经认定', 'refused')
      if (id === 'a5') throw new ApiFailure(503, '数据库暂时不可用', 'away')
      return null
    },
    () => {},
  )
  await model.start('confirm', Array.from({ length: 9 }, (_, n) => alert(`a${n}`)), said, '')
  const run = model.run.get()
  assert.ok(run)
  assert.deepEqual(tally(run), { waiting: 0, sending: 0, done: 7, refused: 1, failed: 1 })
  assert.equal(new Set(sent).size, 9)
  assert.ok(most <= 4, `${most} at a time`)
  assert.equal(run.items.find(({ state }) => state === 'refused')?.why, '该预警已经认定')
})

test('what was not answered is sent again under the same key, and nothing else is', async () => {
  const sent: [string, string][] = []
  let away = true
  const model = new BulkModel(
    async (id, _, __, key) => {
      sent.push([id, key])
      if (away && id === 'a1') throw new ApiFailure(0, '无法连接平台', 'away')
      return null
    },
    () => {},
  )
  await model.start('confirm', [alert('a0'), alert('a1')], said, '')
  away = false
  await model.again()
  assert.deepEqual(
    sent.map(([id]) => id),
    ['a0', 'a1', 'a1'],
  )
  assert.equal(sent[1]?.[1], sent[2]?.[1])
  const run = model.run.get()
  assert.equal(run && tally(run).done, 2)
})

test('an order goes to each one’s own body, or to the one that was chosen; without a session nothing goes on', async () => {
  const to: (string | undefined)[] = []
  const model = new BulkModel(
    async (_, __, { to: body }) => {
      to.push(body)
      return null
    },
    () => {},
  )
  await model.start('order', [alert('a', { responsible_org: 'rsj' }), alert('b'), alert('c', { org_code: null })], said, '')
  assert.deepEqual(to, ['rsj', 'zjj'])
  assert.equal(tally(model.run.get() as never).refused, 1)
  model.end()
  await model.start('order', [alert('a')], { ...said, to: 'szf' }, '')
  assert.deepEqual(to.at(-1), 'szf')

  let asked = 0
  const over = new BulkModel(
    async () => {
      asked += 1
      throw new ApiFailure(401, '请先登录', 'sign in')
    },
    () => {},
  )
  await over.start('confirm', Array.from({ length: 40 }, (_, n) => alert(`a${n}`)), said, '')
  assert.ok(asked <= 4, `${asked} were sent without a session`)
  assert.equal(tally(over.run.get() as never).waiting, 40 - asked)
})
