// How far an appeal's day has passed, in working days: what its term is counted in.

import { date, inZoneOf } from '../format'
import { calendarYear } from '../lists/api'
import type { CalendarDay } from '../lists/model'
import { t } from '../words/language'

/** The country's: a region's own days off are few, and no list of alerts says by whose calendar a term was counted. */
const CALENDAR = 'cn'

/** Every day of the years from that of an instant up to this one; none where the calendar cannot be had, so that hours are told. */
export async function daysSince(instant: string, signal: AbortSignal): Promise<CalendarDay[]> {
  const year = async (text: string) => (await calendarYear(CALENDAR, text, '', signal)).year
  try {
    const current = await year('')
    const first = Number(instant.slice(0, 4))
    const before = await Promise.all(Array.from({ length: Math.max(0, current.year - first) }, (_, n) => year(String(first + n))))
    return [...before, current].flatMap(({ days }) => days)
  } catch {
    return []
  }
}

/** Working days after the last day, today among them; null where the days are not known, or it has not passed. */
export function workingDaysOver(dueAt: string, now: number, days: CalendarDay[]): number | null {
  const today = date(inZoneOf(dueAt, now))
  const last = date(dueAt)
  if (Date.parse(dueAt) >= now || !days.some((day) => day.date === last) || !days.some((day) => day.date === today)) return null
  return days.filter((day) => day.date > last && day.date <= today && (day.kind === 'working' || day.kind === 'make_up')).length
}

/** `逾期 3 个工作日`. */
export function overText(workingDays: number): string {
  if (workingDays === 0) return t('期限已过，尚不足1个工作日', 'Over since the last working day')
  return t(`逾期 ${workingDays} 个工作日`, `${workingDays} working day${workingDays === 1 ? '' : 's'} over`)
}
