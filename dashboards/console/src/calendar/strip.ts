// A deadline's account as months of day squares: what each day was, which one is due, which ones lie beyond. It draws nothing.

import type { Account, DayVerdict } from '../api/types'
import { date, daysBetween, weekday, weekdayNumber } from '../format'
import { VERDICTS } from '../words/codes'
import { say, t } from '../words/language'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** One day of a limit, as the API tells it or as an account is taken apart. */
export interface AccountDay {
  date: string
  verdict: DayVerdict
  /** How many days are counted when it is over. */
  counted: number
  counts: boolean
  note: string
}

/** A last day in time, and what it is called: 法定, 承诺, nothing. */
export interface Due {
  at: string
  label: string
}

export interface StripInput {
  days: AccountDay[]
  dues: Due[]
  /** When the duty was done; null: it is not. */
  doneAt: string | null
  /** Until then it has not been done: the platform's time. Null where it does not go on (fell away, taken back). */
  now: string | null
}

export interface Cell {
  date: string
  /** Null after the account is over. */
  verdict: DayVerdict | null
  counted: number
  counts: boolean
  note: string
  /** Names of the deadlines that end on this day. */
  dues: string[]
  /** Which calendar day beyond the last deadline, from 1; 0: not beyond. */
  over: number
  /** It was done on this day. */
  done: boolean
  /** It lies after the day on which it was done: nothing is at stake any more. */
  idle: boolean
}

export interface Month {
  /** `2026-10`. */
  id: string
  /** Weeks from Monday; null stands outside the month and outside the account. */
  weeks: (Cell | null)[][]
}

export interface Strip {
  months: Month[]
  /** Days counted, and what was not counted, by verdict. */
  counted: number
  left: [DayVerdict, number][]
  /** Runs of days that stood still or were no working days for a reason that is told. */
  reasons: { from: string; to: string; verdict: DayVerdict; note: string }[]
  /** Calendar days beyond the last deadline, those that are not drawn included. */
  over: number
  /** How many of them are not drawn. */
  undrawn: number
}

/** So many days beyond a deadline are drawn: about two months. What lies beyond is told as a number. */
const OVER_MAX = 62

const COUNTS: Record<DayVerdict, boolean> = {
  counted: true,
  make_up_working_day: true,
  elapsed: true,
  start_day_not_counted: false,
  rest_day: false,
  holiday: false,
  suspended: false,
  rolled: false,
}

/** The account day by day, as `Account::by_day` in services/domain takes it apart. */
export function daysOf(account: Account): AccountDay[] {
  const days: AccountDay[] = []
  for (const { from, to, verdict, counted_total: total, note = '', from_at: elapsed } of account.days) {
    const last = elapsed ? from : to
    for (let day = from; day <= last; day = nextDay(day)) {
      const counts = COUNTS[verdict]
      days.push({ date: day, verdict, counted: counts ? total - daysBetween(day, to) : total, counts, note })
    }
  }
  return days
}

/** Monday is 0. */
export const column = (day: string) => (weekdayNumber(day) + 6) % 7

const DAY = 86_400_000
const addDays = (day: string, n: number) => new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY).toISOString().slice(0, 10)
const nextDay = (day: string) => addDays(day, 1)

