// The result of an entry, and that one was entered in error.

import { type FormEvent, useState } from 'react'

import type { Names } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { type Sending, useSending } from '../complaints/submit'
import { EvidenceInput } from '../dispositions/EvidenceInput'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { type Entry, enterResult, voidEntry } from './api'
import { one } from './model'
import { today } from './today'

interface Props {
  entry: Entry
  names: Names
  cancel(): void
}

export function ResultForm({ entry, names, cancel }: Props) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState(() => ({ on: today(), by: entry.handed_to || names.org(entry.org_code), why: '', evidence: [] as string[] }))
  const sending = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said = { why: wanted.why.trim(), on: wanted.on, by: wanted.by.trim(), evidence: wanted.evidence }
    await sending.send(said, signature, async (signed, key, adminKey) => one.take(await enterResult(entry.id, signed, key, adminKey)))
  }
  return (
    <form id="enter-result" className="voice-form" aria-label={t('登记结果', 'Enter the result')} onSubmit={(event) => void submit(event)}>
      <label>
        <span>{t('结果日期', 'Day of the result')}</span>
        <input type="date" name="result_on" required min={entry.on} max={today()} value={wanted.on} onChange={(e) => set({ on: e.target.value })} />
      </label>
      <label>
        <span>{t('由谁作出', 'By whom')}</span>
        <input name="by" required maxLength={100} value={wanted.by} onChange={(e) => set({ by: e.target.value })} />
      </label>
      <label className="wide">
        <span>{t('结果', 'Result')}</span>
        <textarea name="result" required rows={3} maxLength={2000} value={wanted.why} onChange={(e) => set({ why: e.target.value })} />
      </label>
      <div className="wide ledger-files">
        <span>{t('证明材料（只登记摘要值，文件不上传）', 'Files that prove it: only their hashes are kept')}</span>
        <EvidenceInput value={wanted.evidence} onChange={(evidence) => set({ evidence })} />
      </div>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('保存结果', 'Keep the result')} cancel={cancel} />
    </form>
  )
}

export function VoidForm({ entry, names, cancel }: Props) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [why, say] = useState('')
  const sending = useSending(person)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    await sending.send({ why: why.trim() }, signature, async (signed, key, adminKey) => one.take(await voidEntry(entry.id, signed, key, adminKey)))
  }
  return (
    <form id="void-entry" className="voice-form" aria-label={t('作废', 'Entered in error')} onSubmit={(event) => void submit(event)}>
      <label className="wide">
        <span>{t('作废原因（原内容仍保留）', 'What was wrong; what was entered stays')}</span>
        <textarea name="void_why" required rows={2} maxLength={2000} value={why} onChange={(e) => say(e.target.value)} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('确认作废', 'Mark as an error')} cancel={cancel} />
    </form>
  )
}

export function Ending({ sending: { sending, failure }, submit, cancel }: { sending: Sending; submit: string; cancel(): void }) {
  return (
    <>
      {failure && (
        <p className="wide voice-failure" role="alert">
          {t(failure.message, failure.status === 409 ? failure.message : failure.en)}
        </p>
      )}
      <div className="wide case-search-acts">
        <button type="submit" className="main" disabled={sending}>
          {submit}
        </button>
        <button type="button" className="plain" disabled={sending} onClick={cancel}>
          {t('取消', 'Cancel')}
        </button>
      </div>
    </>
  )
}
