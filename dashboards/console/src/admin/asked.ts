// A question that is asked when it changes, and again when somebody wants it so: a look at accounts or at the trail is itself an entry of the
// trail, so nothing is asked by itself.

import { useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'

export interface Asked<T> {
  found: T | null
  failure: ApiFailure | null
  waiting: boolean
  again: () => void
}

export const failureOf = (error: unknown): ApiFailure => (error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))

/** `key` names what is asked. What was found stays until the same question is answered anew. */
export function useAsked<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [state, setState] = useState<{ key: string; found: T | null; failure: ApiFailure | null; waiting: boolean }>({ key, found: null, failure: null, waiting: true })
  const [times, setTimes] = useState(0)
  useEffect(() => {
    const asking = new AbortController()
    setState((before) => ({ key, found: before.key === key ? before.found : null, failure: null, waiting: true }))
    read(asking.signal)
      .then((found) => {
        if (!asking.signal.aborted) setState({ key, found, failure: null, waiting: false })
      })
      .catch((error: unknown) => {
        if (!asking.signal.aborted) setState((before) => ({ ...before, failure: failureOf(error), waiting: false }))
      })
    return () => asking.abort()
    // The question is its key.
  }, [key, times])
  const here = state.key === key
  return { found: here ? state.found : null, failure: here ? state.failure : null, waiting: !here || state.waiting, again: () => setTimes((n) => n + 1) }
}
