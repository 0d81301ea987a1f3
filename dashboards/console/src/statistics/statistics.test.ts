import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NO_NAMES, Names } from '../api/names'
import { csvOf, xlsxOf } from '../components/files'
import type { Person, Session } from '../people/session'
import type { Role } from '../people/roles'
import type { CountedRow, Dictionary, Metric, Statistics, StatisticsRow, Value } from './api'
import { comparedRows, trendOption } from './chart-options'
import { bysOf, charted, columnsOf, withBeside } from './columns'
import { setAside } from './deciders-model'
import { grouped } from './dictionary'
import { asKind, around, daysIn, moved, periodName, periodOf, periodSaid, periodText, trendOf } from './period'
import { readsDeciders, readsGroup, readsHandlers, readsStatistics } from './rights'
import { EVERYWHERE, FIRST_QUESTION, type Question, questionHash, rowsHash, statisticsHash, statisticsPageOf } from './routes'
import { columnsOfRows, rowTitle } from './rows'
import { behind, cellsOf, isOwnLevel, sortAfter, sorted, within } from './table'
import { changeOf, changeText, standingOf, valueText, verdictText } from './values'

const metric = (id: string, some: Partial<Metric> = {}): Metric => ({
  id,
  name: `指标${id}`,
  name_en: `Metric ${id}`,
  group: 'time',
  group_zh: '时效',
  definition: '定义',
  definition_en: 'meaning',
  formula: '甲 ÷ 乙',
  base: '乙',
  unit: 'share',
  direction: 'higher',
  pitfalls: '',
  pitfalls_en: '',
  over: 'cases',
  by: ['region', 'org', 'office', 'handler', 'item', 'power_type', 'case_kind', 'channel', 'month'],
  ...some,
})
const value = (some: Partial<Value> = {}): Value => ({ value: null, numerator: null, denominator: null, base: null, hidden: false, previous: null, last_year: null, ...some })
const row = (key: string, values: StatisticsRow['values'] = {}): StatisticsRow => ({ key, name: `名${key}`, values })
const period = (text: string) => periodOf(text) ?? assert.fail(text)

test('a period is read back to what it was written from, and what is no day of the calendar means none', () => {
  for (const text of ['2026', '2026-H1', '2026-Q3', '2026-10', '2026-10-01..2026-10-15', '2024-02-29..2024-02-29']) assert.equal(periodText(period(text)), text)
  for (const text of ['', '26', '2026-13', '2026-00', '2026-Q5', '2026-H3', '2026-10-01', '2026-10-15..2026-10-01', '2026-02-30..2026-03-01', '2026-01-01..2026-01-02..2026-01-03']) {
    assert.equal(periodOf(text), null, text)
  }
})

test('a period has its first and its last day', () => {
  const days = ['2026', '2026-H1', '2026-H2', '2026-Q1', '2026-Q4', '2024-02', '2026-12', '2026-10-03..2026-10-05'].map((text) => Object.values(daysIn(period(text))).join(' '))
  assert.deepEqual(days, ['2026-01-01 2026-12-31', '2026-01-01 2026-06-30', '2026-07-01 2026-12-31', '2026-01-01 2026-03-31', '2026-10-01 2026-12-31', '2024-02-01 2024-02-29', '2026-12-01 2026-12-31', '2026-10-03 2026-10-05'])
})

test('the period before and after goes over the year, and a range moves by its own days', () => {
  const go = (text: string, by: number) => periodText(moved(period(text), by))
  assert.deepEqual([go('2026-01', -1), go('2026-12', 1), go('2026-Q1', -1), go('2026-H2', 1), go('2026', -1)], ['2025-12', '2027-01', '2025-Q4', '2027-H1', '2025'])
  assert.equal(go('2026-03-01..2026-03-10', -1), '2026-02-19..2026-02-28')
  assert.equal(go('2026-03-01..2026-03-10', 1), '2026-03-11..2026-03-20')
})

test('another kind is the one in which the last day lies', () => {
  const kinds = (['month', 'quarter', 'half', 'year', 'range'] as const).map((kind) => periodText(asKind(period('2026-Q3'), kind)))
  assert.deepEqual(kinds, ['2026-09', '2026-Q3', '2026-H2', '2026', '2026-07-01..2026-09-30'])
  assert.deepEqual(around('2026-11-28', 'quarter'), { kind: 'quarter', year: 2026, part: 4 })
})

