// Opens an incident with alerts that were chosen, or that were proposed.

import { type FormEvent, useState } from 'react'

import { zone } from '../alerts/model'
import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Placeholder } from '../components/pieces'
import { Ending } from '../ledger/ResultForms'
import { alertHash } from '../panel/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Cause, openIncident } from './api'
import { type Draft, draft, one } from './model'
import { INCIDENTS_HASH, incidentHash } from './routes'
import { causeOf } from './values'
import { CAUSES, CAUSE_CODES, type CauseKind } from './words'

export function NewPage() {
  const begun = useStore(draft)
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={INCIDENTS_HASH}>{t('← 同因事件', '← Incidents')}</a>
      </p>
      {begun ? (
        <OpenForm begun={begun} />
      ) : (
        <Placeholder state="empty" words={{ zh: '请先在预警列表中选择预警，再并入同因事件；或者从“可能同因的预警”立项', en: 'Choose alerts in their list first, or open one that is proposed' }} />
      )}
    </main>
  )
}

/** As a field of a form has an instant, and as the platform takes it. */
const localOf = (instant: string) => instant.slice(0, 16)
export const instantOf = (local: string) => (local ? `${local}:00${zone()}` : null)

function OpenForm({ begun }: { begun: Draft }) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState<Draft>({ ...begun, from: localOf(begun.from), until: localOf(begun.until) })
  const sending = useSending(person)
  const set = (some: Partial<Draft>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said = {
      why: wanted.why.trim(),
      title: wanted.title.trim(),
      cause: causeOf(wanted.cause),
      from: instantOf(wanted.from),
      until: instantOf(wanted.until),
      org_code: wanted.org,
      alerts: wanted.alerts.map(({ alert_id }) => alert_id),
    }
    await sending.send(said, signature, async (signed, key, adminKey) => {
      const incident = await openIncident(signed, key, adminKey)
      one.take(incident)
      draft.set(null)
      location.hash = incidentHash(incident.id)
    })
  }
  return (
    <section className="card cases-found" aria-labelledby="open-title">
      <h2 id="open-title">{t('立为同因事件', 'Open an incident')}</h2>
      <details className="chosen-alerts">
        <summary>{t(`并入 ${wanted.alerts.length} 条预警`, `With ${wanted.alerts.length} alerts`)}</summary>
        <ul>
          {wanted.alerts.map(({ alert_id: id, case_no: caseNo, message }) => (
            <li key={id}>
              <a href={alertHash(id)}>{caseNo || id}</a> <span className="sub">{message}</span>
            </li>
          ))}
        </ul>
      </details>
      <form id="open-incident" className="voice-form" onSubmit={(event) => void submit(event)}>
        <label>
          <span>{t('事件名称', 'Title')}</span>
          <input name="title" required maxLength={60} value={wanted.title} placeholder={t('如：住建局审批系统接口断报', 'What it is called')} onChange={(e) => set({ title: e.target.value })} />
        </label>
        <CauseFields value={wanted.cause} change={(cause) => set({ cause })} />
        <label>
          <span>{t('原因起始（可不填）', 'Since, if known')}</span>
          <input type="datetime-local" name="from" value={wanted.from} onChange={(e) => set({ from: e.target.value })} />
        </label>
        <label>
          <span>{t('原因截止（未恢复的不填）', 'Until, if over')}</span>
          <input type="datetime-local" name="until" min={wanted.from} value={wanted.until} onChange={(e) => set({ until: e.target.value })} />
        </label>
        <label>
          <span>{t('责任单位', 'Body that owns it')}</span>
          <select name="org" required value={wanted.org} onChange={(e) => set({ org: e.target.value })}>
            <option value="">{t('请选择', 'Choose')}</option>
            {wanted.org && !(wanted.org in names.tables.orgs) && <option value={wanted.org}>{wanted.org}</option>}
            {Object.entries(names.tables.orgs).map(([code, called]) => (
              <option key={code} value={code}>
                {called}
              </option>
            ))}
          </select>
        </label>
        <label className="wide">
          <span>{t('为什么出自同一原因', 'Why it is one cause')}</span>
          <textarea name="why" required rows={3} maxLength={2000} value={wanted.why} onChange={(e) => set({ why: e.target.value })} />
        </label>
        <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
        <Ending sending={sending} submit={t('立项', 'Open')} cancel={() => (location.hash = INCIDENTS_HASH)} />
      </form>
    </section>
  )
}

function CauseFields({ value, change }: { value: Cause; change(cause: Cause): void }) {
  const names = useStore(namesStore)
  const set = (some: Partial<Cause>) => change({ ...value, ...some })
  const { kind, source = '' } = value
  return (
    <>
      <label>
        <span>{t('原因', 'Cause')}</span>
        <select name="cause" value={kind} onChange={(e) => set({ kind: e.target.value as CauseKind })}>
          {CAUSE_CODES.map((code) => (
            <option key={code} value={code}>
              {say(CAUSES[code])}
            </option>
          ))}
        </select>
      </label>
      {(kind === 'source_down' || kind === 'source_late' || kind === 'matter') && (
        <label>
          <span>{t('来源系统', 'Source')}</span>
          <select name="source" required value={source} onChange={(e) => set({ source: e.target.value })}>
            <option value="">{t('请选择', 'Choose')}</option>
            {source && !(source in names.tables.sources) && <option value={source}>{source}</option>}
            {Object.entries(names.tables.sources).map(([code, called]) => (
              <option key={code} value={code}>
                {called}
              </option>
            ))}
          </select>
        </label>
      )}
      {kind === 'matter' && (
        <label>
          <span>{t('办件编号', 'Case number')}</span>
          <input name="case_no" required maxLength={128} value={value.case_no ?? ''} onChange={(e) => set({ case_no: e.target.value })} />
        </label>
      )}
      {kind === 'fault' && (
        <>
          <label>
            <span>{t('规则', 'Rule')}</span>
            <input name="rule" required maxLength={16} placeholder="T3" value={value.rule ?? ''} onChange={(e) => set({ rule: e.target.value })} />
          </label>
          <label>
            <span>{t('监察点（可不填）', 'Control point, if one')}</span>
            <input name="control_point" maxLength={128} value={value.control_point ?? ''} onChange={(e) => set({ control_point: e.target.value })} />
          </label>
          <label>
            <span>{t('定义版本（可不填）', 'Definitions, if one')}</span>
            <input name="definitions_version" maxLength={128} value={value.definitions_version ?? ''} onChange={(e) => set({ definitions_version: e.target.value })} />
          </label>
        </>
      )}
    </>
  )
}
