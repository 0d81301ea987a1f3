// The archive of bulletins, the last first, and the form that drafts one from data.

import { type FormEvent, useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Table } from '../components/Searched'
import { PrintHere } from '../components/Take'
import { Both, Placeholder } from '../components/pieces'
import { full } from '../format'
import { Ending } from '../ledger/ResultForms'
import { sessionStore } from '../people/session'
import { periodSaid } from '../statistics/period'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Brief, draftBulletin } from './api'
import { all } from './model'
import { bulletinHash } from './routes'
import { STATES, doerText, draftsBulletins } from './words'

export function ListPage() {
  const { phase, failure, value } = useStore(all.state)
  const { person } = useStore(sessionStore)
  const [drafting, draft] = useState(false)
  useEffect(() => {
    void all.look()
  }, [])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="bulletins-title">
        <h2 id="bulletins-title">
          <Both words={{ zh: '通报', en: 'Bulletins' }} />
        </h2>
        <PrintHere />
        <p className="sub">{t('由数据起草，经核稿、听取意见、签发后印发；印发后数据和文字不再改变。', 'Drafted from data, reviewed, heard, signed and published; from then on neither figures nor text change.')}</p>
        {draftsBulletins(person) && !drafting && (
          <div className="case-search-acts">
            <button type="button" className="main" id="bulletin-new" onClick={() => draft(true)}>
              {t('起草', 'Draft one')}
            </button>
          </div>
        )}
        {drafting && <DraftForm cancel={() => draft(false)} />}
        {value ? value.bulletins.length === 0 ? <Placeholder state="empty" words={{ zh: '还没有通报', en: 'None yet' }} /> : <Rows bulletins={value.bulletins} /> : phase === 'failed' ? <Placeholder state="failed" words={{ zh: `通报未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }} retry={() => void all.look()} /> : <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
      </section>
    </main>
  )
}

function DraftForm({ cancel }: { cancel(): void }) {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState(() => ({ kind: 'bulletin', period: lastMonth(), region: person?.region || '510500', to: '', copies: '' }))
  const sending = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said = { ...wanted, why: t('起草', 'Drafted') }
    await sending.send(said, signature, async (signed, key, adminKey) => {
      location.hash = bulletinHash((await draftBulletin(signed, key, adminKey)).id)
    })
  }
  return (
    <form id="draft-bulletin" className="voice-form" aria-label={t('起草通报', 'Draft a bulletin')} onSubmit={(event) => void submit(event)}>
      <label>
        <span>{t('文种', 'Kind')}</span>
        <select name="kind" value={wanted.kind} onChange={(e) => set({ kind: e.target.value })}>
          <option value="bulletin">{t('通报', 'Bulletin')}</option>
          <option value="report">{t('运行情况报告', 'Status report')}</option>
        </select>
      </label>
      <label>
        <span>{t('期间（如 2026-10、2026-Q3、2026-H1、2026）', 'Period, like 2026-10, 2026-Q3, 2026-H1, 2026')}</span>
        <input name="period" required pattern="[0-9]{4}(-([0-9]{2}|Q[1-4]|H[12]))?" value={wanted.period} onChange={(e) => set({ period: e.target.value })} />
      </label>
      <label>
        <span>{t('行政区划代码', 'Region')}</span>
        <input name="region" required inputMode="numeric" pattern="[0-9]{2,12}" value={wanted.region} onChange={(e) => set({ region: e.target.value })} />
      </label>
      <label>
        <span>{t('主送', 'To')}</span>
        <input name="to" maxLength={120} value={wanted.to} onChange={(e) => set({ to: e.target.value })} />
      </label>
      <label>
        <span>{t('抄送', 'Copies to')}</span>
        <input name="copies" maxLength={120} value={wanted.copies} onChange={(e) => set({ copies: e.target.value })} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('起草', 'Draft')} cancel={cancel} />
    </form>
  )
}

/** The month before this one, as the form begins with it. */
function lastMonth() {
  const day = new Date()
  day.setDate(0)
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}`
}

function Rows({ bulletins }: { bulletins: Brief[] }) {
  const names = useStore(namesStore)
  return (
    <Table id="bulletins-table" columns={[t('标题', 'Title'), t('期间', 'Period'), t('状态', 'State'), t('发文字号', 'Number'), t('起草', 'Drafted')]}>
      {bulletins.map((bulletin) => (
        <tr key={bulletin.id} data-bulletin={bulletin.id}>
          <th scope="row">
            <a href={bulletinHash(bulletin.id)}>{bulletin.title}</a>
          </th>
          <td>{periodSaid(bulletin.period)}</td>
          <td>{say(STATES[bulletin.state])}</td>
          <td>{bulletin.published?.number ?? '—'}</td>
          <td>
            {full(bulletin.drafted_at)}
            <span className="sub">{doerText(bulletin.drafted_by, names)}</span>
          </td>
        </tr>
      ))}
    </Table>
  )
}
