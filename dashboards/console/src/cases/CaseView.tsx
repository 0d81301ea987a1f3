// One case: what was reported of it and what was alleged of it, in one line of time.

import type { ReactNode } from 'react'

import { type Names, namesStore } from '../api/names'
import type { AlertEntry, AlertFound, CaseFound, CaseRow, EventEntry } from '../api/types'
import { Badge, Facts, LevelBadge, Section, StatusBadge } from '../components/pieces'
import { date, daysBetween, full, weekday } from '../format'
import { causeText } from '../panel/cause'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { CHANGES, GRADES, RESULTS, headline, word } from '../words/codes'

/** A pause of more days than this is shown between two entries. */
const GAP_DAYS = 1

export function CaseView({ found }: { found: CaseFound }) {
  const names = useStore(namesStore)
  const known = found.case
  return (
    <>
      <header className="panel-head">
        <div className="badges">{known && <CaseState known={known} />}</div>
        <h2>{known?.item_code ? names.item(known.item_code) : '办件'}</h2>
        <p className="message">办件编号 {found.case_no}</p>
      </header>
      <Section words={{ zh: '基本情况', en: 'At a glance' }}>
        {known ? <CaseFacts found={found} known={known} names={names} /> : <p className="nothing">首条记录尚在判定</p>}
      </Section>
      {found.alerts.length > 0 && (
        <Section words={{ zh: '本办件预警', en: 'Alerts of this case' }}>
          <AlertLinks alerts={found.alerts} names={names} />
        </Section>
      )}
      <Section words={{ zh: '全程', en: 'Timeline' }}>
        <Timeline found={found} names={names} />
      </Section>
    </>
  )
}

function CaseState({ known }: { known: CaseRow }) {
  if (!known.opened_at) return <Badge kind="case-closed" words={{ zh: '记录均已撤回', en: 'All records taken back' }} />
  if (known.closed_at) return <Badge kind="case-closed" words={{ zh: '已办结', en: 'Closed' }} />
  return <Badge kind="case-open" words={{ zh: '在办', en: 'Open' }} />
}

function CaseFacts({ found, known, names }: { found: CaseFound; known: CaseRow; names: Names }) {
  const at = (instant: string | null) => instant && full(instant)
  return (
    <div className="in-columns">
      <Facts
        entries={[
          [{ zh: '承办机构', en: 'Body' }, names.org(known.org_code)],
          [{ zh: '当前环节', en: 'Step' }, names.step(known.step, known.flowchart)],
          [{ zh: '收到', en: 'Opened' }, at(known.opened_at)],
          [{ zh: '受理', en: 'Accepted' }, at(known.accepted_at)],
          [{ zh: '期限', en: 'Due' }, at(known.due_at)],
          [{ zh: '办结', en: 'Closed' }, at(known.closed_at)],
          [{ zh: '来源', en: 'Source' }, names.source(found.source)],
          [{ zh: '流程图', en: 'Flowchart' }, known.flowchart ? names.flowchart(known.flowchart) : '事项不在权力清单'],
          [{ zh: '记录', en: 'Events' }, `${found.events} 条`],
        ]}
      />
    </div>
  )
}

function AlertLinks({ alerts, names }: { alerts: AlertFound[]; names: Names }) {
  return (
    <ul className="alert-links">
      {alerts.map(({ alert }) => (
        <li key={alert.alert_id}>
          <a href={alertHash(alert.alert_id)}>
            <LevelBadge level={alert.level} />
            <span>{headline(alert, names).name}</span>
            <StatusBadge status={alert.status} />
          </a>
        </li>
      ))}
    </ul>
  )
}

function Timeline({ found: { timeline, alerts }, names }: { found: CaseFound; names: Names }) {
  if (timeline.length === 0) return <p className="nothing">没有记录</p>
  const titles = new Map(alerts.map(({ alert }) => [alert.alert_id, headline(alert, names).name]))
  const lines: ReactNode[] = []
  timeline.forEach((entry, place) => {
    const before = timeline[place - 1]
    const days = before ? daysBetween(before.at, entry.at) : 0
    if (days > GAP_DAYS) {
      lines.push(
        <li key={`gap-${place}`} className="gap">
          间隔 {Math.floor(days)} 天
        </li>,
      )
    }
    lines.push(
      entry.kind === 'alert' ? (
        <AlertLine key={place} entry={entry} title={titles.get(entry.alert_id) ?? entry.title_zh} />
      ) : (
        <EventLine key={place} entry={entry} names={names} />
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

function EventLine({ entry, names }: { entry: EventEntry; names: Names }) {
  const step = entry.step && (entry.step_zh ?? entry.step)
  const late = entry.entered_at ? daysBetween(entry.at, entry.entered_at) : 0
  const about = [
    entry.actor && `经办 ${names.officer(entry.actor)}`,
    entry.special && `特别程序 ${names.special(entry.special)}`,
    entry.result_code && `结果 ${word({ ...RESULTS, ...GRADES }, entry.result_code).zh}`,
    entry.reason,
  ]
  return (
    <li className="of-event" data-kind="event">
      <Moment at={entry.at} />
      <div>
        <b>{step && step !== entry.title_zh ? `${step} · ${entry.title_zh}` : entry.title_zh}</b>
        <span className="sub">{about.filter(Boolean).join(' · ')}</span>
        {late > GAP_DAYS && entry.entered_at && (
          <span className="late">
            {Math.floor(late)} 天后（{full(entry.entered_at)}）才录入
          </span>
        )}
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
          {word(CHANGES, entry.change).zh}：{title}
        </a>
        <span className="sub">{[causeText(entry.cause), entry.reason].filter(Boolean).join(' · ')}</span>
      </div>
    </li>
  )
}
