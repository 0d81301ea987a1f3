// A year of a work calendar: which days are worked, by which notice, and as which version had it.

import { PrintHere } from '../components/Take'
import { date, weekday } from '../format'
import { say, t } from '../words/language'
import { calendarYear, calendars } from './api'
import { Answered, useAsked } from './asked'
import { type Month, festivalsOf, madeUp, monthsOf } from './calendar'
import type { Calendar, CalendarDay, CalendarYear, DayKind } from './model'
import { definitionHash, listsHash } from './routes'

const KINDS: Record<DayKind, { zh: string; en: string; short: { zh: string; en: string } | null }> = {
  working: { zh: '工作日', en: 'Working day', short: null },
  make_up: { zh: '调休上班', en: 'Worked instead', short: { zh: '班', en: 'W' } },
  rest: { zh: '休息日', en: 'Rest day', short: null },
  holiday: { zh: '节假日', en: 'Holiday', short: { zh: '休', en: 'H' } },
}

/** 周一 first. */
const WEEK = ['2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08', '2026-01-09', '2026-01-10', '2026-01-11']

interface Props {
  /** Empty: the first there is. */
  id: string
  year: string
  version: string
}

export function CalendarPage({ id, year, version }: Props) {
  const asked = useAsked('calendars', calendars)
  return (
    <Answered asked={asked}>
      {({ calendars: all }) => {
        // Limits are counted in what most flowcharts name.
        const usual = [...all].sort((a, b) => b.flowcharts - a.flowcharts)[0]
        const shown = id || usual?.id || ''
        return <OfCalendar all={all} id={shown} year={year} version={version} />
      }}
    </Answered>
  )
}

function OfCalendar({ all, id, year, version }: Props & { all: Calendar[] }) {
  const asked = useAsked(`${id}/${year}/${version}`, (signal) => calendarYear(id, year, version, signal))
  return (
    <section className="card cases-found" aria-labelledby="calendar-title">
      <h2 id="calendar-title">{t('工作日历', 'Work calendars')}</h2>
      <PrintHere />
      <nav className="lists-nav inner" aria-label={t('日历', 'Calendars')}>
        {all.map((calendar) => (
          <a key={calendar.id} className="filter" href={listsHash({ kind: 'calendar', id: calendar.id, year, version: '' })} aria-current={calendar.id === id ? 'true' : undefined}>
            {calendar.name}
          </a>
        ))}
      </nav>
      <Answered asked={asked}>{(found) => <Year calendar={found} year={found.year} version={version} />}</Answered>
    </section>
  )
}

function Year({ calendar, year, version }: { calendar: Calendar; year: CalendarYear; version: string }) {
  const of = (some: { year?: number; version?: string }) =>
    listsHash({ kind: 'calendar', id: calendar.id, year: String(some.year ?? year.year), version: some.version ?? version })
  return (
    <div id="calendar-year" data-year={year.year} data-calendar={calendar.id} data-version={year.version}>
      <div className="year-head">
        <a className="plain" href={of({ year: year.year - 1 })}>
          ← {year.year - 1}
        </a>
        <h3>{t(`${year.year} 年`, String(year.year))}</h3>
        <a className="plain" href={of({ year: year.year + 1 })}>
          {year.year + 1} →
        </a>
        <label>
          <span>{t('按版本', 'As of version')}</span>
          <select name="version" value={version} onChange={(e) => (location.hash = of({ version: e.target.value }))}>
            <option value="">{t('最新', 'Latest')}</option>
            {[...calendar.versions].reverse().map((one) => (
              <option key={one.version} value={one.version}>
                {t(`${one.version}（${date(one.published_at)} 公布）`, `${one.version} (${date(one.published_at)})`)}
              </option>
            ))}
          </select>
        </label>
        <p className="page-told" role="status">
          {t(`${year.working_days} 个工作日`, `${year.working_days} working days`)}
          {year.provisional && (
            <b className="provisional">{t('本年的放假安排尚未公布，暂按周末推算', 'The notice for this year is still to come: weekends only')}</b>
          )}
        </p>
      </div>
      <ul className="legend" aria-label={t('图例', 'Legend')}>
        {(Object.keys(KINDS) as DayKind[]).map((kind) => (
          <li key={kind}>
            <span className={`swatch day-${kind}`} aria-hidden="true" />
            {say(KINDS[kind])}
          </li>
        ))}
      </ul>
      <div className="year-grid">
        {monthsOf(year.days).map((month) => (
          <MonthTable key={month.month} month={month} />
        ))}
      </div>
      <Festivals days={year.days} />
      <Versions calendar={calendar} year={year.year} of={of} />
    </div>
  )
}

