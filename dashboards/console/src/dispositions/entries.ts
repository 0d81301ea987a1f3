// What was done about an alert, as one thread in order of time, from the record of its disposition.

import type { Disposition, Signature } from '../api/types'
import { CONCLUSIONS } from '../words/codes'
import { say, t } from '../words/language'

export interface Entry {
  /** What was done. */
  title: string
  /** Which side spoke: those who supervise, or those who are supervised. */
  side: 'supervisor' | 'department'
  by: Signature
  /** To which body. */
  to?: string
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
export function threadOf(disposition: Disposition): Entry[] {
  const entries = new Map<string, Entry>()
  const add = (entry: Entry) => {
    if (!entries.has(entry.by.command)) entries.set(entry.by.command, entry)
  }
  const { appeal, decision, order } = disposition
  const conclusion = decision?.conclusion ? t(`（${CONCLUSIONS[decision.conclusion].zh}）`, ` (${CONCLUSIONS[decision.conclusion].en ?? ''})`) : ''
  if (appeal) {
    add({ title: t('申诉', 'Appeal'), side: 'department', by: appeal.by, evidence: appeal.evidence, ...(appeal.outcome || appeal.passed_up.length ? {} : { due_at: appeal.due_at ?? null }) })
    appeal.passed_up.forEach((up) => add({ title: t('申诉报上级', 'Passed up'), side: 'supervisor', by: up.by, to: up.to }))
    if (appeal.outcome) {
      const title = appeal.outcome.upheld ? t('申诉维持', 'Upheld') : t('申诉撤销', 'Withdrawn on appeal') + (decision?.on_appeal ? conclusion : '')
      add({ title, side: 'supervisor', by: appeal.outcome.by })
    }
  }
  if (decision) add({ title: say(VERDICTS[decision.verdict]) + conclusion, side: 'supervisor', by: decision.by })
  if (order) {
    const nth = (order.nth ?? 1) > 1 ? t(`（第${order.nth}次）`, ` (no. ${order.nth})`) : ''
    add({ title: t('督办', 'Order') + nth, side: 'supervisor', by: order.by, to: order.to, ...(order.closed ? {} : { due_at: order.due_at ?? null }) })
    order.extended.forEach((by) => add({ title: t('延期', 'Extended'), side: 'supervisor', by }))
    order.answers.forEach((answer) => add({ title: t('反馈督办', 'Order answered'), side: 'department', by: answer.by, evidence: answer.evidence }))
    if (order.closed) add({ title: t('办结督办', 'Order closed'), side: 'supervisor', by: order.closed })
  }
  ;(disposition.answers ?? []).forEach((answer) => add({ title: t('反馈', 'Answer'), side: 'department', by: answer.by, evidence: answer.evidence }))
  return [...entries.values()].sort((a, b) => Date.parse(a.by.at) - Date.parse(b.by.at))
}
