// What a first page shows, read when it opens, again when an alert changes, and now and then.

import { useEffect, useState } from 'react'

import { onAlert } from '../board/model'

/** Changes that come together are read together. */
const SETTLE_MS = 3000
const AGAIN_MS = 60_000

export interface Reading<T> {
  found: T | null
  failure: Error | null
  again: () => void
}

/** `key` names what is read: another key is another question. What was found before stays until something newer is. */
export function useReading<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Reading<T> {
  const [state, setState] = useState<{ key: string; found: T | null; failure: Error | null }>({ key, found: null, failure: null })
  const [times, setTimes] = useState(0)
  useEffect(() => {
    const asked = new AbortController()
    read(asked.signal)
      .then((found) => {
        if (!asked.signal.aborted) setState({ key, found, failure: null })
      })
      .catch((error: unknown) => {
        if (asked.signal.aborted) return
        const failure = error instanceof Error ? error : new Error(String(error))
        setState((before) => ({ key, found: before.key === key ? before.found : null, failure }))
      })
    return () => asked.abort()
    // The question is its key.
  }, [key, times])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const later = () => {
      timer ??= setTimeout(() => {
        timer = null
        setTimes((n) => n + 1)
      }, SETTLE_MS)
    }
    const silence = onAlert(later)
    const regularly = setInterval(() => setTimes((n) => n + 1), AGAIN_MS)
    return () => {
      silence()
      clearInterval(regularly)
      if (timer !== null) clearTimeout(timer)
    }
  }, [])
  const here = state.key === key
  return { found: here ? state.found : null, failure: here ? state.failure : null, again: () => setTimes((n) => n + 1) }
}
