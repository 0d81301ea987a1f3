// Incidents, the last opened first, and what may be one.

import { useEffect } from 'react'

import { inEnglish } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { BodyChoice, Choice, SearchForm, Table } from '../components/Searched'
import { TakeList } from '../components/Take'
import { Both, Placeholder } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { count, full, short } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { Proposals } from './Proposals'
import { type IncidentBrief, type IncidentsPage, findIncidents } from './api'
import { list, tally } from './model'
import { StateBadge, causeText, spanText } from './parts'
import { EVERY_INCIDENT, type IncidentSearch, incidentHash, incidentsHash } from './routes'
import { CAUSES, CAUSE_CODES, STATES, STATE_CODES, leadsIncidents } from './words'

export function ListPage({ search }: { search: IncidentSearch }) {
  const key = incidentsHash(search)
  const { person } = useStore(sessionStore)
  useEffect(() => {
    void list.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="incidents-title">
        <div className="voices-head">
          <h2 id="incidents-title">
            <Both words={{ zh: '同因事件', en: 'Incidents' }} />
          </h2>
        </div>
        <p className="sub">{t('出自同一原因的预警合为一个事件办理：一次处置、一个结论，每条预警各留记录', 'Alerts of one cause, worked as one: one act, one conclusion, and every alert keeps its own record')}</p>
        <SearchForm key={key} id="incident-search" search={search} whole={EVERY_INCIDENT} hashOf={incidentsHash}>
          {(wanted, set) => (
            <>
              <Choice label={t('原因', 'Cause')} name="cause" value={wanted.cause} options={CAUSE_CODES.map((code) => [code, say(CAUSES[code])])} set={(cause) => set({ cause: cause as IncidentSearch['cause'] })} />
              <BodyChoice label={t('责任单位', 'Body')} value={wanted.org} set={(org) => set({ org })} />
            </>
          )}
        </SearchForm>
        <Found search={search} />
      </section>
      {leadsIncidents(person) && <Proposals />}
    </main>
  )
}

function Found({ search }: { search: IncidentSearch }) {
  const { phase, failure, rows, next } = useStore(list.state)
  const counts = useStore(tally)
  const names = useStore(namesStore)
  if (!rows) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
    return <Placeholder state="failed" words={{ zh: `同因事件未能载入：${failure?.message}`, en: inEnglish(failure) }} retry={() => void list.again()} />
  }
  return (
    <>
      <ul className="ledger-tally" id="incident-tally" aria-label={t('各有多少', 'How many')}>
        {STATE_CODES.map((state) => (
          <li key={state}>
            <a href={incidentsHash({ ...search, state: search.state === state ? '' : state })} data-state={state} aria-current={search.state === state}>
              {say(STATES[state])} <b>{count(counts?.[state] ?? 0)}</b>
            </a>
          </li>
        ))}
      </ul>
      <TakeList name={t('同因事件', 'incidents')} of={t('同因事件', 'the incidents')} columns={() => columnsOf(names)} asked={askedFor(search, names)} read={async (cursor, signal) => rowsOf(await findIncidents(search, cursor, signal))} />
      {rows.length === 0 ? <Placeholder state="empty" words={{ zh: '没有符合条件的同因事件', en: 'None' }} /> : <Rows incidents={rows} names={names} />}
      {phase === 'failed' && (
        <p className="stale" role="alert">
          {t('下一页未能载入', 'The next page could not be read')}
          {t('：', ': ')}
          {failure?.message}
        </p>
      )}
      {next && (
        <button type="button" className="more plain" disabled={phase === 'waiting'} onClick={() => void list.more()}>
          <Both words={{ zh: '更多', en: 'More' }} />
        </button>
      )}
    </>
  )
}

const rowsOf = ({ incidents, next }: IncidentsPage) => ({ rows: incidents, next })

const askedFor = ({ cause, org, state }: IncidentSearch, names: Names): Asked[] => [
  [t('原因', 'Cause'), cause && say(CAUSES[cause])],
  [t('责任单位', 'Body'), org && names.org(org)],
  [t('情况', 'State'), state && say(STATES[state])],
]

const columnsOf = (names: Names): Column<IncidentBrief>[] => [
  [t('事件', 'Incident'), (incident) => incident.title],
  [t('原因', 'Cause'), (incident) => causeText(incident.cause, names)],
  [t('起止', 'When'), spanText],
  [t('责任单位', 'Body'), (incident) => names.org(incident.org_code)],
  [t('预警', 'Alerts'), (incident) => incident.alerts],
  [t('管辖范围外的预警', 'Alerts beyond reach'), (incident) => incident.alerts_beyond],
  [t('立项', 'Opened'), (incident) => full(incident.opened_at)],
  [t('情况', 'State'), (incident) => say(STATES[incident.state])],
  [t('结论', 'Conclusion'), (incident) => incident.closed && t(incident.closed.conclusion_zh, incident.closed.conclusion)],
]

function Rows({ incidents, names }: { incidents: IncidentBrief[]; names: Names }) {
  return (
    <Table id="incidents" columns={[t('事件', 'Incident'), t('原因', 'Cause'), t('起止', 'When'), t('责任单位', 'Body'), t('预警', 'Alerts'), t('立项', 'Opened'), t('情况', 'State')]}>
      {incidents.map((incident) => (
        <tr key={incident.id} data-incident={incident.id}>
          <th scope="row">
            <a href={incidentHash(incident.id)}>{incident.title}</a>
          </th>
          <td>{causeText(incident.cause, names)}</td>
          <td>{spanText(incident) || '—'}</td>
          <td>{names.org(incident.org_code)}</td>
          <td>
            <b>{count(incident.alerts)}</b>
            {incident.alerts_beyond > 0 && <span className="sub">{t(`另有 ${incident.alerts_beyond} 条不在管辖范围`, `${incident.alerts_beyond} beyond your reach`)}</span>}
          </td>
          <td>{short(incident.opened_at)}</td>
          <td>
            <StateBadge state={incident.state} />
            {incident.under_way && <span className="sub">{t('统一处置未办完', 'An act is under way')}</span>}
            {incident.closed && <span className="sub">{t(incident.closed.conclusion_zh, incident.closed.conclusion)}</span>}
          </td>
        </tr>
      ))}
    </Table>
  )
}
