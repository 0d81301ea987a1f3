// Sends a form once, however often its button is pressed: the same content goes under the same key.

import { useRef, useState } from 'react'

import { ApiFailure } from '../api/client'
import { Keys } from '../dispositions/send'
import { adminKeyStore, remember } from '../dispositions/signer'
import type { Person } from '../people/session'
import type { Said } from './api'
import type { Signature } from './Signature'

export interface Sending {
  sending: boolean
  failure: ApiFailure | null
  /** Resolves to whether it was taken. */
  send(said: Said, signature: Signature, post: (said: Said, key: string, adminKey: string) => Promise<void>): Promise<boolean>
}

export function useSending(person: Person | null): Sending {
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const keys = useRef(new Keys())
  const send: Sending['send'] = async (said, { adminKey, ...who }, post) => {
    const signed = person ? said : { ...said, who: { ...who, person: who.person.trim() } }
    if (!person) remember(who)
    adminKeyStore.set(adminKey)
    setSending(true)
    setFailure(null)
    try {
      await post(signed, keys.current.for(JSON.stringify(signed)), adminKey)
      // Sent again later, it is another one.
      keys.current = new Keys()
      return true
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
      return false
    } finally {
      setSending(false)
    }
  }
  return { sending, failure, send }
}
