// 每件只列最重的一条: which alert stands for its case, as the platform finds it (`query/gravest.rs` in services/store), for what is told
// live between two readings.

import type { Alert, AlertRow, Level } from '../api/types'
import { isCase } from '../subject'
import { STATUSES } from '../words/codes'

/** The case that an alert is about; null: it is about none and stands by itself. */
export const caseKey = (alert: Alert): string | null => (isCase(alert) ? JSON.stringify([alert.source, alert.case_no]) : null)

const RANKS: Record<Level, number> = { red: 0, yellow: 1, review: 2, notice: 3 }
const over = ({ status }: Alert) => Number(!STATUSES[status].open)

/** What still stands before what does not, then the graver, then what was raised last. */
export function gravestFirst(a: Alert, b: Alert): number {
  return over(a) - over(b) || RANKS[a.level] - RANKS[b.level] || Date.parse(b.raised_at) - Date.parse(a.raised_at) || (a.alert_id < b.alert_id ? -1 : 1)
}

/** One row of two of the same case; how many it stands for is at least what is known of. */
function together(a: AlertRow, b: AlertRow): AlertRow {
  const top = gravestFirst(a, b) <= 0 ? a : b
  return { ...top, others: Math.max(1, a.others ?? 0, b.others ?? 0) }
}

/** Of each case its gravest alert, of those that fit. What is shown and does not fit any more stays where it is, and stands for no other. */
export function ofEachCase(rows: readonly AlertRow[], fits: (alert: Alert) => boolean): AlertRow[] {
  const tops = new Map<string, AlertRow>()
  for (const row of rows) {
    const key = caseKey(row)
    if (key === null || !fits(row)) continue
    const before = tops.get(key)
    tops.set(key, before ? together(before, row) : row)
  }
  return rows.flatMap((row) => {
    const key = caseKey(row)
    if (key === null) return [row]
    if (!fits(row)) return [row.others ? { ...row, others: 0 } : row]
    const top = tops.get(key)
    return top?.alert_id === row.alert_id ? [top] : []
  })
}