test('a trend looks back a year, or as far as a longer period reaches', () => {
  assert.equal(periodText(trendOf(period('2026-10'))), '2025-11-01..2026-10-31')
  assert.equal(periodText(trendOf(period('2026'))), '2026-01-01..2026-12-31')
  assert.equal(periodText(trendOf(period('2024-03-05..2026-02-10'))), '2024-03-01..2026-02-10')
})

test('a period is told as people say it', () => {
  assert.deepEqual(['2026', '2026-H2', '2026-Q3', '2026-10'].map((text) => periodName(period(text))), ['2026年', '2026年下半年', '2026年第3季度', '2026年10月'])
  assert.deepEqual([periodSaid('2026-H2'), periodSaid('本期')], ['2026年下半年', '本期'])
})

const WHOLE: Question = { period: period('2026-10'), region: '510502', org: '510502-zjj', item: 'XK-01', powerType: 'licence', caseKind: 'promise', channel: 'online', by: 'office', group: 'alerts', metric: 'alert_rate', sort: '-alert_rate' }

test('an address holds the whole question', () => {
  assert.deepEqual(statisticsPageOf(questionHash(WHOLE)), { kind: 'overview', question: WHOLE })
  assert.deepEqual(statisticsPageOf('#/statistics'), { kind: 'overview', question: FIRST_QUESTION })
  assert.equal(questionHash(FIRST_QUESTION), '#/statistics')
  const rows = { ...EVERYWHERE, region: '510502', period: period('2026-Q3'), metric: 'overdue_rate', part: 'base' as const, by: 'office' as const, key: '' }
  assert.deepEqual(statisticsPageOf(rowsHash(rows)), { kind: 'rows', question: rows })
  for (const page of [
    { kind: 'metrics' as const, text: '按时', metric: 'on_time_rate' },
    { kind: 'process' as const, question: { item: 'XK-01', period: null, region: '', org: '510502-zjj' } },
    { kind: 'deciders' as const, question: { period: period('2026-10') } },
  ])
    assert.deepEqual(statisticsPageOf(statisticsHash(page)), page)
})

test('what an address cannot mean is left out, and others name none of these pages', () => {
  assert.deepEqual(statisticsPageOf('#/statistics?period=soon&by=colour&group=x&metric=<b>&sort=--a'), { kind: 'overview', question: FIRST_QUESTION })
  for (const hash of ['', '#/', '#/statistics/', '#/statistics/rows', '#/statistics/rows?metric=A!', '#/statisticss']) assert.equal(statisticsPageOf(hash), null, hash)
})

test('numbers have their unit, and none is said to be nothing or the whole that is not', () => {
  assert.deepEqual(
    [valueText('share', 0.974), valueText('share', 1), valueText('share', 0.99999), valueText('share', 0.0001), valueText('share', 0), valueText('count', 12345), valueText('days', 3.24), valueText('hours', 0), valueText('number', 1.006)],
    ['97.4%', '100.0%', '99.9%', '<0.1%', '0.0%', '12,345', '3.2天', '0.0小时', '1.01'],
  )
  assert.equal(valueText('days', null), '—')
  assert.equal(valueText('share', 1.2), '120.0%')
})

test('a change says which way and whether that is better; of what is hidden there is none', () => {
  const told = (of: Metric, now: number, before: number) => {
    const change = changeOf(of, value({ value: now }), { value: before, base: 9 })
    return change && `${changeText(change)} ${verdictText(change)}`
  }
  assert.equal(told(metric('a'), 0.974, 0.95), '↑ 2.4个百分点 好转')
  assert.equal(told(metric('a', { direction: 'lower' }), 0.974, 0.95), '↑ 2.4个百分点 变差')
  assert.equal(told(metric('a', { direction: 'none', unit: 'count' }), 90, 120), '↓ 25.0% ')
  assert.equal(told(metric('a', { unit: 'count', direction: 'lower' }), 3, 0), '↑ 增 3（原为零） 变差')
  assert.equal(told(metric('a', { unit: 'days', direction: 'lower' }), 4, 5.5), '↓ 1.5天 好转')
  assert.equal(told(metric('a'), 0.9501, 0.95), '持平 ')
  assert.equal(changeOf(metric('a'), value({ hidden: true, base: 3 }), { value: 1, base: 9 }), null)
  assert.equal(changeOf(metric('a'), value({ value: 1 }), { value: null, base: 2 }), null)
  assert.equal(changeOf(metric('a'), value({ value: 1 }), null), null)
})

