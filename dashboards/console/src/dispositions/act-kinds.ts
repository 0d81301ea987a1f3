// What people may do about an alert, and why not. The platform decides; this only spares a reader what it would refuse. It mirrors
// services/engine/src/dispose/decide.rs as far as the alert itself tells: terms and who signs are left to the platform.

import type { Alert, Disposition } from '../api/types'
import { STATUSES, type Words } from '../words/codes'
import { t } from '../words/language'
import { extensionWaiting, openOrderOf } from './order-tree'

/** The acts, in the order of work. */
export const ACTS = ['confirm', 'dismiss', 'issue', 'hold', 'order', 'answer', 'pass_on', 'report', 'ask_extension', 'extend', 'refuse_extension', 'close', 'appeal', 'uphold', 'withdraw', 'pass_up'] as const
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
  pass_on: { zh: '转办', en: 'Pass on', why: '转办要求', fields: ['to', 'due_at'], optional: ['due_at'], refused: needsOrder },
  report: { zh: '回报转办', en: 'Report back', why: '承办情况', fields: ['evidence'], optional: ['evidence'], refused: report },
  ask_extension: { zh: '申请延期', en: 'Ask for more time', why: '申请延期的理由', fields: ['due_at'], refused: askExtension },
  refuse_extension: { zh: '不予延期', en: 'Refuse more time', why: '不予延期的理由', fields: [], refused: refuseExtension },
  extend: { zh: '延期', en: 'Extend', why: '延期的理由', fields: ['due_at'], refused: needsOrder },
  close: { zh: '办结督办', en: 'Close the order', why: '办结意见', fields: [], refused: close },
  appeal: { zh: '申诉', en: 'Appeal', why: '申诉的事实与理由', fields: ['evidence'], optional: ['evidence'], refused: appeal },
  uphold: { zh: '申诉维持', en: 'Uphold', why: '维持的理由', fields: [], refused: needsAppeal },
  withdraw: { zh: '申诉撤销', en: 'Withdraw on appeal', why: '撤销的理由', fields: ['conclusion'], refused: needsAppeal },
  pass_up: { zh: '申诉报上级', en: 'Pass up', why: '报上级的理由', fields: ['to'], refused: needsAppeal },
}

const opened = (alert: Alert): Disposition | null => alert.disposition ?? null
const openOrder = openOrderOf
const openAppeal = (alert: Alert) => (opened(alert)?.appeal?.outcome ? null : (opened(alert)?.appeal ?? null))
const stands = (alert: Alert) => t(`该预警${STATUSES[alert.status].zh}`, `It is ${(STATUSES[alert.status].en ?? '').toLowerCase()}`)

/** The verdict that carries. */
function verdict(alert: Alert) {
  const disposition = opened(alert)
  return disposition?.recheck_reason ? undefined : disposition?.decision?.verdict
}

const fallen = (alert: Alert) => alert.status === 'withdrawn' || alert.status === 'cancelled'
const isOut = (alert: Alert) => alert.status === 'issued' || alert.status === 'review' || (alert.status === 'ended' && Boolean(alert.issued_at))
const notOut = (alert: Alert) => (isOut(alert) ? null : fallen(alert) ? stands(alert) : stands(alert) + t('，未曾发出', ' and never went out'))
const inAppeal = (alert: Alert) => (openAppeal(alert) ? t('该预警申诉中', 'An appeal is open') : null)

function hold(alert: Alert) {
  if (alert.status !== 'pending') return stands(alert) + t('，只有待发的可以暂缓', '; only what is pending can be held')
  return verdict(alert) === 'held' ? t('该预警已经暂缓发出', 'It is held already') : null
}

function issue(alert: Alert) {
  if (openAppeal(alert)) return inAppeal(alert)
  if (fallen(alert)) return stands(alert)
  return alert.status === 'pending' || alert.status === 'review' ? null : t('该预警已经发出', 'It has gone out')
}

function confirm(alert: Alert) {
  if (alert.level === 'notice') return t('提醒不作认定', 'Notices are not confirmed')
  if (verdict(alert) === 'confirmed') return t('该预警已经认定', 'It is confirmed')
  return inAppeal(alert) ?? notOut(alert)
}

function dismiss(alert: Alert) {
  const decided = verdict(alert)
  if (decided === 'dismissed') return t('该预警已经不予认定', 'It is dismissed')
  if (decided === 'confirmed') return t('该预警已经认定，可由当事人申诉', 'It is confirmed; those concerned may appeal')
  return inAppeal(alert) ?? (alert.status === 'pending' ? null : notOut(alert))
}

function order(alert: Alert) {
  return notOut(alert) ?? (openOrder(alert) ? t('该预警已有未办结的督办', 'An order is open') : null)
}

function answer(alert: Alert) {
  const isCard = (alert.level === 'yellow' || alert.level === 'red') && isOut(alert)
  if (openOrder(alert)) return null
  if (alert.control_point.startsWith('disposition/')) return t('请在原预警上反馈该督办', 'Answer the order where it was given')
  return isCard ? null : needsOrder(alert)
}

function report(alert: Alert) {
  return needsOrder(alert) ?? (openOrder(alert)?.passed_on?.length ? null : t('该督办没有转办', 'The order was not passed on'))
}

function askExtension(alert: Alert) {
  const order = openOrder(alert)
  if (order && extensionWaiting(order)) return t('该督办已有待答复的延期申请', 'More time is asked for already')
  return needsOrder(alert)
}

function refuseExtension(alert: Alert) {
  const order = openOrder(alert)
  if (order && !extensionWaiting(order)) return t('该督办没有待答复的延期申请', 'Nobody asked for more time')
  return needsOrder(alert)
}

function close(alert: Alert) {
  return needsOrder(alert) ?? (openOrder(alert)?.answers.length ? null : t('督办尚未反馈', 'The order is not answered yet'))
}

function appeal(alert: Alert) {
  if (openAppeal(alert)) return inAppeal(alert)
  if (fallen(alert)) return stands(alert)
  if (!alert.issued_at || (alert.status !== 'issued' && alert.status !== 'ended')) return stands(alert) + t('，尚未发出', ' and has not gone out')
  const disposition = opened(alert)
  return disposition?.decision?.on_appeal && !disposition.recheck_reason ? t('该预警经申诉已经作出决定', 'It was decided on appeal') : null
}

function needsOrder(alert: Alert) {
  return openOrder(alert) ? null : t('该预警没有未办结的督办', 'No order is open')
}

function needsAppeal(alert: Alert) {
  return openAppeal(alert) ? null : t('该预警没有待决的申诉', 'No appeal is open')
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
