// 统计周期 as addresses and the platform write it: `2026`, `2026-H1`, `2026-Q3`, `2026-10`, or `2026-10-01..2026-10-15`, both days included.

import { t } from '../words/language'

export type PeriodKind = 'month' | 'quarter' | 'half' | 'year' | 'range'

export type Period =
  | { kind: 'year'; year: number }
  | { kind: 'half' | 'quarter' | 'month'; year: number; part: number }
  | { kind: 'range'; from: string; until: string }

/** Months of each kind that has parts. */
const MONTHS = { half: 6, quarter: 3, month: 1 } as const
const MONTHS_A_YEAR = 12

/** Months that a trend looks back, its last one included. */
export const TREND_MONTHS = 12

/** What a text means; null where it means no period. */
export function periodOf(text: string): Period | null {
  const [, year, half, quarter, month] = /^(\d{4})(?:-H([12])|-Q([1-4])|-(0[1-9]|1[0-2]))?$/.exec(text) ?? []
  if (year !== undefined) {
    if (half) return { kind: 'half', year: Number(year), part: Number(half) }
    if (quarter) return { kind: 'quarter', year: Number(year), part: Number(quarter) }
    return month ? { kind: 'month', year: Number(year), part: Number(month) } : { kind: 'year', year: Number(year) }
  }
  const [from = '', until = '', ...rest] = text.split('..')
  return isDay(from) && isDay(until) && rest.length === 0 && from <= until ? { kind: 'range', from, until } : null
}

/** As the platform writes it. */
export function periodText(period: Period): string {
  switch (period.kind) {
    case 'year':
      return year(period.year)
    case 'half':
      return `${year(period.year)}-H${period.part}`
    case 'quarter':
      return `${year(period.year)}-Q${period.part}`
    case 'month':
      return `${year(period.year)}-${two(period.part)}`
    case 'range':
      return `${period.from}..${period.until}`
  }
}

/** As people say what the platform writes; what means no period as it is. */
export function periodSaid(text: string): string {
  const period = periodOf(text)
  return period ? periodName(period) : text
}

/** As people say it. */
export function periodName(period: Period): string {
  switch (period.kind) {
    case 'year':
      return t(`${period.year}年`, `${period.year}`)
    case 'half':
      return t(`${period.year}年${period.part === 1 ? '上半年' : '下半年'}`, `${period.part === 1 ? 'First' : 'Second'} half of ${period.year}`)
    case 'quarter':
      return t(`${period.year}年第${period.part}季度`, `Q${period.part} ${period.year}`)
    case 'month':
      return t(`${period.year}年${period.part}月`, `${year(period.year)}-${two(period.part)}`)
    case 'range':
      return period.from === period.until ? period.from : t(`${period.from} 至 ${period.until}`, `${period.from} to ${period.until}`)
  }
}

/** So many periods of its kind later; a range moves by its own days. */
export function moved(period: Period, by: number): Period {
  if (period.kind === 'year') return { kind: 'year', year: period.year + by }
  if (period.kind === 'range') {
    const days = daysOf(period) * by
    return { kind: 'range', from: dayAfter(period.from, days), until: dayAfter(period.until, days) }
  }
  const parts = MONTHS_A_YEAR / MONTHS[period.kind]
  const place = period.year * parts + (period.part - 1) + by
  return { ...period, year: Math.floor(place / parts), part: (place % parts) + 1 }
}

/** The first and the last day, both included. */
export function daysIn(period: Period): { from: string; until: string } {
  if (period.kind === 'range') return { from: period.from, until: period.until }
  const first = period.kind === 'year' ? 1 : (period.part - 1) * MONTHS[period.kind] + 1
  const last = period.kind === 'year' ? MONTHS_A_YEAR : first + MONTHS[period.kind] - 1
  return { from: `${year(period.year)}-${two(first)}-01`, until: lastOfMonth(period.year, last) }
}

/** The period of another kind in which this one's last day lies. */
export function asKind(period: Period, kind: PeriodKind): Period {
  const { from, until } = daysIn(period)
  return kind === 'range' ? { kind, from, until } : around(until, kind)
}

/** The period of a kind in which a day lies. */
export function around(day: string, kind: Exclude<PeriodKind, 'range'>): Period {
  const [at, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))]
  return kind === 'year' ? { kind, year: at } : { kind, year: at, part: Math.ceil(month / MONTHS[kind]) }
}

/** The months of a trend that ends with a period: as many as it looks back, or as the period has when these are more. */
export function trendOf(period: Period): Period {
  const { from, until } = daysIn(period)
  const last = Number(until.slice(0, 4)) * MONTHS_A_YEAR + Number(until.slice(5, 7)) - 1
  const first = Math.min(last - TREND_MONTHS + 1, Number(from.slice(0, 4)) * MONTHS_A_YEAR + Number(from.slice(5, 7)) - 1)
  return { kind: 'range', from: `${year(Math.floor(first / MONTHS_A_YEAR))}-${two((first % MONTHS_A_YEAR) + 1)}-01`, until }
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && dayAfter(text, 0) === text
}

const daysOf = ({ from, until }: { from: string; until: string }) => (Date.parse(until) - Date.parse(from)) / 86_400_000 + 1

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

const lastOfMonth = (of: number, month: number) => new Date(Date.UTC(of, month, 0)).toISOString().slice(0, 10)
const year = (n: number) => String(n).padStart(4, '0')
const two = (n: number) => String(n).padStart(2, '0')
