// The account of an alert's deadline: months of day squares for limits in days, stretches for limits in hours.

import { clock, nowStore } from '../api/clock'
import type { Account, AlertRecord, Day, Evidence } from '../api/types'
import { CalendarStrip } from '../calendar/CalendarStrip'
import { type Strip, dayWords, stripOf } from '../calendar/strip'
import { Both } from '../components/pieces'
import { date, full, inZoneOf, seconds, weekday } from '../format'
import { useStore } from '../store'
import { STATUSES, VERDICTS, type Words, limitWords } from '../words/codes'
import { say, t } from '../words/language'

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
  const basis = alert.statutory === true ? t('法定', 'Statutory') : alert.statutory === false ? t('承诺', 'Promised') : ''
  const strip = stripOf({
    days,
    dues: [{ at: account.due_at, label: basis }],
    doneAt: alert.completed_at ?? null,
    now: STATUSES[alert.status].open ? now : (alert.ended_at ?? null),
  })
  return (
    <div className={`mark-${alert.level}`}>
      <Headline account={account} strip={strip} doneAt={alert.completed_at ?? null} />
      <CalendarStrip strip={strip} id="account" label={t('期限逐日计算', 'Day-by-day account')} />
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
  const left = strip.left.filter(([verdict]) => verdict !== 'start_day_not_counted').map(([verdict, n]) => t(`${say(LEFT_OUT[verdict] ?? VERDICTS[verdict])}${n}天`, `${n} ${say(LEFT_OUT[verdict] ?? VERDICTS[verdict])}`))
  return (
    <p className="strip-headline">
      <span>
        {t(`${dayWords(date(account.start_at))}起，计`, `From ${dayWords(date(account.start_at))},`)} <b>{strip.counted}</b> {t('天', 'days')}
        {left.length > 0 && t(`（不计：${left.join('、')}）`, ` (not counted: ${left.join(', ')})`)}
      </span>
      <span>
        {t('', 'until ')}
        <b>{dayWords(date(account.due_at))}</b>
        {t(' 届满', '')}
      </span>
      {strip.over > 0 && <span className="strip-over">{doneAt ? t(`${dayWords(date(doneAt))}办结，为超期第 ${strip.over} 天`, `done ${dayWords(date(doneAt))}, day ${strip.over} overdue`) : t(`至今未办结，已到超期第 ${strip.over} 天`, `not done yet, day ${strip.over} overdue`)}</span>}
      {strip.over === 0 && doneAt && <span>{t(`${dayWords(date(doneAt))}按时办结`, `done in time, ${dayWords(date(doneAt))}`)}</span>}
    </p>
  )
}

const LEFT_OUT: Partial<Record<Day['verdict'], Words>> = {
  rest_day: { zh: '休息日', en: 'rest days' },
  holiday: { zh: '节假日', en: 'holidays' },
  suspended: { zh: '停止计算', en: 'suspended' },
  rolled: { zh: '末日顺延', en: 'rolled on' },
}

export function Summary({ account }: { account: Account }) {
  const more = (account.extensions ?? []).map((e) => t(`，延长${say(limitWords(e.limit))}${e.label ? `（${e.label}）` : ''}`, `, extended by ${say(limitWords(e.limit))}${e.label ? ` (${e.label})` : ''}`))
  return (
    <p className="account-summary">
      {t(`自 ${full(account.start_at)} 起算，时限`, `From ${full(account.start_at)},`)} <b>{say(limitWords(account.limit))}</b>
      {more.join('')}
      {t('，', ', ')}
      <b>{t(`${full(account.due_at)} 届满`, `until ${full(account.due_at)}`)}</b>
      {account.provisional ? t('（暂定：有年份的节假日安排尚未公布）', ' (provisional: the holidays of a year are not published yet)') : ''}
      <small>
        {' '}
        {t('工作日历', 'Work calendar')} {account.calendar} {account.calendar_version}
      </small>
    </p>
  )
}

function dayText(day: Day) {
  const counted = day.counts ? t(`，第 ${day.counted} 日`, `, day ${day.counted}`) : ''
  return `${day.date} ${weekday(day.date)} ${say(VERDICTS[day.verdict])}${counted}${day.note ? t(`（${day.note}）`, ` (${day.note})`) : ''}`
}

export function Stretches({ ranges }: { ranges: Account['days'] }) {
  return (
    <table className="stretches" id="account">
      <tbody>
        {ranges.map((range, place) => (
          <tr key={place} className={`verdict-${range.verdict}`}>
            <td>{range.from_at && range.to_at ? `${full(range.from_at)} – ${full(range.to_at)}` : range.from}</td>
            <td>
              {say(VERDICTS[range.verdict])}
              {range.note ? t(`（${range.note}）`, ` (${range.note})`) : ''}
            </td>
            <td className="number">{t('累计', 'in all')} {seconds(range.counted_total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