function MonthTable({ month: { month, weeks } }: { month: Month }) {
  return (
    <table className="month">
      <caption>{t(`${Number(month.slice(5))} 月`, month)}</caption>
      <thead>
        <tr>
          {WEEK.map((day) => (
            <th key={day} scope="col" abbr={weekday(day)}>
              {weekday(day).replace('周', '')}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week, place) => (
          <tr key={place}>
            {week.map((day, at) => (day ? <Day key={day.date} day={day} /> : <td key={at} className="no-day" />))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Day({ day }: { day: CalendarDay }) {
  const kind = KINDS[day.kind]
  const words = [day.date, say(kind), day.name, day.statutory && t('法定节日', 'holiday by law')].filter(Boolean).join(' ')
  return (
    <td className={`day-${day.kind}${day.statutory ? ' day-statutory' : ''}`} title={words} data-date={day.date}>
      {Number(day.date.slice(8))}
      {kind.short && <small aria-hidden="true">{say(kind.short)}</small>}
      {day.kind !== 'working' && <span className="unseen">{[say(kind), day.name].filter(Boolean).join(' ')}</span>}
    </td>
  )
}

function Festivals({ days }: { days: CalendarDay[] }) {
  const festivals = festivalsOf(days)
  const worked = madeUp(days)
  if (festivals.length === 0) return null
  return (
    <div className="festivals">
      <h4>{t('放假安排', 'Days off')}</h4>
      <ul className="plain-list">
        {festivals.map((festival) => (
          <li key={festival.from}>
            {festival.name}：{festival.from === festival.to ? festival.from : t(`${festival.from} 至 ${festival.to}`, `${festival.from} to ${festival.to}`)}（{t(`${festival.days} 天`, `${festival.days} days`)}）
          </li>
        ))}
        {worked.length > 0 && <li>{t(`调休上班：${worked.join('、')}`, `Worked instead: ${worked.join(', ')}`)}</li>}
      </ul>
    </div>
  )
}

function Versions({ calendar, year, of }: { calendar: Calendar; year: number; of: (some: { version: string }) => string }) {
  const own = calendar.versions.filter((version) => version.years.includes(year) || version.local_days > 0)
  return (
    <div className="festivals">
      <h4>{t('所依据的通知', 'Notices')}</h4>
      {own.length === 0 && <p className="nothing">{t('没有本年的通知', 'None for this year')}</p>}
      <ul className="plain-list">
        {own.map((version) => (
          <li key={version.version}>
            <a href={of({ version: version.version })}>{version.version}</a> {date(version.published_at)} {version.basis}
          </li>
        ))}
      </ul>
      <p className="sub">
        {[
          calendar.bases.length > 0 && t(`沿用 ${calendar.bases.join('、')}`, `extends ${calendar.bases.join(', ')}`),
          calendar.regions.length > 0 && t(`适用区划 ${calendar.regions.join('、')}`, `for ${calendar.regions.join(', ')}`),
          t(`${calendar.flowcharts} 个流程图按此计算`, `${calendar.flowcharts} flowcharts count in it`),
          calendar.time_zone,
        ]
          .filter(Boolean)
          .join(' · ')}
        {' · '}
        <a href={definitionHash('calendar', calendar.id)}>{t('变动记录', 'Records')}</a>
      </p>
    </div>
  )
}
