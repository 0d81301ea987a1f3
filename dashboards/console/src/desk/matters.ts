// A leader's list: the worst matters, each once, however many alerts it has.

import type { AlertRow, Change } from '../api/types'
import { isCase } from '../subject'
import { CHANGES, word } from '../words/codes'
import { say, t } from '../words/language'

export const MATTERS = 5
const DAY = 86_400_000

export interface Matter {
  /** Its gravest alert. */
  alert: AlertRow
  /** How many others the same case has. */
  others: number
}

/** Of alerts that come gravest first: the first of each case, or of each whom or what it is about. */
export function worstOf(alerts: AlertRow[], most = MATTERS): Matter[] {
  const matters = new Map<string, Matter>()
  for (const alert of alerts) {
    const key = isCase(alert) ? `${alert.source}/${alert.case_no}` : `${alert.subject_kind}/${alert.case_no}/${alert.control_point}`
    const matter = matters.get(key)
    const others = alert.others ?? 0
    if (matter) matter.others += 1 + others
    else matters.set(key, { alert, others })
  }
  return [...matters.values()].slice(0, most)
}

/** How late it is or when it happened: `超期 12 天`, `发生于 3 天前`. */
export function sinceText(alert: AlertRow, now: number): string {
  if (!alert.breached_at) return ''
  const days = Math.max(0, Math.floor((now - Date.parse(alert.breached_at)) / DAY))
  if (alert.due_at) return days > 0 ? t(`超期 ${days} 天`, `${days} days late`) : t('今日超期', 'Late since today')
  return days > 0 ? t(`${days} 天前发生`, `${days} days ago`) : t('今日发生', 'Today')
}

/** The last change, and whether it was within a day. */
export function lastChange(history: Change[], now: number): { text: string; recent: boolean; at: string } | null {
  const last = history.at(-1)
  if (!last) return null
  return { text: say(word(CHANGES, last.change)), recent: now - Date.parse(last.at) < DAY, at: last.at }
}
