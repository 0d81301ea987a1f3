// What was done about an alert, as one thread in order of time: the last decision, appeal and order from the record of its disposition, which tells how
// they stand, and what came before them act by act.

import type { Disposition, DoneAct, Signature } from '../api/types'
import { full } from '../format'
import { concluded } from '../words/codes'
import { say, t } from '../words/language'
import { ACT_KINDS, type Act } from './act-kinds'
import { type Order, depthOf, extensionWaiting } from './order-tree'

export interface Entry {
  /** What was done. */
  title: string
  /** Which side spoke: those who supervise, or those who are supervised. */
  side: 'supervisor' | 'department'
  by: Signature
  /** To which body. */
  to?: string
  /** To whom, within the department. */
  person?: string
  /** How far below the order it stands in the department: 1 for the first who got it; none for what is said between bodies. */
  depth?: number
  due_at?: string | null
  evidence?: string[]
}

const VERDICTS = {
  held: { zh: '暂缓发出', en: 'Held' },
  issued: { zh: '发出', en: 'Issued' },
  confirmed: { zh: '认定', en: 'Confirmed' },
  dismissed: { zh: '不予认定', en: 'Dismissed' },
} as const

/** One entry a command: an appeal's outcome is also a decision, and may put an order off. */
export function threadOf(disposition: Disposition, acts: DoneAct[] = []): Entry[] {
  const entries = new Map<string, Entry>()
  const add = (entry: Entry) => {
    if (!entries.has(entry.by.command)) entries.set(entry.by.command, entry)
  }
  const { appeal, decision, order } = disposition
  const comesTo = decision ? concluded(decision) : null
  const conclusion = comesTo ? t(`（${comesTo.zh}）`, ` (${comesTo.en ?? ''})`) : ''
  const proof = decision?.evidence ? { evidence: decision.evidence } : {}
  if (appeal) {
    add({ title: t('申诉', 'Appeal'), side: 'department', by: appeal.by, evidence: appeal.evidence, ...(appeal.outcome || appeal.passed_up.length ? {} : { due_at: appeal.due_at ?? null }) })
    appeal.passed_up.forEach((up) => add({ title: t('申诉报上级', 'Passed up'), side: 'supervisor', by: up.by, to: up.to }))
    if (appeal.outcome) {
      const title = appeal.outcome.upheld ? t('申诉维持', 'Upheld') : t('申诉撤销', 'Withdrawn on appeal') + (decision?.on_appeal ? conclusion : '')
      add({ title, side: 'supervisor', by: appeal.outcome.by, ...(decision?.on_appeal ? proof : {}) })
    }
  }
  if (decision) add({ title: say(VERDICTS[decision.verdict]) + conclusion, side: 'supervisor', by: decision.by, ...proof })
  if (order) {
    const tree: Order = order
    const nth = (order.nth ?? 1) > 1 ? t(`（第${order.nth}次）`, ` (no. ${order.nth})`) : ''
    add({ title: t('督办', 'Order') + nth + (tree.must_rectify ? t('（须整改）', ' (to be put right)') : ''), side: 'supervisor', by: order.by, to: order.to, ...(order.closed ? {} : { due_at: order.due_at ?? null }) })
    within(order).forEach(add)
    order.extended.forEach((by) => add({ title: t('延期', 'Extended'), side: 'supervisor', by }))
    order.answers.forEach((answer) => add({ title: t('反馈督办', 'Order answered'), side: 'department', by: answer.by, evidence: answer.evidence }))
    for (const { by, evidence, checked } of tree.rectifications ?? []) {
      add({ title: t('整改', 'Put right'), side: 'department', by, evidence })
      if (checked) add({ title: checked.accepted ? t('整改验收通过', 'Found put right') : t('退回整改', 'Sent back'), side: 'supervisor', by: checked.by })
    }
    if (order.closed) add({ title: t('办结督办', 'Order closed'), side: 'supervisor', by: order.closed })
  }
  ;(disposition.answers ?? []).forEach((answer) => add({ title: t('反馈', 'Answer'), side: 'department', by: answer.by, evidence: answer.evidence }))
  before(acts).forEach(add)
  return [...entries.values()].sort((a, b) => Date.parse(a.by.at) - Date.parse(b.by.at))
}

const OF_DEPARTMENT: readonly Act[] = ['answer', 'pass_on', 'report', 'ask_extension', 'rectify', 'appeal']

/** Every act, as far as it tells of itself; those that the record tells of better are left to it. */
function before(acts: DoneAct[]): Entry[] {
  let orders = 0
  let open = false
  return acts.map(({ act, by, conclusion, cause, to, due_at: due, evidence, must_rectify: mustRectify }): Entry => {
    if (act === 'order') orders += 1
    const answersOrder = act === 'answer' && open
    open = act === 'order' || (open && act !== 'close')
    const what = answersOrder ? t('反馈督办', 'Order answered') : act === 'rectify' ? t('整改', 'Put right') : say(ACT_KINDS[act])
    const nth = act === 'order' && orders > 1 ? t(`（第${orders}次）`, ` (no. ${orders})`) : ''
    const until = due && (act === 'extend' || act === 'ask_extension') ? t(`至 ${full(due)}`, ` until ${full(due)}`) : ''
    const comesTo = concluded({ conclusion, cause })
    const ended = comesTo ? t(`（${comesTo.zh}）`, ` (${comesTo.en ?? ''})`) : ''
    const title = what + nth + until + ended + (mustRectify ? t('（须整改）', ' (to be put right)') : '')
    const whom = to === null ? {} : act === 'pass_on' ? { person: to } : { to }
    return { title, side: OF_DEPARTMENT.includes(act) ? 'department' : 'supervisor', by, ...whom, ...(evidence.length > 0 ? { evidence } : {}) }
  })
}

/** What was passed on and reported back, and how more time was asked for and decided. */
function within(order: Order): Entry[] {
  const waits = order.closed ? null : extensionWaiting(order)
  const asked = (order.extensions_asked ?? []).flatMap((one): Entry[] => {
    const { by, until, outcome } = one
    const request: Entry = { title: t(`申请延期至 ${full(until)}`, `More time asked for until ${full(until)}`) + (one === waits ? t('（待答复）', ' (to be answered)') : ''), side: 'department', by }
    if (!outcome) return [request]
    const title = outcome.until ? t(`延期至 ${full(outcome.until)}`, `Extended until ${full(outcome.until)}`) : t('不予延期', 'More time refused')
    return [request, { title, side: 'supervisor', by: outcome.by }]
  })
  const passed = (order.passed_on ?? []).flatMap((leg): Entry[] => {
    const depth = depthOf(order, leg)
    const owed = leg.reports.length === 0 && !leg.replaced && !order.closed
    const title = t('转办', 'Passed on') + (leg.replaced ? t('（已改派）', ' (given anew)') : '')
    const given: Entry = { title, side: 'department', by: leg.by, person: leg.to, depth, ...(owed ? { due_at: leg.due_at ?? null } : {}) }
    return [given, ...leg.reports.map((report): Entry => ({ title: t('回报转办', 'Reported back'), side: 'department', by: report.by, evidence: report.evidence, depth }))]
  })
  return [...asked, ...passed]
}
