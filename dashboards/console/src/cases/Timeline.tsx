// What was reported of a case and what was alleged of it, in one line of time.

import type { ReactNode } from 'react'

import type { Names } from '../api/names'
import type { AlertEntry, CaseFound, EventEntry, Explanation } from '../api/types'
import { LevelBadge } from '../components/pieces'
import { date, daysBetween, weekday } from '../format'
import { causeText } from '../panel/cause'
import { alertHash } from '../panel/routes'
import { CHANGES, GRADES, RESULTS, headline, word } from '../words/codes'
import { say, t } from '../words/language'
import { type Mark, marksOf, toldOf } from './marks'

/** A pause of more days than this is shown between two entries. */
const GAP_DAYS = 1

interface Props {
  found: CaseFound
  names: Names
  /** What an explanation says of the records, where there is one. */
  told?: Explanation | null
}

export function Timeline({ found: { timeline, alerts }, names, told = null }: Props) {
  if (timeline.length === 0) return <p className="nothing">{t('没有记录', 'No record')}</p>
  const stories = toldOf(told)
  // An import sends everything late.
  const allowance = told && !told.known.declared ? told.known.delay_allowance_hours : null
  const titles = new Map(alerts.map(({ alert }) => [alert.alert_id, headline(alert, names).name]))
  const lines: ReactNode[] = []
  timeline.forEach((entry, place) => {
    const before = timeline[place - 1]
    const days = before ? daysBetween(before.at, entry.at) : 0
    if (days > GAP_DAYS) {
      lines.push(
        <li key={`gap-${place}`} className="gap">
          {t(`间隔 ${Math.floor(days)} 天`, `${Math.floor(days)} days between`)}
        </li>,
      )
    }
    lines.push(
      entry.kind === 'alert' ? (
        <AlertLine key={place} entry={entry} title={titles.get(entry.alert_id) ?? entry.title_zh} />
      ) : (
        <EventLine key={place} entry={entry} names={names} marks={marksOf(entry, stories.get(entry.event_id), allowance)} />
      ),
    )
  })
  return (
    <ol className="timeline" id="timeline">
      {lines}
    </ol>
  )
}

function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at}>
      <b>
        {date(at)} {weekday(at)}
      </b>{' '}
      {at.slice(11, 19)}
    </time>
  )
}

function EventLine({ entry, names, marks }: { entry: EventEntry; names: Names; marks: Mark[] }) {
  const step = entry.step && (entry.step_zh ?? entry.step)
  const about = [
    entry.actor && `${t('经办', 'by')} ${names.officer(entry.actor)}`,
    entry.special && `${t('特别程序', 'special procedure')} ${names.special(entry.special)}`,
    entry.result_code && `${t('结果', 'result')} ${say(word({ ...RESULTS, ...GRADES }, entry.result_code))}`,
    entry.reason,
  ]
  return (
    <li className="of-event" data-kind="event">
      <Moment at={entry.at} />
      <div>
        <b>{step && step !== entry.title_zh ? `${step} · ${entry.title_zh}` : entry.title_zh}</b>
        <span className="sub">{about.filter(Boolean).join(' · ')}</span>
        {marks.map((mark) => (
          <span key={mark.kind} className="late" data-mark={mark.kind}>
            {mark.text}
          </span>
        ))}
      </div>
    </li>
  )
}

function AlertLine({ entry, title }: { entry: AlertEntry; title: string }) {
  return (
    <li className={`of-alert mark-${entry.level}`} data-kind="alert">
      <Moment at={entry.at} />
      <div>
        <LevelBadge level={entry.level} />{' '}
        <a href={alertHash(entry.alert_id)}>
          {say(word(CHANGES, entry.change))}
          {t('：', ': ')}
          {title}
        </a>
        <span className="sub">{[causeText(entry.cause), entry.reason].filter(Boolean).join(' · ')}</span>
      </div>
    </li>
  )
}
