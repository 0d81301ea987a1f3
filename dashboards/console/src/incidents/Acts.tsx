// What is done with an incident: one act for all of its alerts with how far it is, and what else its course asks for.

import { Suspense, lazy, useState } from 'react'

import type { Names } from '../api/names'
import type { Conclusion, ObjectiveCause } from '../api/types'
import { Badge, Placeholder } from '../components/pieces'
import { ACT_KINDS, type Act } from '../dispositions/act-kinds'
import type { Said } from '../dispositions/send'
import { EvidenceInput } from '../dispositions/EvidenceInput'
import { adminKeyStore } from '../dispositions/signer'
import { alertHash } from '../panel/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { CONCLUSIONS, concluded } from '../words/codes'
import { say, t } from '../words/language'
import { instantOf } from './NewPage'
import { SignedForm } from './SignedForm'
import { type ActUponAll, type Incident, workIncident } from './api'
import { one, uponAll } from './model'
import { PROGRESS, actsUponAll, leadsIncidents, statesSomething } from './words'

const ActForm = lazy(() => import('../dispositions/ActForm'))

type OwnAct = 'state' | 'span' | 'end'

export function Acts({ incident, names }: { incident: Incident; names: Names }) {
  const { person } = useStore(sessionStore)
  const { running } = useStore(uponAll.run)
  const [open, choose] = useState<Act | OwnAct | null>(null)
  const toggle = (act: Act | OwnAct) => choose(act === open ? null : act)
  const waits = incident.under_way !== null
  const all = incident.alerts > 0 ? actsUponAll(person) : []
  const leads = leadsIncidents(person) && incident.yours
  const isOwn = (act: Act | OwnAct): act is OwnAct => act === 'state' || act === 'span' || act === 'end'
  const submit = async (said: Said, adminKey: string) => {
    if (open && !isOwn(open)) await uponAll.start(incident.id, open, { ...said }, adminKey)
    choose(null)
  }
  const own: [OwnAct, string, boolean][] = [
    ['state', t('说明情况', 'State something'), statesSomething(person)],
    ['span', t('写明起止', 'Since and until when'), leads],
    ['end', t('作出结论', 'Conclude'), leads],
  ]
  const why = waits ? t('上一项统一处置办完之后再办', 'When the act before is done') : undefined
  return (
    <section className="acts" aria-label={t('办理', 'Work')}>
      {all.length > 0 && (
        <div className="act-buttons" role="group" aria-label={t('统一处置', 'One act for all')}>
          <b>{t(`对 ${incident.alerts} 条统一处置`, `For all ${incident.alerts}`)}</b>
          {all.map((act) => (
            <button key={act} type="button" className="plain" data-all={act} aria-expanded={open === act} disabled={waits || running} title={why} onClick={() => toggle(act)}>
              {say(ACT_KINDS[act])}
            </button>
          ))}
        </div>
      )}
      <div className="act-buttons">
        {own
          .filter(([, , may]) => may)
          .map(([act, words]) => (
            <button key={act} type="button" className="plain" data-own={act} aria-expanded={open === act} disabled={act === 'end' && waits} title={act === 'end' ? why : undefined} onClick={() => toggle(act)}>
              {words}
            </button>
          ))}
      </div>
      {open && !isOwn(open) && (
        <>
          <p className="bulk-told">{t('每条预警各下一条指令、各留记录；不能办理的写明原因，不影响其余。', 'Each alert is given a command and keeps its own record; what cannot be done is told, and the others go on.')}</p>
          <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}>
            <ActForm key={open} act={open} names={names} many submit={submit} cancel={() => choose(null)} />
          </Suspense>
        </>
      )}
      {open === 'state' && <StateForm incident={incident} done={() => choose(null)} />}
      {open === 'span' && <SpanForm incident={incident} done={() => choose(null)} />}
      {open === 'end' && <CloseForm incident={incident} done={() => choose(null)} />}
    </section>
  )
}

interface FormProps {
  incident: Incident
  done(): void
}

function StateForm({ incident, done }: FormProps) {
  const [evidence, setEvidence] = useState<string[]>([])
  return (
    <SignedForm
      id="state-incident"
      label={t('情况说明（能看到本事件的各方都能看到）', 'What is stated; whoever sees the incident reads it')}
      submit={t('提交说明', 'State')}
      more={evidence.length > 0 ? { evidence } : {}}
      send={async (said, key, adminKey) => {
        one.take(await workIncident(incident.id, 'state', said, key, adminKey))
        done()
      }}
      cancel={done}
    >
      <div className="wide ledger-files">
        <span>{t('证明材料（只登记摘要值，文件不上传）', 'Files that prove it: only their hashes are kept')}</span>
        <EvidenceInput value={evidence} onChange={setEvidence} />
      </div>
    </SignedForm>
  )
}

function SpanForm({ incident, done }: FormProps) {
  const [from, setFrom] = useState(incident.from?.slice(0, 16) ?? '')
  const [until, setUntil] = useState(incident.until?.slice(0, 16) ?? '')
  return (
    <SignedForm
      id="span-incident"
      label={t('依据', 'How that is known')}
      submit={t('保存起止', 'Keep')}
      more={{ from: instantOf(from), until: instantOf(until) }}
      send={async (said, key, adminKey) => {
        one.take(await workIncident(incident.id, 'span', said, key, adminKey))
        done()
      }}
      cancel={done}
    >
      <label>
        <span>{t('原因起始', 'Since')}</span>
        <input type="datetime-local" name="from" value={from} onChange={(e) => setFrom(e.target.value)} />
      </label>
      <label>
        <span>{t('原因截止（未恢复的不填）', 'Until, if over')}</span>
        <input type="datetime-local" name="until" min={from} value={until} onChange={(e) => setUntil(e.target.value)} />
      </label>
    </SignedForm>
  )
}

