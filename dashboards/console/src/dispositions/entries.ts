// What was done about an alert, as one thread in order of time, from the record of its disposition.

import type { Disposition, Signature } from '../api/types'
import { CONCLUSIONS } from '../words/codes'

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

const VERDICTS = { held: '暂缓发出', issued: '发出', confirmed: '认定', dismissed: '不予认定' } as const

/** One entry a command: an appeal's outcome is also a decision, and may put an order off. */
export function threadOf(disposition: Disposition): Entry[] {
  const entries = new Map<string, Entry>()
  const add = (entry: Entry) => {
    if (!entries.has(entry.by.command)) entries.set(entry.by.command, entry)
  }
  const { appeal, decision, order } = disposition
  const conclusion = decision?.conclusion ? CONCLUSIONS[decision.conclusion].zh : ''
  if (appeal) {
    add({ title: '申诉', side: 'department', by: appeal.by, evidence: appeal.evidence, ...(appeal.outcome || appeal.passed_up.length ? {} : { due_at: appeal.due_at ?? null }) })
    appeal.passed_up.forEach((up) => add({ title: '申诉报上级', side: 'supervisor', by: up.by, to: up.to }))
    if (appeal.outcome) {
      const title = appeal.outcome.upheld ? '申诉维持' : `申诉撤销${decision?.on_appeal && conclusion ? `（${conclusion}）` : ''}`
      add({ title, side: 'supervisor', by: appeal.outcome.by })
    }
  }
  if (decision) add({ title: `${VERDICTS[decision.verdict]}${conclusion ? `（${conclusion}）` : ''}`, side: 'supervisor', by: decision.by })
  if (order) {
    const nth = (order.nth ?? 1) > 1 ? `（第${order.nth}次）` : ''
    add({ title: `督办${nth}`, side: 'supervisor', by: order.by, to: order.to, ...(order.closed ? {} : { due_at: order.due_at ?? null }) })
    order.extended.forEach((by) => add({ title: '延期', side: 'supervisor', by }))
    order.answers.forEach((answer) => add({ title: '反馈督办', side: 'department', by: answer.by, evidence: answer.evidence }))
    if (order.closed) add({ title: '办结督办', side: 'supervisor', by: order.closed })
  }
  ;(disposition.answers ?? []).forEach((answer) => add({ title: '反馈', side: 'department', by: answer.by, evidence: answer.evidence }))
  return [...entries.values()].sort((a, b) => Date.parse(a.by.at) - Date.parse(b.by.at))
}
