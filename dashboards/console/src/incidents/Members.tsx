// What lies in an incident, as it stands now, and what may belong to it.

import { useState } from 'react'

import { inEnglish } from '../api/client'
import type { Names } from '../api/names'
import { Badge, LevelBadge, Placeholder, StatusBadge } from '../components/pieces'
import { short } from '../format'
import { alertHash } from '../panel/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { subjectText } from '../subject'
import { DISPOSITIONS, concluded, headline } from '../words/codes'
import { say, t } from '../words/language'
import { SignedForm } from './SignedForm'
import { type Incident, type MemberRow, workIncident } from './api'
import { members, offered, one } from './model'
import { leadsIncidents } from './words'

interface Props {
  incident: Incident
  names: Names
}

export function Members({ incident, names }: Props) {
  const { phase, failure, rows, next } = useStore(members.state)
  const { person } = useStore(sessionStore)
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set())
  const [removing, remove] = useState(false)
  const changes = leadsIncidents(person) && incident.yours && !incident.closed
  const toggle = (id: string) => {
    const now = new Set(chosen)
    if (!now.delete(id)) now.add(id)
    choose(now)
  }
  const done = async (said: { why: string }, key: string, adminKey: string) => {
    one.take(await workIncident(incident.id, 'remove', { ...said, alerts: [...chosen] }, key, adminKey))
    choose(new Set())
    remove(false)
    void members.again()
  }
  return (
    <section className="card cases-found" aria-labelledby="members-title">
      <div className="voices-head">
        <h3 id="members-title">{t('并入的预警', 'Its alerts')}</h3>
        {changes && chosen.size > 0 && (
          <button type="button" className="plain" aria-expanded={removing} onClick={() => remove(!removing)}>
            {t(`移出所选 ${chosen.size} 条`, `Take out ${chosen.size}`)}
          </button>
        )}
      </div>
      {removing && chosen.size > 0 && <SignedForm id="remove-members" label={t('移出的理由', 'Why they do not belong')} submit={t('移出', 'Take out')} send={done} cancel={() => remove(false)} />}
      {!rows && phase === 'failed' ? (
        <Placeholder state="failed" words={{ zh: `成员未能载入：${failure?.message}`, en: inEnglish(failure) }} retry={() => void members.again()} />
      ) : !rows ? (
        <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
      ) : rows.length === 0 ? (
        <Placeholder state="empty" words={{ zh: '没有并入的预警', en: 'No alerts' }} />
      ) : (
        <Table rows={rows} names={names} chosen={changes ? chosen : null} toggle={toggle} />
      )}
      {rows && next && (
        <button type="button" className="more plain" disabled={phase === 'waiting'} onClick={() => void members.more()}>
          {t('更多', 'More')}
        </button>
      )}
    </section>
  )
}

interface TableProps {
  rows: MemberRow[]
  names: Names
  /** Null: nothing is chosen here. */
  chosen: ReadonlySet<string> | null
  toggle(id: string): void
}

function Table({ rows, names, chosen, toggle }: TableProps) {
  return (
    <div className="cases-scroll">
      <table className="cases-table" id="incident-members">
        <thead>
          <tr>
            {chosen && (
              <th scope="col" className="pick">
                <span className="unseen">{t('选择', 'Choose')}</span>
              </th>
            )}
            {[t('预警', 'Alert'), t('级别', 'Level'), t('办件 / 对象', 'Case'), t('机构', 'Body'), t('状态', 'Standing'), t('统一处置', 'The act for all'), t('并入', 'Added')].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.alert_id} data-member={row.alert_id}>
              {chosen && (
                <td className="pick">
                  <input type="checkbox" aria-label={t(`选择 ${row.case_no || row.alert_id}`, `Choose ${row.case_no || row.alert_id}`)} checked={chosen.has(row.alert_id)} onChange={() => toggle(row.alert_id)} />
                </td>
              )}
              <Cells row={row} names={names} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cells({ row: { alert, alert_id: id, case_no: caseNo, rule, outcome, added_at: addedAt, added_by: by }, names }: { row: MemberRow; names: Names }) {
  const decided = alert?.disposition?.recheck_reason ? undefined : alert?.disposition?.decision
  const comesTo = decided ? concluded(decided) : null
  return (
    <>
      <th scope="row">
        <a href={alertHash(id)}>{alert ? headline(alert, names).name : rule}</a>
      </th>
      <td>{alert && <LevelBadge level={alert.level} />}</td>
      <td>{alert ? subjectText(alert, names) : caseNo}</td>
      <td>{names.org(alert?.responsible_org ?? alert?.org_code)}</td>
      <td>
        {alert && <StatusBadge status={alert.status} />}
        {alert?.disposition && <Badge kind={`disposition-${alert.disposition.state}`} words={DISPOSITIONS[alert.disposition.state]} />}
        {comesTo && <span className="sub">{say(comesTo)}</span>}
      </td>
      <td>
        {outcome?.state === 'applied' && t('已办理', 'Done')}
        {outcome?.state === 'refused' && (
          <span className="over" data-outcome="refused">
            {t('未办理：', 'Refused: ')}
            {outcome.message}
          </span>
        )}
      </td>
      <td>
        {short(addedAt)}
        <span className="sub">{names.officer(by.person)}</span>
      </td>
    </>
  )
}

/** Alerts of the same cause that lie in no incident: added by one press, and only then. */
export function Offered({ incident, names }: Props) {
  const { phase, failure, value } = useStore(offered.state)
  const { person } = useStore(sessionStore)
  const [adding, add] = useState(false)
  if (!leadsIncidents(person)) return null
  if (phase === 'failed') return <Placeholder state="failed" words={{ zh: `可能同因的预警未能载入：${failure?.message}`, en: inEnglish(failure) }} retry={() => void offered.look(incident.id)} />
  if (!value || value.alerts.length === 0) return null
  const take = async (said: { why: string }, key: string, adminKey: string) => {
    one.take(await workIncident(incident.id, 'add', { ...said, alerts: value.alerts.map(({ alert_id }) => alert_id) }, key, adminKey))
    add(false)
    void members.again()
  }
  return (
    <section className="card cases-found offered" aria-label={t('可能同因的预警', 'What may belong to it')} id="offered">
      <div className="voices-head">
        <p>
          <b>{t(`另有 ${value.total} 条预警可能出自同一原因`, `${value.total} more alerts may come of the same cause`)}</b>
        </p>
        <button type="button" className="main" aria-expanded={adding} onClick={() => add(!adding)}>
          {t(`并入这 ${value.alerts.length} 条`, `Add these ${value.alerts.length}`)}
        </button>
      </div>
      {adding && <SignedForm id="add-offered" label={t('并入的理由', 'Why they belong')} value={t('与本事件同一来源、同一时段', 'The same cause, in the same stretch')} submit={t('并入', 'Add')} send={take} cancel={() => add(false)} />}
      <details>
        <summary>{t('逐条查看', 'One by one')}</summary>
        <ul className="proposed">
          {value.alerts.map((alert) => (
            <li key={alert.alert_id}>
              <LevelBadge level={alert.level} /> <a href={alertHash(alert.alert_id)}>{headline(alert, names).name}</a> {subjectText(alert, names)}
            </li>
          ))}
        </ul>
      </details>
    </section>
  )
}