function CloseForm({ incident, done }: FormProps) {
  const [conclusion, conclude] = useState('')
  return (
    <SignedForm
      id="close-incident"
      label={t('结论的事实与理由', 'Facts and reasons')}
      submit={t('作出结论', 'Conclude')}
      more={{ conclusion }}
      send={async (said, key, adminKey) => {
        one.take(await workIncident(incident.id, 'close', said, key, adminKey))
        done()
      }}
      cancel={done}
    >
      <label>
        <span>{t('结论', 'Conclusion')}</span>
        <select name="conclusion" required value={conclusion} onChange={(e) => conclude(e.target.value)}>
          <option value="">{t('请选择', 'Choose')}</option>
          {(Object.keys(CONCLUSIONS) as (keyof typeof CONCLUSIONS)[]).map((code) => (
            <option key={code} value={code}>
              {say(CONCLUSIONS[code])}
            </option>
          ))}
        </select>
      </label>
      <p className="wide sub">{t('结论只结束本事件，不改变各条预警；预警由统一处置或者逐条处置。', 'It ends the incident and changes no alert: those are worked by an act for all, or one by one.')}</p>
    </SignedForm>
  )
}

/** The acts for all, the last first. */
export function Runs({ incident }: { incident: Incident }) {
  if (incident.acts.length === 0) return null
  return (
    <ol className="incident-runs" id="incident-acts" aria-label={t('统一处置', 'Acts for all')}>
      {incident.acts.toReversed().map((run) => (
        <OneRun key={run.begun} run={run} incident={incident} />
      ))}
    </ol>
  )
}

function OneRun({ run, incident }: { run: ActUponAll; incident: Incident }) {
  const { person } = useStore(sessionStore)
  const { running, failure } = useStore(uponAll.run)
  const [halting, halt] = useState(false)
  const waits = run.state === 'under_way'
  const done = run.applied + run.refused
  const theirs = !person || person.person === run.by.person
  const comesTo = concluded({ conclusion: run.conclusion as Conclusion | null, cause: run.given.cause as ObjectiveCause | undefined })
  const conclusion = comesTo && say(comesTo)
  const told = `run-${run.begun}`
  const goOn = () => void uponAll.goOn(incident.id, run, person !== null, adminKeyStore.get())
  return (
    <li data-run={run.act} data-state={run.state}>
      <div className="bulk-row">
        <b role="status" id={told}>
          {[say(ACT_KINDS[run.act]), conclusion].filter(Boolean).join(t('（', ' (')) + (conclusion ? t('）', ')') : '')}{' '}
          {t(`${done}/${run.targets}：已办理 ${run.applied}，未办理 ${run.refused}`, `${done} of ${run.targets}: ${run.applied} done, ${run.refused} refused`)}
        </b>
        <Badge kind={`run-${run.state}`} words={PROGRESS[run.state]} />
        {waits && <progress max={run.targets} value={done} aria-labelledby={told} />}
        {waits && running && (
          <button type="button" className="plain" onClick={() => uponAll.stop()}>
            {t('停下', 'Stop here')}
          </button>
        )}
        {waits && !running && theirs && (
          <button type="button" className="main" onClick={goOn}>
            {t(`继续办理其余 ${run.left} 条`, `Go on with the other ${run.left}`)}
          </button>
        )}
        {waits && !running && leadsIncidents(person) && incident.yours && (
          <button type="button" className="plain" aria-expanded={halting} onClick={() => halt(!halting)}>
            {t('中止', 'Halt')}
          </button>
        )}
      </div>
      {halting && waits && (
        <SignedForm
          id="halt-act"
          label={t('中止的理由', 'Why it is halted')}
          submit={t('中止', 'Halt')}
          send={async (said, key, adminKey) => {
            one.take(await workIncident(incident.id, 'halt', said, key, adminKey))
            halt(false)
          }}
          cancel={() => halt(false)}
        />
      )}
      {waits && failure && (
        <p className="voice-failure" role="alert">
          {t(failure.message, failure.status === 409 ? failure.message : failure.en)}
        </p>
      )}
      {run.outside > 0 && <p className="sub">{t(`${run.outside} 条不在提出人的管辖范围内，未办理`, `${run.outside} lie beyond the reach of who began it and are left`)}</p>}
      {run.before > 0 && <p className="sub">{t(`${run.before} 条此前已作同样处置`, `${run.before} had the same done before`)}</p>}
      {run.reasons.length > 0 && (
        <details>
          <summary>{run.reasons.map(({ message, alerts }) => t(`${message}（${alerts}）`, `${message} (${alerts})`)).join('；')}</summary>
          <ul className="bulk-refused">
            {run.refusals.map(({ alert_id: id, case_no: caseNo, message }) => (
              <li key={id}>
                <a href={alertHash(id)}>{caseNo || id.slice(0, 12)}</a>：{message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}