const DICTIONARY: Dictionary = {
  version: '1',
  metrics: [
    metric('received', { group: 'volume', unit: 'count', name: '收件' }),
    metric('on_time_rate', { name: '按时办结率', name_en: 'On time' }),
    metric('promise_kept_rate'),
    metric('median_step_hours', { unit: 'hours', over: 'steps', by: ['org', 'month', 'step'] }),
    metric('red', { group: 'alerts', unit: 'count', over: 'alerts', by: ['org', 'month', 'level'] }),
    metric('late_case_share', { group: 'truth', direction: 'lower', name: '补录办件占比', pitfalls: '迟报' }),
  ],
}

test('a rate of being on time never stands without the share that was entered late, which stands once', () => {
  const ids = (columns: Metric[]) => columns.map(({ id }) => id)
  assert.deepEqual(ids(columnsOf(DICTIONARY, 'time', 'org')), ['on_time_rate', 'late_case_share', 'promise_kept_rate'], 'metrics of steps are not of bodies')
  assert.deepEqual(ids(columnsOf(DICTIONARY, 'time', 'step')), ['median_step_hours'], 'nor the others of steps')
  assert.deepEqual(bysOf(DICTIONARY, 'alerts'), ['org', 'month', 'level'])
  assert.deepEqual(ids(columnsOf(DICTIONARY, 'alerts', 'item')), [])
  assert.deepEqual(ids(withBeside(DICTIONARY, ['received', 'on_time_rate', 'unheard_of'])), ['received', 'on_time_rate', 'late_case_share'])
  assert.equal(charted(columnsOf(DICTIONARY, 'time', 'org'), 'promise_kept_rate')?.id, 'promise_kept_rate')
  assert.equal(charted(columnsOf(DICTIONARY, 'time', 'org'), 'received')?.id, 'on_time_rate')
  assert.equal(charted([], 'received'), null)
})

test('what is not told stands last whichever way the table is sorted', () => {
  const rows = [row('a', { m: value({ value: 2 }) }), row('b', { m: value({ hidden: true, base: 2 }) }), row('c', { m: value({ value: 5 }) }), row('d')]
  const order = (sort: string) => sorted(rows, sort).map(({ key }) => key).join('')
  assert.deepEqual([order(''), order('m'), order('-m')], ['abcd', 'cabd', 'acbd'])
  assert.deepEqual([sortAfter('', 'm'), sortAfter('m', 'm'), sortAfter('-m', 'm'), sortAfter('x', 'm')], ['m', '-m', '', 'm'])
  assert.deepEqual(comparedRows(rows, metric('m')).map(({ key }) => key), ['a', 'c'])
})

test('a row leads from county to body to item to the months of it', () => {
  const question = { ...FIRST_QUESTION, period: period('2026-10'), by: 'region' as const, sort: 'm' }
  const county = within(question, row('510502'))
  assert.deepEqual([county?.region, county?.by, county?.sort], ['510502', 'org', ''])
  const body = county && within(county, row('510502-zjj'))
  assert.deepEqual([body?.region, body?.org, body?.by], ['510502', '510502-zjj', 'item'])
  const item = body && within(body, row('XK-01'))
  assert.deepEqual([item?.org, item?.item, item?.by], ['510502-zjj', 'XK-01', 'month'])
  const month = item && within(item, row('2026-09'))
  assert.equal(month?.period && periodText(month.period), '2026-09')
  assert.equal(within(question, row('')), null, 'what nobody told breaks down no further')
  assert.equal(within({ ...question, by: 'office' }, row('k1')), null)
})

test('a number opens to its rows: narrowed like its question, or by its row’s key', () => {
  const question = { ...FIRST_QUESTION, period: period('2026-10'), region: '5105' }
  const of = metric('on_time_rate')
  const hash = (by: Question['by'], key: string | null) => rowsHash(behind({ ...question, by }, key === null ? null : row(key), of, 'base'))
  assert.equal(hash('org', 'zjj'), '#/statistics/rows?metric=on_time_rate&part=base&period=2026-10&region=5105&org=zjj')
  assert.equal(hash('org', null), '#/statistics/rows?metric=on_time_rate&part=base&period=2026-10&region=5105')
  assert.equal(hash('month', '2026-08'), '#/statistics/rows?metric=on_time_rate&part=base&period=2026-08&region=5105')
  assert.equal(hash('office', 'k1'), '#/statistics/rows?metric=on_time_rate&part=base&period=2026-10&region=5105&by=office&key=k1')
  assert.equal(hash('org', ''), '#/statistics/rows?metric=on_time_rate&part=base&period=2026-10&region=5105&by=org')
})

