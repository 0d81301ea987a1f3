// What people may do about an alert, and why not. The platform decides; this only spares a reader what it would refuse. It mirrors
// services/engine/src/dispose/decide.rs as far as the alert itself tells: terms and who signs are left to the platform.

import type { Alert, Disposition } from '../api/types'
import { isAboutOrder } from '../subject'
import { STATUSES, type Words } from '../words/codes'
import { say, t } from '../words/language'
import { extensionWaiting, openOrderOf, putRight } from './order-tree'

/** The acts, in the order of work. */
export const ACTS = ['confirm', 'dismiss', 'issue', 'hold', 'order', 'answer', 'pass_on', 'report', 'ask_extension', 'extend', 'refuse_extension', 'rectify', 'accept_rectification', 'reject_rectification', 'close', 'appeal', 'uphold', 'withdraw', 'pass_up'] as const
export type Act = (typeof ACTS)[number]

/** What an act asks for besides who and why (`Asked::disposal` in services/api/src/dispositions.rs). */
export type Field = 'conclusion' | 'cause' | 'to' | 'due_at' | 'evidence' | 'rectify'

interface ActKind extends Words {
  en: string
  /** What is asked as the reason. */
  why: Words
  fields: readonly Field[]
  /** Fields that may be left empty. */
  optional?: readonly Field[]
  /** What is asked besides while the conclusion is an objective cause: which, and what proves it (`Asked::grounds`). */
  objective?: readonly Field[]
  /** Null when it can be done; else why not. */
  refused(alert: Alert): string | null
}

export const ACT_KINDS: Record<Act, ActKind> = {
  confirm: { zh: '认定', en: 'Confirm', why: { zh: '认定的事实与理由', en: 'Facts and reasons' }, fields: [], refused: confirm },
  dismiss: { zh: '不予认定', en: 'Dismiss', why: { zh: '不予认定的理由', en: 'Why it is none' }, fields: ['conclusion'], objective: ['cause', 'evidence'], refused: dismiss },
  issue: { zh: '发出', en: 'Issue', why: { zh: '发出的理由', en: 'Why it goes out' }, fields: [], refused: issue },
  hold: { zh: '暂缓发出', en: 'Hold', why: { zh: '暂缓的理由', en: 'Why it is held' }, fields: [], refused: hold },
  order: { zh: '督办', en: 'Order', why: { zh: '督办要求', en: 'What is asked' }, fields: ['to', 'due_at', 'rectify'], optional: ['due_at', 'rectify'], refused: order },
  answer: { zh: '反馈', en: 'Answer', why: { zh: '办理情况', en: 'What was done' }, fields: ['evidence'], optional: ['evidence'], refused: answer },
  pass_on: { zh: '转办', en: 'Pass on', why: { zh: '转办要求', en: 'What is asked' }, fields: ['to', 'due_at'], optional: ['due_at'], refused: needsOrder },
  report: { zh: '回报转办', en: 'Report back', why: { zh: '承办情况', en: 'What was done' }, fields: ['evidence'], optional: ['evidence'], refused: report },
  ask_extension: { zh: '申请延期', en: 'Ask for more time', why: { zh: '申请延期的理由', en: 'Why more time' }, fields: ['due_at'], refused: askExtension },
  refuse_extension: { zh: '不予延期', en: 'Refuse more time', why: { zh: '不予延期的理由', en: 'Why not' }, fields: [], refused: refuseExtension },
  extend: { zh: '延期', en: 'Extend', why: { zh: '延期的理由', en: 'Why more time' }, fields: ['due_at'], refused: needsOrder },
  rectify: { zh: '报送整改', en: 'Put right', why: { zh: '整改情况', en: 'What was put right' }, fields: ['evidence'], refused: rectify },
  accept_rectification: { zh: '整改验收通过', en: 'Find it put right', why: { zh: '验收意见', en: 'What was found' }, fields: [], refused: needsRectification },
  reject_rectification: { zh: '退回整改', en: 'Send it back', why: { zh: '退回的理由', en: 'Why it is sent back' }, fields: [], refused: needsRectification },
  close: { zh: '办结督办', en: 'Close the order', why: { zh: '办结意见', en: 'Why it is closed' }, fields: [], refused: close },
  appeal: { zh: '申诉', en: 'Appeal', why: { zh: '申诉的事实与理由', en: 'Facts and reasons' }, fields: ['evidence'], optional: ['evidence'], refused: appeal },
  uphold: { zh: '申诉维持', en: 'Uphold', why: { zh: '维持的理由', en: 'Why it stands' }, fields: [], refused: needsAppeal },
  withdraw: { zh: '申诉撤销', en: 'Withdraw on appeal', why: { zh: '撤销的理由', en: 'Why it is withdrawn' }, fields: ['conclusion'], objective: ['cause', 'evidence'], refused: needsAppeal },
  pass_up: { zh: '申诉报上级', en: 'Pass up', why: { zh: '报上级的理由', en: 'Why it is passed up' }, fields: ['to'], refused: needsAppeal },
}

/** What an act asks for where this conclusion was chosen. */
export function fieldsOf(act: Act, conclusion?: string): readonly Field[] {
  const { fields, objective = [] } = ACT_KINDS[act]
  return conclusion === 'objective' ? [...fields, ...objective] : fields
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
  if (isAboutOrder(alert)) return t('请在原预警上反馈该督办', 'Answer the order where it was given')
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

/** Why an order cannot be closed, or put right upon, before something else. */
const PUT_RIGHT = {
  'not asked': null,
  enough: null,
  owed: { zh: '该督办须整改，尚未报送整改结果', en: 'Something has to be put right first' },
  'to check': { zh: '整改结果尚待验收', en: 'What was put right is to be checked' },
  'sent back': { zh: '整改已被退回，尚未重新报送', en: 'What was put right was sent back' },
} as const satisfies Record<ReturnType<typeof putRight>, Words | null>

const unanswered = (alert: Alert) => needsOrder(alert) ?? (openOrder(alert)?.answers.length ? null : t('督办尚未反馈', 'The order is not answered yet'))

function close(alert: Alert) {
  const order = openOrder(alert)
  const left = order && PUT_RIGHT[putRight(order)]
  return unanswered(alert) ?? (left ? say(left) : null)
}

function rectify(alert: Alert) {
  const order = openOrder(alert)
  const stands = order && putRight(order)
  if (stands === 'to check') return unanswered(alert) ?? say(PUT_RIGHT['to check'])
  return unanswered(alert) ?? (stands === 'enough' ? t('整改已经验收通过', 'It was found put right') : null)
}

function needsRectification(alert: Alert) {
  const order = openOrder(alert)
  return needsOrder(alert) ?? (order && putRight(order) === 'to check' ? null : t('该督办没有待验收的整改', 'Nothing waits to be checked'))
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
