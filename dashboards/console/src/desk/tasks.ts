// A department's list: what falls due first, and the one thing that cures each.

import { caseKey, gravestFirst } from '../alerts/gravest'
import type { Names } from '../api/names'
import type { Alert } from '../api/types'
import { openOrderOf, owingReports, putRight } from '../dispositions/order-tree'
import { isAboutOrder, isCase, isInspections } from '../subject'
import { headline } from '../words/codes'
import { t } from '../words/language'

/** What cures it. `answer`: said to those who supervise. `work`: done in the case, and sent by the source. `wait`: nothing until others have decided. */
export type Cure = 'answer' | 'work' | 'wait'

export interface Task {
  alert: Alert
  /** Until when; null where nothing has a day. */
  dueAt: string | null
  cure: Cure
  /** The one thing to do, in a sentence. */
  what: string
}

/** As `owed` in services/store/src/query/sort.rs: the answer to an open order, the end of a limit, the answer to a card. */
export function owedAt(alert: Alert): string | null {
  const { disposition } = alert
  const order = disposition?.order
  if (order && !order.closed) return order.answers.length === 0 ? (order.due_at ?? null) : null
  if (!alert.breached_at && alert.due_at) return alert.due_at
  if (order) return null
  return disposition?.answers?.length ? null : (alert.answer_due_at ?? null)
}

/** What the platform itself asks for: the sentences of a message that ask, but for that which every card ends with. */
export function asksOf(message: string): string[] {
  const sentences = message.split('。').map((sentence) => sentence.trim())
  return sentences.filter((sentence) => sentence.startsWith('请') && !/^请自预警发出之日起/.test(sentence))
}

/** Something has to be put right upon an order that is answered. */
export function owesRectification(alert: Alert): boolean {
  const order = openOrderOf(alert)
  return order !== null && ['owed', 'sent back'].includes(putRight(order))
}

export function taskOf(alert: Alert, names: Names): Task {
  return { alert, dueAt: owedAt(alert), ...cureOf(alert, names) }
}

function cureOf(alert: Alert, names: Names): { cure: Cure; what: string } {
  const { disposition } = alert
  const order = disposition?.order
  if (order && !order.closed) {
    const put = putRight(order)
    if (order.answers.length > 0 && put === 'sent back') return { cure: 'answer', what: t('整改已被退回，重新整改并报送证明材料', 'What was put right was sent back: put it right and prove it') }
    if (order.answers.length > 0 && put === 'owed') return { cure: 'answer', what: t(`整改并报送证明材料：${order.by.reason}`, `Put it right and prove it: ${order.by.reason}`) }
    if (put === 'to check') return { cure: 'wait', what: t('整改结果已报送，等待验收', 'What was put right waits to be checked') }
    if (order.answers.length > 0) return { cure: 'wait', what: t('已反馈督办，等待办结', 'The order is answered; it waits to be closed') }
    const owing = owingReports(order).map((leg) => names.officer(leg.to))
    const held = owing.length > 0 ? t(`（已转办 ${owing.join('、')}，待回报）`, ` (passed on to ${owing.join(', ')})`) : ''
    return { cure: 'answer', what: t(`反馈督办：${order.by.reason}`, `Answer the order: ${order.by.reason}`) + held }
  }
  if (disposition?.state === 'appealed') return { cure: 'wait', what: t('申诉中，等待决定', 'Appealed; it waits to be decided') }
  if (disposition?.answers?.length) return { cure: 'wait', what: t('已反馈，等待监察部门核查', 'Answered; it waits for the supervisors') }
  if (alert.status === 'review' || alert.level === 'review') return { cure: 'wait', what: t('待核，等待监察部门判断', 'In review; the supervisors decide') }
  const [asked] = asksOf(headline(alert, names).text)
  const step = names.stepOf(alert)
  if (alert.due_at && !alert.completed_at && isAboutOrder(alert)) return { cure: 'work', what: t(`在原预警上反馈督办：${step}`, `Answer the order where it was given: ${step}`) }
  if (alert.due_at && !alert.completed_at && !isInspections(alert)) {
    const what = step ? t(`办结“${step}”并报送办理记录`, `Complete “${step}” and send the record of it`) : (asked ?? t('办结并报送办理记录', 'Complete it and send the record'))
    return { cure: 'work', what }
  }
  if (alert.rule.startsWith('Q') || !isCase(alert)) return { cure: 'work', what: asked ?? t('核对来源系统的数据，更正后重新报送', 'Check what the source sent, correct it and send it again') }
  return { cure: 'answer', what: asked ?? t('查明情况，反馈办理情况', 'Find out, and answer') }
}

/** Of several lists, each alert once. */
export const eachOnce = (alerts: Alert[]) => [...new Map(alerts.map((alert) => [alert.alert_id, alert])).values()]

export type Urgency = 'over' | 'today' | 'soon' | 'later' | 'waiting'

const HOUR = 3_600_000

export function urgencyOf({ dueAt, cure }: Task, now: number): Urgency {
  if (cure === 'wait') return 'waiting'
  if (dueAt === null) return 'later'
  const left = Date.parse(dueAt) - now
  if (left < 0) return 'over'
  return left < 24 * HOUR ? 'today' : left < 72 * HOUR ? 'soon' : 'later'
}

export const URGENCIES: Urgency[] = ['over', 'today', 'soon', 'later', 'waiting']

/** By urgency, and within one by hours left; what has no day comes last. */
export function byUrgency(tasks: Task[], now: number): Map<Urgency, Task[]> {
  const due = ({ dueAt }: Task) => (dueAt === null ? Infinity : Date.parse(dueAt))
  const sorted = [...tasks].sort((a, b) => due(a) - due(b) || (a.alert.alert_id < b.alert.alert_id ? -1 : 1))
  const groups = new Map<Urgency, Task[]>()
  for (const urgency of URGENCIES) {
    const of = sorted.filter((task) => urgencyOf(task, now) === urgency)
    if (of.length > 0) groups.set(urgency, of)
  }
  return groups
}

/** A case's task, and its others of the same band. */
export interface Gathered {
  task: Task
  others: Task[]
}

/** Of each case its gravest task, in the place of its first; what is about no case stands by itself. Within one band of urgency only: what falls
 * due today may not stand behind a graver one of next week. */
export function byCase(tasks: Task[]): Gathered[] {
  const cases = new Map<string, Task[]>()
  for (const task of tasks) {
    const key = caseKey(task.alert) ?? task.alert.alert_id
    cases.set(key, [...(cases.get(key) ?? []), task])
  }
  return [...cases.values()].map((of) => {
    const [task] = [...of].sort((a, b) => gravestFirst(a.alert, b.alert)) as [Task]
    return { task, others: of.filter((other) => other !== task) }
  })
}

/** `还剩 6小时`, `已过 2天`; hours up to three days, since they are what is left to work in. */
export function leftText(dueAt: string, now: number): string {
  const left = Date.parse(dueAt) - now
  const span = Math.abs(left)
  const [days, hours, minutes] = [Math.floor(span / (24 * HOUR)), Math.floor(span / HOUR), Math.max(1, Math.floor(span / 60_000))]
  const told = span >= 72 * HOUR ? t(`${days} 天`, `${days} days`) : span >= HOUR ? t(`${hours} 小时`, `${hours} hours`) : t(`${minutes} 分钟`, `${minutes} minutes`)
  return left >= 0 ? t(`还剩 ${told}`, `${told} left`) : t(`已过 ${told}`, `${told} over`)
}