const FOUND: Statistics = {
  period: { code: '', from: '', until: '', label: '', running: false },
  as_of: '',
  dictionary_version: '1',
  by: 'month',
  min_base: 5,
  left_off: 0,
  rows: [row('2026-09', { on_time_rate: value({ value: 0.9, numerator: 9, base: 10 }), received: value({ value: 12 }) }), row('2026-10', { on_time_rate: value({ hidden: true, base: 3 }) })],
  total: { on_time_rate: value({ value: 0.8, numerator: 8, base: 13 }), received: value({ value: 12 }) },
}

test('a table taken along keeps shares as fractions beside what they come from, and says where a base is too small', () => {
  const { head, shares, body } = cellsOf(FOUND, [metric('received', { unit: 'count', name: '收件' }), metric('on_time_rate', { name: '按时办结率' })], '月份')
  assert.deepEqual(head, ['月份', '代码', '收件', '按时办结率', '按时办结率（分子）', '按时办结率（基数）'])
  assert.deepEqual(shares, [false, false, false, true, false, false])
  assert.deepEqual(body, [
    ['名2026-09', '2026-09', 12, 0.9, 9, 10],
    ['名2026-10', '2026-10', null, '基数不足', null, 3],
    ['合计', '', 12, 0.8, 8, 13],
  ])
})

test('a file runs nothing that a department wrote', () => {
  const csv = csvOf({ head: ['名,称'], body: [['=1+1'], ['说“甲"乙'], [-3], [null]], notes: ['2026年'] })
  assert.equal(csv, '\ufeff"名,称"\r\n\'=1+1\r\n"说“甲""乙"\r\n-3\r\n\r\n\r\n2026年\r\n')
})

test('a workbook holds numbers as numbers', async () => {
  const file = await xlsxOf({ head: ['部门', '率'], shares: [false, true], body: [['市住建局', 0.974], ['空', null]], notes: ['注'] })
  const bytes = new Uint8Array(await file.arrayBuffer())
  assert.deepEqual([...bytes.subarray(0, 2)], [0x50, 0x4b], 'a zip')
  assert.ok(bytes.length > 1000)
})

test('a month without a number is a gap in the chart, and what stands beside a rate has another shape', () => {
  const palette = { ink: '#000', soft: '#333', line: '#ccc', paper: '#fff', first: '#00f', second: '#a50', font: 'sans' }
  const { series, xAxis } = trendOption(FOUND, [metric('on_time_rate'), metric('late_case_share')], palette) as { series: { data: unknown[]; symbol: string; lineStyle: { type?: string } }[]; xAxis: { data: string[] } }
  assert.deepEqual(xAxis.data, ['2026-09', '2026-10'])
  assert.deepEqual(series[0]?.data, [0.9, null])
  assert.notEqual(series[0]?.symbol, series[1]?.symbol)
  assert.equal(series[1]?.lineStyle.type, 'dashed')
  assert.deepEqual(trendOption(FOUND, [], palette), {})
})

test('the dictionary is looked through in all its words and keeps its groups', () => {
  const ids = (text: string) => grouped(DICTIONARY, text).map(([group, metrics]) => `${group}:${metrics.map(({ id }) => id).join('+')}`)
  assert.deepEqual(ids('按时'), ['time:on_time_rate'])
  assert.deepEqual(ids('ON time'), ['time:on_time_rate'])
  assert.deepEqual(ids('迟报'), ['truth:late_case_share'])
  assert.deepEqual(ids('没有'), [])
  assert.equal(grouped(DICTIONARY, '').length, 4)
})

const counted = (some: Partial<CountedRow>): CountedRow => ({ source: 's', case_no: '1', alert_id: null, sub: '', item_code: null, item: null, org_code: null, org: null, region_code: null, step: null, level: null, rule: null, amount: 1, instants: {}, ...some })

