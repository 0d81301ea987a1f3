// A form with a reason and whoever signs it, and what else its act asks for.

import { type FormEvent, type ReactNode, useState } from 'react'

import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Ending } from '../ledger/ResultForms'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import type { Said } from './api'

interface Props {
  id: string
  /** What is asked as the reason. */
  label: string
  /** What the reason begins with. */
  value?: string
  submit: string
  /** What is said besides. */
  more?: Record<string, unknown>
  send(said: Said, key: string, adminKey: string): Promise<void>
  cancel(): void
  children?: ReactNode
}

export function SignedForm({ id, label, value = '', submit: submitWords, more = {}, send, cancel, children }: Props) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [why, setWhy] = useState(value)
  const sending = useSending(person)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    await sending.send({ why: why.trim(), ...more }, signature, send)
  }
  return (
    <form id={id} className="voice-form" onSubmit={(event) => void submit(event)}>
      {children}
      <label className="wide">
        <span>{label}</span>
        <textarea name="why" required rows={2} maxLength={2000} value={why} onChange={(e) => setWhy(e.target.value)} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={submitWords} cancel={cancel} />
    </form>
  )
}
