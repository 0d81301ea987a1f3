// What was found of a case of a sample, and the end of the sampling.

import { type FormEvent, useState } from 'react'

import type { Names } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { type Sending, useSending } from '../complaints/submit'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type SampledCase, VERDICTS, type Verdict, type WholeSample, close, find } from './api'
import { sample as model } from './model'

interface FindProps {
  found: SampledCase
  sample: WholeSample
  names: Names
  done(): void
}

export function FindForm({ found, sample, names, done }: FindProps) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [verdicts, judge] = useState<(Verdict | '')[]>(() => sample.checks.map((_, index) => found.finding?.verdicts[index] ?? ''))
  const [why, say_] = useState(found.finding?.text ?? '')
  const sending = useSending(person)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said = { why: why.trim(), source: found.source, case_no: found.case_no, verdicts }
    const sent = await sending.send(said, signature, async (signed, key, adminKey) => model.take(await find(sample.id, signed, key, adminKey)))
    if (sent) done()
  }
  return (
    <form className="voice-form" aria-label={t(`检查 ${found.case_no}`, `Check ${found.case_no}`)} onSubmit={(event) => void submit(event)}>
      {sample.checks.map((check, index) => (
        <label key={`${index}-${check}`}>
          <span>{check}</span>
          <select required name={`verdict-${index}`} value={verdicts[index] ?? ''} onChange={(e) => judge(verdicts.map((old, at) => (at === index ? (e.target.value as Verdict | '') : old)))}>
            <option value="">{t('请选择', 'Choose')}</option>
            {(Object.keys(VERDICTS) as Verdict[]).map((verdict) => (
              <option key={verdict} value={verdict}>
                {say(VERDICTS[verdict])}
              </option>
            ))}
          </select>
        </label>
      ))}
      <label className="wide">
        <span>{t('检查情况', 'What was seen')}</span>
        <textarea name="why" required rows={2} maxLength={2000} value={why} onChange={(e) => say_(e.target.value)} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('保存检查情况', 'Keep')} cancel={done} />
    </form>
  )
}

export function CloseForm({ sample, names }: { sample: WholeSample; names: Names }) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [why, say_] = useState('')
  const sending = useSending(person)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    await sending.send({ why: why.trim() }, signature, async (signed, key, adminKey) => model.take(await close(sample.id, signed, key, adminKey)))
  }
  return (
    <form id="close-sample" className="voice-form" aria-label={t('办结抽查', 'Close the sampling')} onSubmit={(event) => void submit(event)}>
      <label className="wide">
        <span>{t('抽查结果', 'Result')}</span>
        <textarea name="result" required rows={3} maxLength={2000} value={why} onChange={(e) => say_(e.target.value)} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('办结抽查', 'Close')} />
    </form>
  )
}

function Ending({ sending: { sending, failure }, submit, cancel }: { sending: Sending; submit: string; cancel?: () => void }) {
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
        {cancel && (
          <button type="button" className="plain" disabled={sending} onClick={cancel}>
            {t('取消', 'Cancel')}
          </button>
        )}
      </div>
    </>
  )
}
