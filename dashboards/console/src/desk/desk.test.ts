// First pages: what falls due first and what cures it, what is to be decided, what is worst.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Names, NO_NAMES } from '../api/names'
import type { Alert, Change } from '../api/types'
import { queryOf, hashOf } from '../alerts/query'
import { ownDesk } from '../pages'
import { broughtOf, byDue, codeOf, instancesOf } from './brought'
import { KINDS } from './decisions'
import { lastChange, sinceText, worstOf } from './matters'
import { overText, workingDaysOver } from './over'
import { FIGURES, ownOf, spanOf } from './own-data'
import { asksOf, byCase, byUrgency, leftText, owedAt, taskOf, urgencyOf } from './tasks'

const names = new Names({ ...NO_NAMES, steps: { review: '审查' }, control_points: { late: '审查环节超时' } })
const now = Date.parse('2026-11-23T09:00:00+08:00')
const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString()

const alert = (id: string, more: object = {}) =>
  ({
    alert_id: id,
    subject_kind: 'case',
    source: 's',
    case_no: id,
    control_point: 'p',
    rule: 'T3',
    step: 'review',
    level: 'yellow',
    status: 'issued',
    message: '许可决定超期：应于昨日办结。',
    due_at: null,
    breached_at: null,
    completed_at: null,
    answer_due_at: null,
    ...more,
  }) as unknown as Alert

const order = (more: object = {}) => ({ state: 'open', order: { by: { reason: '请说明原因' }, answers: [], closed: null, due_at: at(5), ...more } })

test('what is owed is the answer to an order, the end of a limit, the answer to a card, in this order', () => {
  assert.equal(owedAt(alert('a', { due_at: at(9), disposition: order() })), at(5))
  assert.equal(owedAt(alert('a', { due_at: at(9), disposition: order({ answers: [{}] }) })), null)
  assert.equal(owedAt(alert('a', { due_at: at(9), answer_due_at: at(50) })), at(9))
  assert.equal(owedAt(alert('a', { due_at: at(-9), breached_at: at(-9), answer_due_at: at(50) })), at(50))
  assert.equal(owedAt(alert('a', { breached_at: at(-9), answer_due_at: at(50), disposition: { state: 'open', answers: [{}] } })), null)
  assert.equal(owedAt(alert('a', { breached_at: at(-9), answer_due_at: at(50), disposition: order({ closed: {} }) })), null)
})

test('each has one thing that cures it', () => {
  const cure = (more: object) => {
    const { cure: kind, what } = taskOf(alert('a', more), names)
    return [kind, what]
  }
  assert.deepEqual(cure({ disposition: order() }), ['answer', '反馈督办：请说明原因'])
  assert.equal(cure({ disposition: order({ answers: [{}] }) })[0], 'wait')
  assert.equal(cure({ disposition: { state: 'appealed' } })[0], 'wait')
  assert.equal(cure({ level: 'review' })[0], 'wait')
  assert.deepEqual(cure({ due_at: at(9) }), ['work', '办结“审查”并报送办理记录'])
  assert.equal(cure({ due_at: at(-9), breached_at: at(-9), completed_at: at(-1) })[0], 'answer')
  const about = (step: string) => cure({ control_point: 'disposition/T15', rule: 'T15', due_at: at(9), step })
  assert.deepEqual(about('late@review'), ['work', '在原预警上反馈督办：审查环节超时（审查）'])
  assert.deepEqual(about('late@review×2')[1], '在原预警上反馈督办：审查环节超时（审查，第2次）')
  assert.deepEqual(about('late/org')[1], '在原预警上反馈督办：审查环节超时')
  assert.deepEqual(about('inspection/Q2×2')[1], '在原预警上反馈督办：Q2 定期巡检（第2次）')
  assert.deepEqual(about('disposition/manual')[1], '在原预警上反馈督办：人工预警')
  assert.deepEqual(cure({ rule: 'Q7', step: '', message: '来源静默：三日无数据。请检查接口并补报。请自预警发出之日起5个工作日内反馈办理情况。' }), ['work', '请检查接口并补报'])
})

test('what every card ends with is no cure', () => {
  const message = '只有 1 名执法人员。依据：行政处罚法第四十二条。请核对并补报；确实不足的，重新进行。请自预警发出之日起5个工作日内反馈办理情况。'
  assert.deepEqual(asksOf(message), ['请核对并补报；确实不足的，重新进行'])
})

