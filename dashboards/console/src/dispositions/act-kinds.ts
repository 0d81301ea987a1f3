// What people may do about an alert, and why not. The platform decides; this only spares a reader what it would refuse. It mirrors
// services/engine/src/dispose/decide.rs as far as the alert itself tells: terms and who signs are left to the platform.

import type { Alert, Disposition } from '../api/types'
import { STATUSES, type Words } from '../words/codes'

/** The acts, in the order of work. */
export const ACTS = ['confirm', 'dismiss', 'issue', 'hold', 'order', 'answer', 'extend', 'close', 'appeal', 'uphold', 'withdraw', 'pass_up'] as const
export type Act = (typeof ACTS)[number]

/** What an act asks for besides who and why (`Asked::disposal` in services/api/src/dispositions.rs). */
export type Field = 'conclusion' | 'to' | 'due_at' | 'evidence'

interface ActKind extends Words {
  en: string
  /** What is asked as the reason. */
  why: string
  fields: readonly Field[]
  /** Fields that may be left empty. */
  optional?: readonly Field[]
  /** Null when it can be done; else why not. */
  refused(alert: Alert): string | null
}

export const ACT_KINDS: Record<Act, ActKind> = {
  confirm: { zh: '认定', en: 'Confirm', why: '认定的事实与理由', fields: [], refused: confirm },
  dismiss: { zh: '不予认定', en: 'Dismiss', why: '不予认定的理由', fields: ['conclusion'], refused: dismiss },
  issue: { zh: '发出', en: 'Issue', why: '发出的理由', fields: [], refused: issue },
  hold: { zh: '暂缓发出', en: 'Hold', why: '暂缓的理由', fields: [], refused: hold },
  order: { zh: '督办', en: 'Order', why: '督办要求', fields: ['to', 'due_at'], optional: ['due_at'], refused: order },
  answer: { zh: '反馈', en: 'Answer', why: '办理情况', fields: ['evidence'], optional: ['evidence'], refused: answer },
  extend: { zh: '延期', en: 'Extend', why: '延期的理由', fields: ['due_at'], refused: needsOrder },
  close: { zh: '办结督办', en: 'Close the order', why: '办结意见', fields: [], refused: close },
  appeal: { zh: '申诉', en: 'Appeal', why: '申诉的事实与理由', fields: ['evidence'], optional: ['evidence'], refused: appeal },
  uphold: { zh: '申诉维持', en: 'Uphold', why: '维持的理由', fields: [], refused: needsAppeal },
  withdraw: { zh: '申诉撤销', en: 'Withdraw on appeal', why: '撤销的理由', fields: ['conclusion'], refused: needsAppeal },
  pass_up: { zh: '申诉报上级', en: 'Pass up', why: '报上级的理由', fields: ['to'], refused: needsAppeal },
}

const opened = (alert: Alert): Disposition | null => alert.disposition ?? null
const openOrder = (alert: Alert) => (opened(alert)?.order?.closed ? null : (opened(alert)?.order ?? null))
const openAppeal = (alert: Alert) => (opened(alert)?.appeal?.outcome ? null : (opened(alert)?.appeal ?? null))
const name = (alert: Alert) => STATUSES[alert.status].zh

/** The verdict that carries. */
function verdict(alert: Alert) {
  const disposition = opened(alert)
  return disposition?.recheck_reason ? undefined : disposition?.decision?.verdict
}

const fallen = (alert: Alert) => alert.status === 'withdrawn' || alert.status === 'cancelled'
const isOut = (alert: Alert) => alert.status === 'issued' || alert.status === 'review' || (alert.status === 'ended' && Boolean(alert.issued_at))
const notOut = (alert: Alert) => (isOut(alert) ? null : fallen(alert) ? `该预警${name(alert)}` : `该预警${name(alert)}，未曾发出`)
const inAppeal = (alert: Alert) => (openAppeal(alert) ? '该预警申诉中' : null)

function hold(alert: Alert) {
  if (alert.status !== 'pending') return `该预警${name(alert)}，只有待发的可以暂缓`
  return verdict(alert) === 'held' ? '该预警已经暂缓发出' : null
}

function issue(alert: Alert) {
  if (openAppeal(alert)) return inAppeal(alert)
  if (fallen(alert)) return `该预警${name(alert)}`
  return alert.status === 'pending' || alert.status === 'review' ? null : '该预警已经发出'
}

function confirm(alert: Alert) {
  if (alert.level === 'notice') return '提醒不作认定'
  if (verdict(alert) === 'confirmed') return '该预警已经认定'
  return inAppeal(alert) ?? notOut(alert)
}

function dismiss(alert: Alert) {
  const decided = verdict(alert)
  if (decided === 'dismissed') return '该预警已经不予认定'
  if (decided === 'confirmed') return '该预警已经认定，可由当事人申诉'
  return inAppeal(alert) ?? (alert.status === 'pending' ? null : notOut(alert))
}

function order(alert: Alert) {
  return notOut(alert) ?? (openOrder(alert) ? '该预警已有未办结的督办' : null)
}

function answer(alert: Alert) {
  const isCard = (alert.level === 'yellow' || alert.level === 'red') && isOut(alert)
  if (openOrder(alert)) return null
  if (alert.control_point.startsWith('disposition/')) return '请在原预警上反馈该督办'
  return isCard ? null : needsOrder(alert)
}

function close(alert: Alert) {
  return needsOrder(alert) ?? (openOrder(alert)?.answers.length ? null : '督办尚未反馈')
}

function appeal(alert: Alert) {
  if (openAppeal(alert)) return inAppeal(alert)
  if (fallen(alert)) return `该预警${name(alert)}`
  if (!alert.issued_at || (alert.status !== 'issued' && alert.status !== 'ended')) return `该预警${name(alert)}，尚未发出`
  const disposition = opened(alert)
  return disposition?.decision?.on_appeal && !disposition.recheck_reason ? '该预警经申诉已经作出决定' : null
}

function needsOrder(alert: Alert) {
  return openOrder(alert) ? null : '该预警没有未办结的督办'
}

function needsAppeal(alert: Alert) {
  return openAppeal(alert) ? null : '该预警没有待决的申诉'
}

/** The acts in two: those that can be done now, and the others with the reason; `notTheirs` says why a reader may not. */
export function actsOf(alert: Alert, notTheirs: (act: Act) => string | null = () => null): { now: Act[]; refused: { act: Act; why: string }[] } {
  const refused: { act: Act; why: string }[] = []
  const now = ACTS.filter((act) => {
    const why = notTheirs(act) ?? ACT_KINDS[act].refused(alert)
    if (why !== null) refused.push({ act, why })
    return why === null
  })
  return { now, refused }
}
