// What may come of one cause: looked for when somebody asks, each with why and what it rests on. A person judges.

import { useState } from 'react'

import { inEnglish } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { Both, LevelBadge, Placeholder } from '../components/pieces'
import { count, short } from '../format'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { t } from '../words/language'
import type { Proposal } from './api'
import { draft, draftUpon, proposals } from './model'
import { CauseBadge, causeText, spanText } from './parts'
import { NEW_INCIDENT_HASH } from './routes'

/** Alerts that are shown before all of them are asked for. */
const FIRST = 5

export function Proposals() {
  const { phase, failure, value } = useStore(proposals.state)
  const names = useStore(namesStore)
  const [asked, ask] = useState(false)
  const look = () => {
    ask(true)
    void proposals.look()
  }
  return (
    <section className="card cases-found" aria-labelledby="proposals-title">
      <div className="voices-head">
        <h2 id="proposals-title">
          <Both words={{ zh: '可能同因的预警', en: 'What may be one cause' }} />
        </h2>
        <button type="button" className="main" disabled={asked && phase === 'waiting'} onClick={look}>
          {asked ? t('重新查找', 'Look again') : t('查找', 'Look')}
        </button>
      </div>
      <p className="sub">{t('按来源断报或者迟报的时段、规则单日集中告警、同一办件多项发现查找近 28 日的预警；是否同因由人员判断', 'By silent or late feeds, bursts of a rule on one day, and several findings of one case, over 28 days; a person judges')}</p>
      {!asked ? null : phase === 'failed' ? (
        <Placeholder state="failed" words={{ zh: `未能查找：${failure?.message}`, en: inEnglish(failure) }} retry={look} />
      ) : !value ? (
        <Placeholder state="waiting" words={{ zh: '正在查找…', en: 'Looking' }} />
      ) : value.proposals.length === 0 ? (
        <Placeholder state="empty" words={{ zh: '没有发现可能同因的预警', en: 'Nothing looks like one cause' }} />
      ) : (
        <ul className="proposals" id="proposals">
          {value.proposals.map((proposal) => (
            <One key={proposal.id} proposal={proposal} names={names} />
          ))}
        </ul>
      )}
    </section>
  )
}

function One({ proposal, names }: { proposal: Proposal; names: Names }) {
  const [all, showAll] = useState(false)
  const open = () => {
    draft.set(draftUpon(proposal))
    location.hash = NEW_INCIDENT_HASH
  }
  const shown = all ? proposal.alerts : proposal.alerts.slice(0, FIRST)
  return (
    <li data-proposal={proposal.cause.kind}>
      <div className="thread-head">
        <b>{proposal.title}</b>
        <CauseBadge cause={proposal.cause} />
        <span className="sub">{[t(`${count(proposal.total)} 条预警`, `${count(proposal.total)} alerts`), spanText(proposal)].filter(Boolean).join(' · ')}</span>
        <button type="button" className="plain" onClick={open}>
          {t('据此立项', 'Open an incident')}
        </button>
      </div>
      <p>{proposal.why}</p>
      <p className="sub">{causeText(proposal.cause, names)}</p>
      <ul className="rests-on">
        {proposal.rests_on.map((row, place) => (
          <li key={place}>{basis(row)}</li>
        ))}
      </ul>
      <ul className="proposed">
        {shown.map((alert) => (
          <li key={alert.alert_id}>
            <LevelBadge level={alert.level} /> <a href={alertHash(alert.alert_id)}>{alert.case_no || names.source(alert.source)}</a> <span className="sub">{short(alert.instant)}</span> {alert.message}
          </li>
        ))}
      </ul>
      {proposal.alerts.length > FIRST && (
        <button type="button" className="plain" aria-expanded={all} onClick={() => showAll(!all)}>
          {all ? t('收起', 'Fewer') : t(`列出全部 ${proposal.alerts.length} 条`, `All ${proposal.alerts.length}`)}
        </button>
      )}
    </li>
  )
}

/** What a proposal rests on: a finding, how far a source is complete, how many there were on a day. */
function basis(row: Record<string, unknown>) {
  const text = (name: string) => (typeof row[name] === 'string' || typeof row[name] === 'number' ? String(row[name]) : '')
  if (text('alert_id')) {
    return (
      <>
        <a href={alertHash(text('alert_id'))}>{text('rule')}</a> {text('message')}
      </>
    )
  }
  if (text('complete_until')) return t(`完整至 ${short(text('complete_until'))}，申报的延迟期 ${text('delay_allowance_hours')} 小时`, `Complete until ${short(text('complete_until'))}, allowance ${text('delay_allowance_hours')} h`)
  return t(`${text('day')}：${text('alerts')} 条；此前 ${text('days_before')} 日共 ${text('alerts_before')} 条`, `${text('day')}: ${text('alerts')}; ${text('alerts_before')} in the ${text('days_before')} days before`)
}