test('the list goes by hours left: what is over first, what waits for others last', () => {
  const tasks = [alert('later', { due_at: at(200) }), alert('waits', { level: 'review' }), alert('over', { disposition: order({ due_at: at(-1) }) }), alert('no day'), alert('today', { due_at: at(3) }), alert('soon', { due_at: at(30) })].map((one) => taskOf(one, names))
  const groups = byUrgency(tasks, now)
  assert.deepEqual(
    [...groups].map(([urgency, of]) => [urgency, of.map((task) => task.alert.alert_id)]),
    [
      ['over', ['over']],
      ['today', ['today']],
      ['soon', ['soon']],
      ['later', ['later', 'no day']],
      ['waiting', ['waits']],
    ],
  )
  assert.equal(urgencyOf(taskOf(alert('edge', { due_at: at(0) }), names), now), 'today')
})

test('hours are told up to three days, then days', () => {
  assert.equal(leftText(at(71.5), now), '还剩 71 小时')
  assert.equal(leftText(at(72), now), '还剩 3 天')
  assert.equal(leftText(at(-0.01), now), '已过 1 分钟')
  assert.equal(leftText(at(-100), now), '已过 4 天')
})

test('every kind of decision is a list that its heading leads to', () => {
  for (const { query } of KINDS) assert.deepEqual(queryOf(hashOf(query)), query)
  // Five are shown: of appeals those that have to be decided first.
  assert.equal(KINDS.find(({ id }) => id === 'appeals')?.query.sort, 'appeal')
})

test('what is over is told in working days of the calendar, today among them', () => {
  const days = [
    { date: '2026-10-09', kind: 'working' },
    // A Saturday that is worked.
    { date: '2026-10-10', kind: 'make_up' },
    { date: '2026-10-11', kind: 'rest' },
    { date: '2026-10-12', kind: 'working' },
    { date: '2026-10-13', kind: 'holiday', name: '节' },
  ] as const
  const over = (due: string, now: string) => workingDaysOver(`${due}T23:59:59+08:00`, Date.parse(now), [...days])
  assert.equal(over('2026-10-09', '2026-10-09T23:59:59+08:00'), null, 'it has not passed')
  assert.equal(over('2026-10-09', '2026-10-10T00:00:00+08:00'), 1)
  assert.equal(over('2026-10-10', '2026-10-11T12:00:00+08:00'), 0)
  // In the zone in which the day is printed, wherever the browser is.
  assert.equal(over('2026-10-09', '2026-10-11T16:30:00Z'), 2)
  assert.equal(over('2026-10-09', '2026-10-13T09:00:00+08:00'), 2)
  assert.equal(over('2026-10-09', '2026-10-14T09:00:00+08:00'), null, 'the calendar does not say')
  assert.deepEqual([0, 2].map(overText), ['期限已过，尚不足1个工作日', '逾期 2 个工作日'])
})

test('of one band a case is told once, by its gravest and in the place of its first; bands are not mixed', () => {
  const due = (id: string, hours: number, more: object = {}) => taskOf(alert(id, { case_no: 'x', due_at: at(hours), ...more }), names)
  const tasks = [due('soonest', 1), due('gravest', 5, { level: 'red' }), due('elsewhere', 3, { case_no: 'y' }), due('org', 2, { subject_kind: 'org' }), due('next', 50, { level: 'red' })]
  const told = [...byUrgency(tasks, now)].map(([urgency, of]) => [urgency, byCase(of).map(({ task, others }) => [task.alert.alert_id, others.map((other) => other.alert.alert_id)])])
  assert.deepEqual(told, [
    [
      'today',
      [
        ['gravest', ['soonest']],
        ['org', []],
        ['elsewhere', []],
      ],
    ],
    ['soon', [['next', []]]],
  ])
})

test('what stands behind a matter’s row counts into the matter', () => {
  const [first] = worstOf([{ ...alert('a1', { case_no: 'x', level: 'red' }), others: 4 }])
  assert.equal(first?.others, 4)
})

test('a matter is told once, by its gravest alert', () => {
  const found = worstOf([alert('a1', { case_no: 'x', level: 'red' }), alert('a2', { case_no: 'x' }), alert('b', { case_no: 'x', source: 'other' }), ...['c', 'd', 'e', 'f'].map((id) => alert(id))])
  assert.deepEqual(
    found.map(({ alert: { alert_id }, others }) => [alert_id, others]),
    [
      ['a1', 1],
      ['b', 0],
      ['c', 0],
      ['d', 0],
      ['e', 0],
    ],
  )
})

test('how late, and what changed last', () => {
  assert.equal(sinceText(alert('a', { due_at: at(-300), breached_at: at(-300) }), now), '超期 12 天')
  assert.equal(sinceText(alert('a', { breached_at: at(-30) }), now), '1 天前发生')
  assert.equal(sinceText(alert('a', { due_at: at(9) }), now), '')
  const change = (kind: string, hours: number) => ({ change: kind, at: at(hours) }) as unknown as Change
  assert.deepEqual(lastChange([change('raised', -90), change('escalated', -20)], now), { text: '升级', recent: true, at: at(-20) })
  assert.equal(lastChange([change('raised', -25)], now)?.recent, false)
  assert.equal(lastChange([], now), null)
})

