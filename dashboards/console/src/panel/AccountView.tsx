// The account of an alert's deadline: months of day squares for limits in days, stretches for limits in hours.

import { clock, nowStore } from '../api/clock'
import type { Account, AlertRecord, Day, Evidence } from '../api/types'
import { CalendarStrip } from '../calendar/CalendarStrip'
import { type Strip, dayWords, stripOf } from '../calendar/strip'
import { Both } from '../components/pieces'
import { date, full, inZoneOf, seconds, weekday } from '../format'
import { useStore } from '../store'
import { STATUSES, VERDICTS, limitWords } from '../words/codes'

interface Props {
  alert: AlertRecord
  /** The API's account. */
  days: Day[]
}

/** The account that an alert carries, where it is about a limit that was counted. */
export const accountOf = (evidence: Evidence[]): Account | undefined => evidence.find((e) => e.kind === 'deadline')?.account

/** Nothing where the alert is not about a limit that was counted. */
export function AccountView({ alert, days }: Props) {
  const now = useNow()
  const account = accountOf(alert.evidence)
  if (!account || days.length === 0) return null
  if (account.days.some((range) => range.from_at)) {
    return (
      <>
        <Summary account={account} />
        <Stretches ranges={account.days} />
      </>
    )
  }
  const basis = alert.statutory === true ? '法定' : alert.statutory === false ? '承诺' : ''
  const strip = stripOf({
    days,
    dues: [{ at: account.due_at, label: basis }],
    doneAt: alert.completed_at ?? null,
    now: STATUSES[alert.status].open ? now : (alert.ended_at ?? null),
  })
  return (
    <div className={`mark-${alert.level}`}>
      <Headline account={account} strip={strip} doneAt={alert.completed_at ?? null} />
      <CalendarStrip strip={strip} id="account" label="期限逐日计算 Day-by-day account" />
      <Summary account={account} />
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
    </div>
  )
}

/** The platform's time as it prints instants; null before it was asked. */
export function useNow(): string | null {
  const now = useStore(nowStore)
  const printed = clock.printed()
  return now === null || printed === null ? null : inZoneOf(printed, now)
}

/** What the squares say, in one line. */
export function Headline({ account, strip, doneAt }: { account: Account; strip: Strip; doneAt: string | null }) {
  const left = strip.left.filter(([verdict]) => verdict !== 'start_day_not_counted').map(([verdict, n]) => `${LEFT_OUT[verdict] ?? VERDICTS[verdict].zh}${n}天`)
  return (
    <p className="strip-headline">
      <span>
        {dayWords(date(account.start_at))}起，计 <b>{strip.counted}</b> 天
        {left.length > 0 && <>（不计：{left.join('、')}）</>}
      </span>
      <span>
        <b>{dayWords(date(account.due_at))}</b> 届满
      </span>
      {strip.over > 0 && <span className="strip-over">{doneAt ? `${dayWords(date(doneAt))}办结，为超期第 ${strip.over} 天` : `至今未办结，已到超期第 ${strip.over} 天`}</span>}
      {strip.over === 0 && doneAt && <span>{dayWords(date(doneAt))}按时办结</span>}
    </p>
  )
}

const LEFT_OUT: Partial<Record<Day['verdict'], string>> = { rest_day: '休息日', holiday: '节假日', suspended: '停止计算', rolled: '末日顺延' }

export function Summary({ account }: { account: Account }) {
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

function dayText(day: Day) {
  const counted = day.counts ? `，第 ${day.counted} 日` : ''
  return `${day.date} ${weekday(day.date)} ${VERDICTS[day.verdict].zh}${counted}${day.note ? `（${day.note}）` : ''}`
}

export function Stretches({ ranges }: { ranges: Account['days'] }) {
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
