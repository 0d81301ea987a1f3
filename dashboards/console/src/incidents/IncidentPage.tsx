// One incident: its cause, what was done to all, what lies in it, what may belong to it, and its course.

import { useEffect, useState } from 'react'

import { inEnglish } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { PrintHere } from '../components/Take'
import { type Fact, Facts, Placeholder } from '../components/pieces'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { CONCLUSIONS } from '../words/codes'
import { say, t } from '../words/language'
import { Acts, Runs } from './Acts'
import { Members, Offered } from './Members'
import type { CourseEntry, Incident } from './api'
import { members, offered, one } from './model'
import { CauseBadge, StateBadge, causeText, signedText, spanText } from './parts'
import { INCIDENTS_HASH } from './routes'
import { COURSE, leadsIncidents } from './words'
import { ACT_KINDS } from '../dispositions/act-kinds'

export function IncidentPage({ id }: { id: string }) {
  const { phase, failure, value } = useStore(one.state)
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const leads = leadsIncidents(person)
  useEffect(() => {
    // What was just opened is there already.
    if (one.state.get().value?.id !== id) void one.look(id)
    void members.look(id)
    // Whoever comes back later is told anew.
    return () => one.state.set({ phase: 'waiting', failure: null, value: null })
  }, [id])
  const size = value?.id === id ? value.alerts : null
  const state = value?.id === id ? value.state : null
  // What was added or taken out changes what may be added.
  useEffect(() => {
    if (leads && state === 'open') void offered.look(id)
  }, [id, leads, size, state])
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={INCIDENTS_HASH}>{t('← 同因事件', '← Incidents')}</a>
      </p>
      {value?.id === id ? (
        <Whole incident={value} names={names} />
      ) : phase === 'failed' ? (
        <Placeholder state="failed" words={{ zh: `未能载入：${failure?.message}`, en: inEnglish(failure) }} retry={() => void one.look(id)} />
      ) : (
        <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
      )}
    </main>
  )
}

function Whole({ incident, names }: { incident: Incident; names: Names }) {
  const facts: Fact[] = [
    [{ zh: '原因', en: 'Cause' }, causeText(incident.cause, names)],
    [{ zh: '起止', en: 'When' }, spanText(incident)],
    [{ zh: '责任单位', en: 'Body' }, names.org(incident.org_code)],
    [{ zh: '预警', en: 'Alerts' }, `${t(`${incident.alerts} 条`, String(incident.alerts))}${incident.alerts_beyond > 0 ? t(`，另有 ${incident.alerts_beyond} 条不在您的管辖范围内`, `, and ${incident.alerts_beyond} beyond your reach`) : ''}`],
    [{ zh: '立项', en: 'Opened' }, signedText(incident.opened_by, incident.opened_at, names)],
  ]
  return (
    <>
      <section className="card cases-found voice" aria-labelledby="incident-title" data-incident={incident.id}>
        <h2 id="incident-title">
          {incident.title} <StateBadge state={incident.state} /> <CauseBadge cause={incident.cause} />
        </h2>
        <PrintHere />
        <p className="voice-said">{incident.why}</p>
        <Facts entries={facts} />
        {incident.closed && (
          <p className="incident-closed" id="incident-conclusion">
            <b>
              {t('结论：', 'Conclusion: ')}
              {t(incident.closed.conclusion_zh, incident.closed.conclusion)}
            </b>
            <span>{incident.closed.why}</span>
            <span className="sub">{signedText(incident.closed.by, incident.closed.at, names)}</span>
          </p>
        )}
        <LeftOut incident={incident} />
        <Runs incident={incident} />
        {!incident.closed && <Acts incident={incident} names={names} />}
      </section>
      {!incident.closed && incident.yours && <Offered incident={incident} names={names} />}
      <Members incident={incident} names={names} />
      <section className="card cases-found" aria-labelledby="course-title">
        <h3 id="course-title">{t('经过', 'Course')}</h3>
        <ol className="thread" id="incident-course">
          {incident.course.map((entry, place) => (
            <Entry key={place} entry={entry} names={names} />
          ))}
        </ol>
      </section>
    </>
  )
}

/** What could not be added when it was tried last. */
function LeftOut({ incident }: { incident: Incident }) {
  const [shown, show] = useState(true)
  if (!incident.left?.length || !shown) return null
  return (
    <div className="incident-left" role="status">
      <p>
        {t(`${incident.left.length} 条未并入：`, `${incident.left.length} were not added:`)}{' '}
        <button type="button" className="plain" onClick={() => show(false)}>
          {t('知道了', 'Understood')}
        </button>
      </p>
      <ul>
        {incident.left.map(({ alert_id: id, incident: other, title }) => (
          <li key={id}>
            <code>{id.slice(0, 12)}</code> {t('已属于', 'lies in')} <a href={`${INCIDENTS_HASH}/${other}`}>{title}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Entry({ entry, names }: { entry: CourseEntry; names: Names }) {
  const what = [
    entry.act === 'begin' && entry.disposal && say(ACT_KINDS[entry.disposal]),
    entry.alerts !== undefined && t(`${entry.alerts} 条`, `${entry.alerts}`),
    entry.act === 'span' && spanText({ from: entry.from ?? null, until: entry.until ?? null }),
    entry.conclusion && say(CONCLUSIONS[entry.conclusion as keyof typeof CONCLUSIONS]),
    entry.evidence?.length && t(`材料 ${entry.evidence.length} 份`, `${entry.evidence.length} files`),
  ].filter(Boolean)
  return (
    <li data-course={entry.act}>
      <div className="thread-head">
        <b>{say(COURSE[entry.act])}</b>
        {what.length > 0 && <span>{what.join(' · ')}</span>}
      </div>
      {entry.why && <p className="thread-why">{entry.why}</p>}
      <p className="sub">{signedText(entry.by, entry.at, names)}</p>
    </li>
  )
}
