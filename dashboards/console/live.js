// The live stream. It says what happens and how the connection stands; it keeps no state of the board.

/** How the connection may stand. */
export const CONNECTIONS = {
  connecting: { zh: '正在连接', en: 'Connecting' },
  live: { zh: '实时', en: 'Live' },
  lost: { zh: '连接中断，正在重连', en: 'Reconnecting' },
}

const RETRY_MS = 3000

/**
 * Follows the stream for as long as the page is open. `on.alert(change, alert)`, `on.counts(counts)`, `on.connected()`,
 * `on.reload()` when too much was missed, `on.state(name)` with a name of CONNECTIONS.
 */
export function follow(on) {
  let stream
  // A browser comes back by itself and says what it saw last, except when it saw nothing yet, and after an answer that is no stream
  // at all, when a new one is opened: both have missed something.
  let missed = true

  const open = () => {
    stream = new EventSource('/api/v1/alerts/stream')
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
    stream.addEventListener('alert', ({ data }) => {
      const { change, alert } = JSON.parse(data)
      on.alert(change, alert)
    })
    stream.addEventListener('counts', ({ data }) => on.counts(JSON.parse(data)))
    stream.addEventListener('resync', () => on.reload())
  }

  on.state('connecting')
  open()
}