test('rows have the columns that some of them have, codes by name and instants as wall times', () => {
  const names = new Names({ ...NO_NAMES, orgs: { zjj: '市住建局' }, items: { 'XK-01': '施工许可' }, item_flowcharts: { 'XK-01': 'permit' }, flowchart_steps: { permit: { review: '资料审查' } } })
  const first = counted({ org_code: 'zjj', item_code: 'XK-01', item: '施工许可证核发', step: 'review', instants: { due_at: '2026-10-24T23:59:59+08:00', received_at: '2026-10-20T09:30:05+08:00' } })
  const second = counted({ level: 'red', amount: 3.14159, instants: { brand_new_at: '2026-10-24T09:30:05+08:00' } })
  const columns = columnsOfRows([first, second])
  assert.deepEqual(columns.map(({ name }) => name), ['事项', '机构', '环节', '级别', '计入数值', '收件', '期限', 'brand_new_at'])
  assert.deepEqual(columns.map(({ text }) => text(first, names)), ['施工许可证核发', '市住建局', '资料审查', '', '1', '2026-10-20 09:30:05', '2026-10-24 23:59:59', ''])
  assert.deepEqual(columns.map(({ text }) => text(second, names)), ['', '', '', '红牌', '3.14', '', '', '2026-10-24 09:30:05'])
  assert.equal(rowTitle('cases', first, names), '1')
  assert.equal(rowTitle('items', counted({ source: '', case_no: '', sub: 'XK-01' }), names), '施工许可')
  assert.equal(rowTitle('bodies', counted({ source: '', case_no: '', sub: 'zjj' }), names), '市住建局')
})

test('what a city does itself stands among its counties, and is not taken for all of them', () => {
  const asked = (region: string) => ({ ...FIRST_QUESTION, by: 'region' as const, region })
  const own = (region: string, key: string, sight = '') => isOwnLevel(asked(region), key, sight)
  assert.deepEqual([own('', '510500'), own('', '510502'), own('510500', '510500'), own('510500', '510502')], [true, false, true, false])
  assert.deepEqual([own('510000', '510500'), own('510000', '510000')], [false, true], 'of a province the rows are cities')
  assert.deepEqual([own('510502', '510502'), own('510502', '510502001'), own('', '510502', '510502')], [true, false, true])
  assert.equal(within(asked(''), row('510500')), null)
  assert.equal(rowsHash(behind(asked(''), row('510500'), metric('m'), 'base')), '#/statistics/rows?metric=m&part=base&by=region&key=510500')
  assert.equal(rowsHash(behind(asked(''), row('510502'), metric('m'), 'base')), '#/statistics/rows?metric=m&part=base&region=510502')
})

test('a number is told, hidden, or there is none', () => {
  assert.deepEqual([standingOf(value({ value: 0 })), standingOf(value({ hidden: true })), standingOf(value()), standingOf(undefined)], ['told', 'hidden', 'none', 'none'])
})

test('whose alerts were dismissed or withdrawn comes by person and body, most first', () => {
  const none = { objective: 0, data: 0, rule: 0 }
  const of = (org_code: string, dismissed: number, withdrawn: number) => ({ org_code, concluded: 9, confirmed: 9 - dismissed - withdrawn, upheld: 0, dismissed: { ...none, objective: dismissed }, withdrawn: { ...none, data: withdrawn }, objective: dismissed, objective_share: null })
  const one = (person: string, ...bodies: ReturnType<typeof of>[]) => ({ ...of('', 0, 0), person, acting_for: 'sfj', taken_back: 0, bodies })
  const rows = setAside({ deciders: [one('li', of('zjj', 1, 0), of('rsj', 0, 0)), one('chen', of('zjj', 2, 3))] })
  assert.deepEqual(rows.map(({ person, body, dismissed, withdrawn, objective }) => [person, body, dismissed, withdrawn, objective]), [['chen', 'zjj', 2, 3, 2], ['li', 'zjj', 1, 0, 1]])
})

test('statistics are for those who supervise, lead, audit and work for a body; persons’ numbers for fewer', () => {
  const session = (role: Role): Session => ({ phase: 'in', ended: false, person: { account: 'a', person: 'p', name: '', roles: [role], body: '', office: '', region: '' } as Person })
  const roles: Role[] = ['supervision', 'legal', 'establishment', 'government_services', 'information_disclosure', 'department_supervisor', 'department_handler', 'leadership', 'auditor', 'administrator']
  assert.deepEqual(roles.filter((role) => readsStatistics(session(role))), ['supervision', 'legal', 'government_services', 'department_supervisor', 'department_handler', 'leadership', 'auditor'])
  assert.ok(roles.filter((role) => readsHandlers(session(role))).every((role) => readsStatistics(session(role))))
  assert.deepEqual(roles.filter((role) => readsGroup(session(role), 'samples')), ['supervision', 'legal', 'leadership'], 'samples are for who reads them')
  assert.ok(roles.every((role) => readsGroup(session(role), 'time')))
  assert.deepEqual(roles.filter((role) => readsDeciders(session(role))), ['supervision', 'auditor'], 'who decided what is about persons')
  assert.equal(readsStatistics({ phase: 'out', ended: false, person: null }), false)
  assert.equal(readsStatistics({ phase: 'off', ended: false, person: null }), true)
})
