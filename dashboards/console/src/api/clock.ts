// The platform's clock, which in a demonstration is neither the machine's nor as slow.

import { Store } from '../store'

/** Between two answers the clock is guessed no further ahead than this. */
const AHEAD_MAX_MS = 4000

interface Seen {
  platform: number
  here: number
  printed: string
}

/** `here` is a clock of this machine that never jumps, in milliseconds. */
export class Clock {
  #seen: Seen | null = null
  #rate = 1

  constructor(private readonly here: () => number) {}

  /** Takes what the platform says its time is. */
  set(nowAt: string) {
    const seen = { platform: Date.parse(nowAt), here: this.here(), printed: nowAt }
    if (this.#seen) {
      const here = seen.here - this.#seen.here
      if (here > 0) this.#rate = Math.max(0, (seen.platform - this.#seen.platform) / here)
    }
    this.#seen = seen
  }

  /** Milliseconds since 1970 as the platform takes it; null before it was asked. */
  now(): number | null {
    if (!this.#seen) return null
    const since = Math.min(this.here() - this.#seen.here, AHEAD_MAX_MS)
    return this.#seen.platform + since * this.#rate
  }

  /** An instant as the platform prints them; its zone is that of `now()`. */
  printed(): string | null {
    return this.#seen?.printed ?? null
  }
}

export const clock = new Clock(() => performance.now())

/** The clock as it is looked at now and then, so that spans on the page are drawn again. */
export const nowStore = new Store<number | null>(null)
