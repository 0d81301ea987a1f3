// Something asked of the platform when a page opens, and what stands in its place until it is there.

import { type ReactNode, useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { Placeholder } from '../components/pieces'

export interface Asked<T> {
  found: T | null
  failure: Error | null
  again: () => void
}

/** `key` names what is asked: another key is another question, and what was found for the one before is no answer to it. */
export function useAsked<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [state, setState] = useState<{ key: string; found: T | null; failure: Error | null }>({ key, found: null, failure: null })
  const [times, setTimes] = useState(0)
  useEffect(() => {
    const asked = new AbortController()
    read(asked.signal)
      .then((found) => {
        if (!asked.signal.aborted) setState({ key, found, failure: null })
      })
      .catch((error: unknown) => {
        if (!asked.signal.aborted) setState({ key, found: null, failure: error instanceof Error ? error : new Error(String(error)) })
      })
    return () => asked.abort()
    // The question is its key.
  }, [key, times])
  const here = state.key === key
  return { found: here ? state.found : null, failure: here ? state.failure : null, again: () => setTimes((n) => n + 1) }
}

/** What was found; until then that it is waited for, or why it did not come. */
export function Answered<T>({ asked, children }: { asked: Asked<T>; children: (found: T) => ReactNode }) {
  const { found, failure, again } = asked
  if (found !== null) return <>{children(found)}</>
  if (failure) {
    const words = { zh: `未能载入：${failure.message}`, en: failure instanceof ApiFailure ? failure.en : '' }
    return <Placeholder state="failed" words={words} retry={again} />
  }
  return <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
}