test('each role begins with its own question', () => {
  const person = (...roles: string[]) => ({ phase: 'in', ended: false, person: { roles } }) as never
  assert.equal(ownDesk(person('department_handler')), '#/desk/department')
  assert.equal(ownDesk(person('supervision', 'leadership')), '#/desk/officer')
  assert.equal(ownDesk(person('leadership')), '#/desk/leader')
  assert.equal(ownDesk(person('administrator')), '#/admin/accounts')
  assert.equal(ownDesk(person('auditor')), '#/admin/audit')
  assert.equal(ownDesk(person('legal')), null)
})

test('orders are brought before who somebody is, of their region or body, and before nobody else', () => {
  const of = (roles: string[], region = '', body = '') => instancesOf({ roles, region, body } as never, 'officer', '').map(codeOf)
  assert.deepEqual(of(['supervision'], '5105'), ['supervision@510500', 'supervision_above@510500'])
  assert.deepEqual(of(['supervision', 'leadership'], '510502'), ['supervision@510502', 'supervision_above@510502', 'leadership@510502'])
  assert.deepEqual(of(['leadership'], '51'), ['leadership@510000'])
  assert.deepEqual(of(['supervision']), ['supervision', 'supervision_above'], 'who sees everything sees what came before any')
  assert.deepEqual(of(['department_supervisor', 'department_handler'], '510502', 'zjj'), ['department_supervisor@zjj'])
  assert.deepEqual(of(['department_handler'], '510502', 'zjj'), [])
  assert.deepEqual(of(['legal']), [])
  assert.deepEqual(instancesOf(null, 'department', ''), [])
  assert.deepEqual(instancesOf(null, 'department', 'zjj').map(codeOf), ['department_supervisor@zjj'])
  assert.deepEqual(instancesOf(null, 'leader', '').map(codeOf), ['leadership'])
})

test('an order lies before somebody since the first rung that is theirs, and tells what comes next', () => {
  const rung = (due: string, hours: number | null, reached: boolean, ...before: [string, string][]) => ({ due, at: hours === null ? null : at(hours), reached, before: before.map(([instance, region]) => ({ instance, region })) })
  const brought = (...ladder: object[]) => Object.assign(alert('o', { responsible_org: 'zjj', due_at: at(-30) }), { ladder }) as never
  const city = { instance: 'supervision_above', of: '510500' } as const
  const ladder = [
    rung('5wd', -1, true, ['supervision_above', '510500'], ['leadership', '510502']),
    rung('10wd', 90, false, ['supervision_above', '510500']),
    rung('late', -29, true, ['supervision', '510502']),
    rung('2wd', -20, true, ['supervision_above', '510000'], ['department_supervisor', '510502']),
  ]
  const found = broughtOf(brought(...ladder), [city])
  assert.deepEqual([found.since, found.next?.due], [at(-1), '10wd'])
  assert.equal(broughtOf(brought(...ladder), [{ instance: 'supervision_above', of: '' }]).since, at(-20))
  assert.equal(broughtOf(brought(...ladder), [{ instance: 'department_supervisor', of: 'zjj' }]).since, at(-20))
  assert.equal(broughtOf(brought(...ladder), [{ instance: 'department_supervisor', of: 'rsj' }]).since, null)
  assert.equal(broughtOf(brought(rung('late', -29, true, ['supervision_above', '510500']), rung('5wd', null, false)), [city]).next, null, 'what an appeal holds comes not next')
})

test('of orders that were brought before somebody the longest overdue comes first', () => {
  const brought = (id: string, due: number | null) => ({ alert: alert(id, { due_at: due === null ? null : at(due) }), since: null, next: null }) as never
  const sorted = byDue([brought('none', null), brought('soon', 3), brought('b', -40), brought('a', -40)])
  assert.deepEqual(
    sorted.map((one) => one.alert.alert_id),
    ['a', 'b', 'soon', 'none'],
  )
})

test('a department’s own sources are those that name it, and its figures are of the last ninety days', () => {
  const row = (source: string, org_code: string | null) => ({ source, org_code, name: null, clock: 'live', events: 0, gaps: 0, last_received_at: null, complete_until: null }) as const
  const rows = [row('a', '510500-rsj'), row('b', null), row('c', '510500-zjj'), row('d', '510500-rsj')]
  assert.deepEqual(
    ownOf(rows, '510500-rsj').map((one) => one.source),
    ['a', 'd'],
  )
  assert.deepEqual(ownOf(rows, ''), [])
  assert.equal(spanOf(now, (instant) => new Date(instant).toISOString().slice(0, 10)), '2026-08-26..2026-11-23')
  assert.equal(new Set(FIGURES.map((figure) => figure.id)).size, 3)
})
