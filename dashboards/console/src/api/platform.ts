// What the platform says of itself, asked again and again: its clock, names for codes, and whether all this is a demonstration.

import { Store } from '../store'
import * as api from './client'
import { clock, nowStore } from './clock'
import { Names, namesStore } from './names'

const ASK_EVERY_MS = 2000
const ASK_AT_ONCE_MS = 250
const LOOK_AT_CLOCK_MS = 5000

export const watermarkStore = new Store<string | null>(null)

/** Begins to ask; `onNames` is called when names changed. */
export function watchPlatform(onNames: () => void) {
  let known: string | null = null
  const askAgain = async () => {
    let wait = ASK_EVERY_MS
    try {
      const answer = await api.platform()
      clock.set(answer.now_at)
      if (nowStore.get() === null) nowStore.set(clock.now())
      watermarkStore.set(answer.watermark)
      // Right after the start the definitions may not be published yet.
      if (!answer.names.version) wait = ASK_AT_ONCE_MS
      const told = JSON.stringify(answer.names)
      if (known !== told) {
        known = told
        namesStore.set(new Names(answer.names))
        onNames()
      }
    } catch {
      // The connection's state is shown by the stream; the clock stands still meanwhile.
    }
    setTimeout(askAgain, wait)
  }
  void askAgain()
  setInterval(() => nowStore.set(clock.now()), LOOK_AT_CLOCK_MS)
}
