// One step of a bulletin's life: why, and the number where there is one to enter.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Ending } from '../ledger/ResultForms'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Bulletin, type BulletinAct, workBulletin } from './api'
import { one } from './model'
import { ACTS } from './words'

export function ActForm({ bulletin, act, done }: { bulletin: Bulletin; act: BulletinAct; done(): void }) {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState({ why: '', number: '', org: '' })
  const sending = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const more = act === 'number' ? { number: wanted.number.trim() } : act === 'state' && !person ? { org_code: wanted.org } : {}
    const taken = await sending.send({ why: wanted.why.trim(), ...more }, signature, async (signed, key, adminKey) => one.take(await workBulletin(bulletin.id, act, signed, key, adminKey)))
    if (taken) done()
  }
  return (
    <form id="work-bulletin" className="voice-form" aria-label={say(ACTS[act])} onSubmit={(event) => void submit(event)}>
      {act === 'number' && (
        <label>
          <span>{t('发文字号（登记簿上的，如 泸府办函〔2026〕31号）', 'Number, as the register has it')}</span>
          <input name="number" required maxLength={60} value={wanted.number} onChange={(e) => set({ number: e.target.value })} />
        </label>
      )}
      {act === 'state' && !person && (
        <label>
          <span>{t('单位', 'Body')}</span>
          <select name="org" required value={wanted.org} onChange={(e) => set({ org: e.target.value })}>
            <option value="" />
            {bulletin.named.map(({ org_code, name }) => (
              <option key={org_code} value={org_code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="wide">
        <span>{act === 'state' ? t('意见', 'What is to be said') : t('说明', 'Why')}</span>
        <textarea name="why" required rows={2} maxLength={2000} value={wanted.why} onChange={(e) => set({ why: e.target.value })} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={say(ACTS[act])} cancel={done} />
    </form>
  )
}
