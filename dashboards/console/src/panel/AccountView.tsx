// The day-by-day account of a deadline: a calendar of weeks for limits in days, stretches for limits in hours.

import type { Account, Day, DayVerdict, Evidence } from '../api/types'
import { Both } from '../components/pieces'
import { date, full, seconds, weekday, weekdayNumber } from '../format'
import { VERDICTS, limitWords } from '../words/codes'

const WEEK = ['一', '二', '三', '四', '五', '六', '日']

/** Monday is 0. */
const column = (day: string) => (weekdayNumber(day) + 6) % 7

interface Props {
  /** The API's account. */
  days: Day[]
  /** The alert's. */
  evidence: Evidence[]
}

/** Nothing where the alert is not about a limit that was counted. */
export function AccountView({ days, evidence }: Props) {
  const account = evidence.find((e) => e.kind === 'deadline')?.account
  if (!account || days.length === 0) return null
  if (account.days.some((range) => range.from_at)) {
    return (
      <>
        <Summary account={account} />
        <Stretches ranges={account.days} />
      </>
    )
  }
  return (
    <>
      <Summary account={account} />
      <Calendar days={days} dueDate={date(account.due_at)} />
      <Legend days={days} />
      <details className="by-day">
        <summary>
          <Both words={{ zh: '逐日说明', en: 'Day by day' }} />
        </summary>
        <ol>
          {days.map((day) => (
            <li key={day.date}>{dayText(day)}</li>
          ))}
        </ol>
      </details>
    </>
  )
}

function Summary({ account }: { account: Account }) {
  const more = (account.extensions ?? []).map((e) => `，延长${limitWords(e.limit).zh}${e.label ? `（${e.label}）` : ''}`)
  return (
    <p className="account-summary">
      自 {full(account.start_at)} 起算，时限 <b>{limitWords(account.limit).zh}</b>
      {more.join('')}，<b>{full(account.due_at)} 届满</b>
      {account.provisional ? '（暂定：有年份的节假日安排尚未公布）' : ''}
      <small>
        {' '}
        工作日历 {account.calendar} {account.calendar_version}
      </small>
    </p>
  )
}

function Calendar({ days, dueDate }: { days: Day[]; dueDate: string }) {
  return (
    <table className="account" id="account">
      <caption className="unseen">期限逐日计算 Day-by-day account</caption>
      <thead>
        <tr>
          {WEEK.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(days).map((week, place) => (
          <tr key={place}>
            {week.map((day, at) => (day ? <DayCell key={at} day={day} due={day.date === dueDate} /> : <td key={at} className="outside" />))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The days in weeks from Monday; null stands where the account has no day. */
function weeksOf(days: Day[]): (Day | null)[][] {
  const weeks: (Day | null)[][] = []
  for (const day of days) {
    let week = weeks.at(-1)
    if (!week || column(day.date) === 0) {
      week = Array<Day | null>(7).fill(null)
      weeks.push(week)
    }
    week[column(day.date)] = day
  }
  return weeks
}

function DayCell({ day, due }: { day: Day; due: boolean }) {
  const verdict = VERDICTS[day.verdict]
  const [, month, number] = day.date.split('-').map(Number)
  return (
    <td className={`verdict-${day.verdict}${due ? ' due-day' : ''}`} title={dayText(day)}>
      <span className="day-date">
        {month}/{number}
      </span>
      {verdict.short && day.counts && <i>{verdict.short}</i>}
      <span className="day-count">{day.counts ? `第${day.counted}日` : day.note || verdict.short}</span>
      {due && <span className="day-due">届满</span>}
    </td>
  )
}

function dayText(day: Day) {
  const counted = day.counts ? `，第 ${day.counted} 日` : ''
  return `${day.date} ${weekday(day.date)} ${VERDICTS[day.verdict].zh}${counted}${day.note ? `（${day.note}）` : ''}`
}

function Legend({ days }: { days: Day[] }) {
  const present = (Object.keys(VERDICTS) as DayVerdict[]).filter((code) => days.some((day) => day.verdict === code))
  return (
    <ul className="legend" aria-label="图例 Legend">
      {present.map((code) => (
        <li key={code}>
          <span className={`swatch verdict-${code}`} />
          <Both words={VERDICTS[code]} />
        </li>
      ))}
    </ul>
  )
}

function Stretches({ ranges }: { ranges: Account['days'] }) {
  return (
    <table className="stretches" id="account">
      <tbody>
        {ranges.map((range, place) => (
          <tr key={place} className={`verdict-${range.verdict}`}>
            <td>{range.from_at && range.to_at ? `${full(range.from_at)} – ${full(range.to_at)}` : range.from}</td>
            <td>
              {VERDICTS[range.verdict].zh}
              {range.note ? `（${range.note}）` : ''}
            </td>
            <td className="number">累计 {seconds(range.counted_total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
