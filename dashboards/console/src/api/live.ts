// The live stream. It says what happens and how the connection stands; it keeps no state of the board.

import { signedOut } from './client'
import type { Alert, Counts } from './types'

export type Connection = 'connecting' | 'live' | 'lost'

const RETRY_MS = 3000

export interface LiveListener {
  state(state: Connection): void
  alert(alert: Alert): void
  counts(counts: Counts): void
  connected(): void
  /** Too much was missed. */
  reload(): void
}

/** Follows the stream for as long as the page is open. */
export function follow(on: LiveListener) {
  // A browser comes back by itself and says what it saw last, except when it saw nothing yet, and after an answer that is no stream
  // at all, when a new one is opened: both have missed something.
  let missed = true

  const open = () => {
    if (signedOut.get()) {
      missed = true
      setTimeout(open, RETRY_MS)
      return
    }
    const stream = new EventSource('/api/v1/alerts/stream')
    stream.addEventListener('open', () => on.state('live'))
    stream.addEventListener('error', () => {
      on.state('lost')
      if (stream.readyState === EventSource.CLOSED) {
        missed = true
        setTimeout(open, RETRY_MS)
      }
    })
    stream.addEventListener('hello', () => {
      if (missed) on.reload()
      else on.connected()
      missed = false
    })
    stream.addEventListener('alert', ({ data }: MessageEvent<string>) => on.alert((JSON.parse(data) as { alert: Alert }).alert))
    stream.addEventListener('counts', ({ data }: MessageEvent<string>) => on.counts(JSON.parse(data) as Counts))
    stream.addEventListener('resync', () => on.reload())
  }

  on.state('connecting')
  open()
}
