// What the panel shows: read, waited for, failed, and read again until it shows what was told live.

import { ApiFailure } from '../api/client'
import type { Alert } from '../api/types'
import { Store } from '../store'
import { type Found, type Route, alertsOf } from './routes'

/** What is told live is archived a little later: after a change the panel is read again with this pause … */
const ASK_AGAIN_MS = 700
/** … which doubles up to this one, … */
const ASK_AGAIN_MAX_MS = 10_000
/** … until it shows what was told, or so many times: about two minutes. */
const ASK_AGAIN = 15
/** What is not there at all is waited for about ten seconds: a link may simply be wrong. */
const ASK_FOR_UNKNOWN = 4
/** So many alerts that were told live are remembered for when they are opened. */
const TOLD_MAX = 500

export interface PanelState {
  route: Route | null
  found: Found | null
  /** Why it could not be read the last time; what is found may be of before. */
  failure: Error | null
  /** So many pages were followed within the panel: there is a way back. */
  within: number
}

export class PanelModel {
  readonly state = new Store<PanelState>({ route: null, found: null, failure: null, within: 0 })
  #asked: AbortController | null = null
  #refresh: ReturnType<typeof setTimeout> | null = null
  /** What was told live last, by alert, and not yet read: an answer may still be of before. */
  readonly #told = new Map<string, Alert>()

  /** Shows what an address names. */
  follow(route: Route | null) {
    const before = this.state.get()
    this.#asked?.abort()
    this.#forgetLater()
    const within = route && before.route ? before.within + 1 : 0
    this.state.set({ route, found: null, failure: null, within })
    if (route) void this.#read()
  }

  /** Reads again what is shown if a live change concerns it. */
  take(alert: Alert) {
    this.#told.delete(alert.alert_id)
    this.#told.set(alert.alert_id, alert)
    if (this.#told.size > TOLD_MAX) {
      const [oldest] = this.#told.keys()
      if (oldest !== undefined) this.#told.delete(oldest)
    }
    if (this.#concerned(alert) && this.#refresh === null) this.#readLater(0)
  }

  /** Reads again what is shown. */
  reload() {
    if (this.state.get().route) void this.#read()
  }

  #concerned(alert: Alert) {
    return this.state.get().route?.concerns(alert) ?? false
  }

  #readLater(times: number) {
    this.#forgetLater()
    this.#refresh = setTimeout(() => void this.#read(times), Math.min(ASK_AGAIN_MS * 2 ** times, ASK_AGAIN_MAX_MS))
  }

  #forgetLater() {
    if (this.#refresh !== null) clearTimeout(this.#refresh)
    this.#refresh = null
  }

  async #read(times = 0) {
    const { route } = this.state.get()
    if (!route) return
    this.#forgetLater()
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    try {
      const found = await route.read(signal)
      if (signal.aborted) return
      this.state.set({ ...this.state.get(), found, failure: null })
      if (this.#isBehind(alertsOf(found)) && times < ASK_AGAIN) this.#readLater(times + 1)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiFailure && error.status === 404 && times < ASK_FOR_UNKNOWN) {
        this.#readLater(times + 1)
        return
      }
      const failure = error instanceof Error ? error : new Error(String(error))
      // What was found before stays, and with it a form that somebody is filling in.
      this.state.set({ ...this.state.get(), failure })
    }
  }

  /** Whether something of what was told live is not in the answer yet. The stream tells of an alert all but its evidence. */
  #isBehind(alerts: Alert[]) {
    for (const alert of alerts) {
      const told = this.#told.get(alert.alert_id)
      if (told && shows(alert, told)) this.#told.delete(alert.alert_id)
    }
    return [...this.#told.values()].some((alert) => this.#concerned(alert))
  }
}

/** Whether `alert` says everything that was `told`. */
function shows(alert: Alert, told: Alert) {
  const read: Record<string, unknown> = { ...alert }
  return Object.entries(told).every(([name, value]) => JSON.stringify(read[name]) === JSON.stringify(value))
}
