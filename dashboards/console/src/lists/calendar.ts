// A year of a work calendar, cut into months of weeks. It draws nothing.

import { weekdayNumber } from '../format'
import type { CalendarDay } from './model'

/** A month: weeks from Monday on, with gaps before its first and after its last day. */
export interface Month {
  /** `2026-02`. */
  month: string
  weeks: (CalendarDay | null)[][]
}

const WEEK = 7

/** Days have to come in order. */
export function monthsOf(days: CalendarDay[]): Month[] {
  const months: Month[] = []
  for (const day of days) {
    const month = day.date.slice(0, 7)
    let last = months.at(-1)
    if (last?.month !== month) {
      last = { month, weeks: [] }
      months.push(last)
    }
    const place = (weekdayNumber(day.date) + 6) % WEEK
    let week = last.weeks.at(-1)
    if (!week || place === 0) {
      week = Array<CalendarDay | null>(WEEK).fill(null)
      last.weeks.push(week)
    }
    week[place] = day
  }
  return months
}

/** A run of days off under one name, and the weekend days that are worked. */
export interface Festival {
  name: string
  from: string
  to: string
  days: number
}

export function festivalsOf(days: CalendarDay[]): Festival[] {
  const found: Festival[] = []
  let before: CalendarDay | null = null
  for (const day of days) {
    const last = found.at(-1)
    if (day.kind === 'holiday') {
      if (last && before?.kind === 'holiday' && before.name === day.name) {
        last.to = day.date
        last.days += 1
      } else {
        found.push({ name: day.name ?? '', from: day.date, to: day.date, days: 1 })
      }
    }
    before = day
  }
  return found
}

export const madeUp = (days: CalendarDay[]) => days.filter((day) => day.kind === 'make_up').map((day) => day.date)
