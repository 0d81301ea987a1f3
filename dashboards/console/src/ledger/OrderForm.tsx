// The order upon an instruction about a passage of a bulletin: to whom, and until when.

import { type FormEvent, useState } from 'react'

import type { Names } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { Ending } from './ResultForms'
import { type Entry, orderUpon } from './api'
import { one } from './model'
import { today } from './today'

interface Props {
  entry: Entry
  names: Names
  cancel(): void
}

export function OrderForm({ entry, names, cancel }: Props) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState(() => ({ to: entry.org_code, due: entry.due ?? '', why: '' }))
  const sending = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said = { why: wanted.why.trim(), to: wanted.to, due: wanted.due }
    await sending.send(said, signature, async (signed, key, adminKey) => one.take(await orderUpon(entry.id, signed, key, adminKey)))
  }
  return (
    <form id="order-upon" className="voice-form" aria-label={t('交办', 'Order upon it')} onSubmit={(event) => void submit(event)}>
      <label>
        <span>{t('承办单位', 'To')}</span>
        <select name="to" required value={wanted.to} onChange={(e) => set({ to: e.target.value })}>
          {Object.entries(names.tables.orgs).map(([code, called]) => (
            <option key={code} value={code}>
              {called}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('期限', 'Due')}</span>
        <input type="date" name="due" required min={today()} value={wanted.due} onChange={(e) => set({ due: e.target.value })} />
      </label>
      <label className="wide">
        <span>{t('交办要求', 'What is asked for')}</span>
        <textarea name="why" required rows={2} maxLength={2000} value={wanted.why} onChange={(e) => set({ why: e.target.value })} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('交办', 'Order')} cancel={cancel} />
    </form>
  )
}
