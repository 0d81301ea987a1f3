// What can be done about a complaint or rating now; the form opens in its place.

import { type FormEvent, useState } from 'react'

import type { Names } from '../api/names'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { needsKey } from './RegisterPage'
import { SignatureFields, signatureOf } from './Signature'
import { type Said, type VoiceAct, type WholeVoice, work } from './api'
import { one } from './model'
import type { VoicePlace } from './routes'
import { useSending } from './submit'
import { REVIEWS, VOICE_ACTS, mayDo } from './words'

interface Props {
  voice: WholeVoice
  place: VoicePlace
  names: Names
}

export function WorkActs({ voice, place, names }: Props) {
  const { person } = useStore(sessionStore)
  const [act, setAct] = useState<VoiceAct | null>(null)
  const [done, setDone] = useState<VoiceAct | null>(null)
  const possible = voice.acts.filter((other) => other.refused === null && (!person || mayDo(person.roles, other.act)))
  const choose = (chosen: VoiceAct) => {
    setDone(null)
    setAct(chosen === act ? null : chosen)
  }
  const taken = () => {
    setDone(act)
    setAct(null)
    void one.look(place, true)
  }
  return (
    <section className="acts" aria-label={t('办理', 'Work')}>
      <div className="act-buttons">
        {possible.map(({ act: other }) => (
          <button key={other} type="button" className="plain" data-act={other} aria-expanded={other === act} onClick={() => choose(other)}>
            {say(VOICE_ACTS[other])}
          </button>
        ))}
        {possible.length === 0 && <p className="sub">{t('当前没有需要办理的事项', 'Nothing to do now')}</p>}
      </div>
      {act && <WorkForm key={act} act={act} place={place} names={names} taken={taken} cancel={() => setAct(null)} />}
      {done && (
        <p className="act-done" role="status">
          {t(`“${VOICE_ACTS[done].zh}”已登记`, `Done: ${VOICE_ACTS[done].en}`)}
        </p>
      )}
    </section>
  )
}

interface FormProps {
  act: VoiceAct
  place: VoicePlace
  names: Names
  taken(): void
  cancel(): void
}

function WorkForm({ act, place, names, taken, cancel }: FormProps) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState({ why: '', to: '', outcome: '' })
  const { sending, failure, send } = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said: Said = { why: wanted.why.trim() }
    if (act === 'transfer') said.to = wanted.to
    if (act === 'review') said.outcome = wanted.outcome
    const sent = await send(said, signature, (signed, key, adminKey) => work(place, act, signed, key, adminKey))
    if (sent) taken()
  }
  return (
    <form className="voice-form" aria-label={say(VOICE_ACTS[act])} onSubmit={(event) => void submit(event)}>
      {act === 'transfer' && (
        <label>
          <span>{t('转往机构', 'To')}</span>
          <select name="to" required value={wanted.to} onChange={(e) => set({ to: e.target.value })}>
            <option value="">{t('请选择', 'Choose')}</option>
            {Object.entries(names.tables.orgs).map(([code, called]) => (
              <option key={code} value={code}>
                {called}
              </option>
            ))}
          </select>
        </label>
      )}
      {act === 'review' && (
        <label>
          <span>{t('复核结论', 'Conclusion')}</span>
          <select name="outcome" required value={wanted.outcome} onChange={(e) => set({ outcome: e.target.value })}>
            <option value="">{t('请选择', 'Choose')}</option>
            {Object.entries(REVIEWS).map(([code, words]) => (
              <option key={code} value={code}>
                {say(words)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="wide">
        <span>{say(VOICE_ACTS[act].why)}</span>
        <textarea name="why" required rows={3} maxLength={2000} value={wanted.why} onChange={(e) => set({ why: e.target.value })} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(failure?.status, signature.adminKey)} change={sign} />
      {failure && (
        <p className="wide voice-failure" role="alert">
          {t(failure.message, failure.status === 409 ? failure.message : failure.en)}
        </p>
      )}
      <div className="wide case-search-acts">
        <button type="submit" className="main" disabled={sending}>
          {t(`提交${VOICE_ACTS[act].zh}`, `Send: ${VOICE_ACTS[act].en}`)}
        </button>
        <button type="button" className="plain" disabled={sending} onClick={cancel}>
          {t('取消', 'Cancel')}
        </button>
      </div>
    </form>
  )
}
