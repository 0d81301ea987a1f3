// The list of alerts, a page at a time: the platform filters, sorts and counts; here stand the rows of one page and which are chosen.

import { isAborted } from '../api/client'
import type { Alert, AlertRow } from '../api/types'
import { Store } from '../store'
import { type AlertQuery, EVERY_OPEN, mayFit, sameQuery } from './query'

/** Rows on a page. */
export const PAGE_ROWS = 100
/** So many can be chosen at a time: as many commands follow. */
export const CHOSEN_MAX = 500

export interface CountedPage {
  alerts: AlertRow[]
  next: string | null
  total?: number
  rows?: number
}

/** What is told live is archived a little later: for so long it stands in place of what is read. */
const TOLD_MS = 10_000

type Read = (query: AlertQuery, cursor: string | null, total: boolean, signal: AbortSignal) => Promise<CountedPage>

export interface PagesState {
  query: AlertQuery
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  alerts: AlertRow[]
  /** Alerts in all, those that a row stands for counted; null until it was told. */
  total: number | null
  /** Rows in all, where of each case only the gravest is listed; null where every alert is. */
  rows: number | null
  /** Which page, from 0. */
  page: number
  next: string | null
  /** Alerts that came or changed since and may belong here. */
  news: number
  chosen: ReadonlyMap<string, Alert>
}

export class PagesModel {
  readonly state = new Store<PagesState>({
    query: EVERY_OPEN,
    phase: 'waiting',
    failure: null,
    alerts: [],
    total: null,
    rows: null,
    page: 0,
    next: null,
    news: 0,
    chosen: new Map(),
  })
  /** Where each page begins that was come through. */
  #begins: (string | null)[] = [null]
  #asked = new AbortController()
  #read = false
  /** What was told live last, and until when it counts. */
  readonly #told = new Map<string, { alert: Alert; until: number }>()

  /** How many changes are still remembered. */
  get remembered() {
    return this.#told.size
  }

  constructor(
    private readonly read: Read,
    private readonly here: () => number = () => performance.now(),
  ) {}

  /** Shows a list from its beginning; the same one goes on as it stands. */
  open(query: AlertQuery) {
    if (this.#read && sameQuery(query, this.state.get().query)) return Promise.resolve()
    this.#begins = [null]
    this.#set({ query, alerts: [], total: null, rows: null, page: 0, next: null, chosen: new Map() })
    return this.#load(0)
  }

  /** Reads the page again. */
  again() {
    return this.#load(this.state.get().page)
  }

  next() {
    const { next, page } = this.state.get()
    if (next === null) return Promise.resolve()
    this.#begins[page + 1] = next
    return this.#load(page + 1)
  }

  previous() {
    return this.#load(Math.max(0, this.state.get().page - 1))
  }

  first() {
    return this.#load(0)
  }

  /** Takes an alert that changed just now: where it is shown it is shown as it is, else it is told that there is something new. */
  take(alert: Alert) {
    const { alerts, query, news, chosen } = this.state.get()
    if (!this.#read) return
    this.#forget()
    // What was told last stands last, so that what is over stands first.
    this.#told.delete(alert.alert_id)
    this.#told.set(alert.alert_id, { alert, until: this.here() + TOLD_MS })
    if (alerts.some((shown) => shown.alert_id === alert.alert_id)) {
      this.#set({ alerts: alerts.map((shown) => (shown.alert_id === alert.alert_id ? { ...alert, others: shown.others } : shown)) })
    } else if (mayFit(query, alert)) {
      this.#set({ news: news + 1 })
    }
    if (chosen.has(alert.alert_id)) this.#set({ chosen: new Map(chosen).set(alert.alert_id, alert) })
  }

  choose(alerts: Alert[], on: boolean) {
    const chosen = new Map(this.state.get().chosen)
    for (const alert of alerts) {
      if (!on) chosen.delete(alert.alert_id)
      else if (chosen.size < CHOSEN_MAX) chosen.set(alert.alert_id, alert)
    }
    this.#set({ chosen })
  }

  chooseNone() {
    this.#set({ chosen: new Map() })
  }

  #set(some: Partial<PagesState>) {
    this.state.set({ ...this.state.get(), ...some })
  }

  /** What is over is forgotten as new things are told, or a page that stays open would keep all that ever changed. */
  #forget() {
    const now = this.here()
    for (const [id, { until }] of this.#told) {
      if (until >= now) return
      this.#told.delete(id)
    }
  }

  async #load(page: number) {
    this.#asked.abort()
    this.#asked = new AbortController()
    this.#read = true
    const { signal } = this.#asked
    const { query } = this.state.get()
    this.#set({ phase: 'waiting', news: 0 })
    try {
      const found = await this.read(query, this.#begins[page] ?? null, page === 0, signal)
      if (signal.aborted) return
      // Counted with the first page.
      const { total, rows } = page === 0 ? { total: found.total ?? null, rows: found.rows ?? null } : this.state.get()
      this.#forget()
      const last = (read: AlertRow): AlertRow => {
        const told = this.#told.get(read.alert_id)?.alert
        return told ? { ...told, others: read.others } : read
      }
      this.#set({ alerts: found.alerts.map(last), next: found.next, total, rows, page, phase: 'ready', failure: null })
    } catch (error) {
      if (isAborted(error) || signal.aborted) return
      this.#set({ phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)) })
    }
  }
}