export function stripOf({ days, dues, doneAt, now }: StripInput): Strip {
  const doneOn = doneAt && date(doneAt)
  const dueOn = dues.map(({ at }) => date(at))
  const lastDue = dueOn.reduce((last, day) => (day > last ? day : last), days.at(-1)?.date ?? '')
  const until = doneOn ?? (now && date(now))
  const over = until && lastDue && until > lastDue ? daysBetween(lastDue, until) : 0
  const drawn = Math.min(over, OVER_MAX)
  const cells: Cell[] = days.map((day) => ({
    ...day,
    dues: dues.filter(({ at }) => date(at) === day.date).map(({ label }) => label),
    over: 0,
    done: day.date === doneOn,
    idle: Boolean(doneOn && day.date > doneOn),
  }))
  const first = days[0]?.date
  if (first) {
    // It may be done, and a deadline may lie, on days that the account has no word about.
    const known = new Set(days.map((day) => day.date))
    const beyond = Array.from({ length: drawn }, (_, place) => addDays(lastDue, place + 1))
    const extra = new Set([...dueOn, ...(doneOn && doneOn >= first && daysBetween(lastDue, doneOn) <= drawn ? [doneOn] : []), ...beyond])
    for (const day of extra) {
      if (known.has(day) || day < first) continue
      cells.push({
        date: day,
        verdict: null,
        counted: 0,
        counts: false,
        note: '',
        dues: dues.filter(({ at }) => date(at) === day).map(({ label }) => label),
        over: day > lastDue ? daysBetween(lastDue, day) : 0,
        done: day === doneOn,
        idle: Boolean(doneOn && day > doneOn),
      })
    }
    cells.sort((a, b) => (a.date < b.date ? -1 : 1))
  }
  return {
    months: monthsOf(cells),
    counted: days.reduce((most, day) => (day.counts ? Math.max(most, day.counted) : most), 0),
    left: leftOut(days),
    reasons: reasonsOf(days),
    over,
    undrawn: over - drawn,
  }
}

function monthsOf(cells: Cell[]): Month[] {
  const months: Month[] = []
  for (const cell of cells) {
    const id = cell.date.slice(0, 7)
    let month = months.at(-1)
    if (month?.id !== id) {
      month = { id, weeks: [] }
      months.push(month)
    }
    const place = column(cell.date)
    // The Monday of its week says whether a new row begins.
    const week = month.weeks.at(-1)
    const held = week?.findLast((other) => other !== null)
    if (week && held && addDays(held.date, -column(held.date)) === addDays(cell.date, -place)) week[place] = cell
    else month.weeks.push(Array.from({ length: 7 }, (_, at) => (at === place ? cell : null)))
  }
  return months
}

function leftOut(days: AccountDay[]): [DayVerdict, number][] {
  const by = new Map<DayVerdict, number>()
  for (const { verdict, counts } of days) if (!counts) by.set(verdict, (by.get(verdict) ?? 0) + 1)
  return [...by]
}

/** Weekends need no reason; a holiday, a suspension and a last day that was moved do. */
function reasonsOf(days: AccountDay[]): Strip['reasons'] {
  const runs: Strip['reasons'] = []
  let before: AccountDay | null = null
  for (const day of days) {
    const told = day.verdict === 'suspended' || (day.note !== '' && day.verdict !== 'rest_day' && day.verdict !== 'start_day_not_counted')
    if (told) {
      const run = runs.at(-1)
      const goesOn = run && before?.date === run.to && nextDay(run.to) === day.date && run.verdict === day.verdict && run.note === day.note
      if (goesOn) run.to = day.date
      else runs.push({ from: day.date, to: day.date, verdict: day.verdict, note: day.note })
    }
    before = day
  }
  return runs
}

/** `10月24日`, `24 Oct`. */
export function dayWords(day: string) {
  const [, month, number] = day.split('-').map(Number)
  return t(`${month}月${number}日`, `${number} ${MONTHS[(month ?? 1) - 1]}`)
}

/** A day as it is read out, and told where the mouse rests. */
export function cellText(cell: Cell): string {
  const parts = [t(`${dayWords(cell.date)}${weekday(cell.date)}`, `${weekday(cell.date)} ${dayWords(cell.date)}`)]
  if (cell.verdict) parts.push(say(VERDICTS[cell.verdict]) + (cell.counts ? t(`，第${cell.counted}日`, `, day ${cell.counted}`) : '') + (cell.note ? t(`（${cell.note}）`, ` (${cell.note})`) : ''))
  for (const label of cell.dues) parts.push(t(`${label}期限届满`, label ? `${label.toLowerCase()} limit ends` : 'limit ends'))
  if (cell.over > 0) parts.push(t(`超期第${cell.over}日（自然日）`, `overdue, day ${cell.over}`))
  if (cell.done) parts.push(t('当日办结', 'done on this day'))
  return parts.join(t('，', ', '))
}
