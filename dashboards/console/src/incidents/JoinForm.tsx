// Alerts that are chosen come into an incident: one that is open, or a new one.

import { useEffect, useState } from 'react'

import { inEnglish } from '../api/client'
import type { Alert } from '../api/types'
import { Placeholder } from '../components/pieces'
import { useStore } from '../store'
import { t } from '../words/language'
import { SignedForm } from './SignedForm'
import { workIncident } from './api'
import { draft, draftOf, list, one } from './model'
import { NEW_INCIDENT_HASH, incidentHash } from './routes'

export function JoinForm({ alerts, cancel }: { alerts: Alert[]; cancel(): void }) {
  const { phase, failure, rows } = useStore(list.state)
  const [id, choose] = useState('')
  useEffect(() => void list.look({ state: 'open', cause: '', org: '' }), [])
  const begin = () => {
    draft.set(draftOf(alerts))
    location.hash = NEW_INCIDENT_HASH
  }
  const join = async (said: { why: string }, key: string, adminKey: string) => {
    one.take(await workIncident(id, 'add', { ...said, alerts: alerts.map(({ alert_id }) => alert_id) }, key, adminKey))
    location.hash = incidentHash(id)
  }
  return (
    <div className="join" id="join-incident">
      <div className="bulk-row">
        <button type="button" className="main" onClick={begin}>
          {t('新立同因事件…', 'A new incident…')}
        </button>
        {!rows && phase === 'waiting' && <span>{t('正在载入未结的同因事件…', 'Loading open incidents')}</span>}
        {rows && rows.length > 0 && (
          <label>
            {t('或者并入未结的', 'or one that is open')}{' '}
            <select name="incident" value={id} onChange={(e) => choose(e.target.value)}>
              <option value="">{t('请选择', 'Choose')}</option>
              {rows.map((incident) => (
                <option key={incident.id} value={incident.id}>
                  {incident.title}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" className="plain" onClick={cancel}>
          {t('取消', 'Cancel')}
        </button>
      </div>
      {!rows && phase === 'failed' && <Placeholder state="failed" words={{ zh: `未结的同因事件未能载入：${failure?.message}`, en: inEnglish(failure) }} retry={() => void list.again()} />}
      {id && <SignedForm key={id} id="join" label={t('为什么出自同一原因', 'Why it is one cause')} submit={t(`并入 ${alerts.length} 条`, `Add ${alerts.length}`)} send={join} cancel={cancel} />}
    </div>
  )
}
