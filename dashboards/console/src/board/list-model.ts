// The list of alerts, newest first: its filter, its pages, and what arrives live. It draws nothing and speaks to nobody by itself.

import { isAborted } from '../api/client'
import type { Alert, AlertPage, Level } from '../api/types'
import { Store } from '../store'
import { STATUSES, type Words, toReview } from '../words/codes'

/** More rows than this are not kept, however many arrive: the oldest leave, and the list of all alerts goes on where this one ends. */
export const ROWS_MAX = 400
/** Live changes are shown together at most this often. */
const SHOW_EVERY_MS = 250

interface ScopeKind {
  words: Words
  query: Record<string, string>
  fits(alert: Alert): boolean
}

export type Scope = 'open' | 'all' | 'review' | 'withdrawn'

/** Which alerts are asked for, and whether one that arrives live belongs to them. */
export const SCOPES: Record<Scope, ScopeKind> = {
  open: { words: { zh: '只看未了结', en: 'Open' }, query: { open: 'true' }, fits: (a) => STATUSES[a.status].open },
  all: { words: { zh: '全部', en: 'All' }, query: {}, fits: () => true },
  review: { words: { zh: '待核', en: 'To review' }, query: { to_review: 'true' }, fits: toReview },
  withdrawn: { words: { zh: '已撤销', en: 'Withdrawn' }, query: { status: 'withdrawn' }, fits: (a) => a.status === 'withdrawn' },
}

export interface Filter {
  level: Level | null
  scope: Scope
  org: string | null
}

export interface ListState {
  filter: Filter
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  alerts: Alert[]
  next: string | null
  /** The oldest rows have left: what is older stands in the list of all alerts. */
  full: boolean
  /** Rows that came or changed live, and how often: they light up. */
  fresh: ReadonlyMap<string, number>
}

type Read = (filter: Filter, cursor: string | null, signal: AbortSignal) => Promise<AlertPage>

export class ListModel {
  readonly state = new Store<ListState>({
    filter: { level: null, scope: 'open', org: null },
    phase: 'waiting',
    failure: null,
    alerts: [],
    next: null,
    full: false,
    fresh: new Map(),
  })
  #changed = new Map<string, Alert>()
  #timer: ReturnType<typeof setTimeout> | null = null
  #asked = new AbortController()

  constructor(private readonly read: Read) {}

  /** Takes another filter and begins anew. */
  choose(filter: Partial<Filter>) {
    this.#set({ filter: { ...this.state.get().filter, ...filter }, fresh: new Map() })
    return this.load()
  }

  /** Reads the first page. */
  load() {
    this.#asked.abort()
    this.#asked = new AbortController()
    this.#set({ phase: 'waiting' })
    return this.#read(null)
  }

  /** Reads the page after the last row. */
  more() {
    return this.#read(this.state.get().next)
  }

  /** Reads the first page again if that failed before. */
  recover() {
    if (this.state.get().phase === 'failed') void this.load()
  }

  /** Takes an alert that changed just now. */
  take(alert: Alert) {
    this.#changed.set(alert.alert_id, alert)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#merge()
    }, SHOW_EVERY_MS)
  }

  #set(some: Partial<ListState>) {
    this.state.set({ ...this.state.get(), ...some })
  }

  async #read(cursor: string | null) {
    const { signal } = this.#asked
    try {
      const page = await this.read(this.state.get().filter, cursor, signal)
      if (signal.aborted) return
      const alerts = cursor ? this.state.get().alerts : []
      const known = new Set(alerts.map((a) => a.alert_id))
      const came = page.alerts.filter((a) => !known.has(a.alert_id))
      const { next } = page
      this.#set({ ...bounded([...alerts, ...came], next, false), next, phase: 'ready', failure: null })
      this.#merge()
    } catch (error) {
      if (isAborted(error) || signal.aborted) return
      this.#set({ phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)) })
    }
  }

  #fits(alert: Alert) {
    const { level, org, scope } = this.state.get().filter
    return SCOPES[scope].fits(alert) && (!level || alert.level === level) && (!org || alert.org_code === org)
  }

  #merge() {
    // What arrives while a page is read is shown on top of it.
    const { phase, alerts, next, full, fresh } = this.state.get()
    // What could not be read is read anew, with all that has arrived since.
    if (phase === 'failed') this.#changed.clear()
    if (phase !== 'ready' || this.#changed.size === 0) return
    const changed = this.#changed
    this.#changed = new Map()
    const kept = alerts.map((old) => changed.get(old.alert_id) ?? old)
    const known = new Set(kept.map((a) => a.alert_id))
    // One that is older than the last row belongs to a page that is not shown.
    const last = next || full ? alerts.at(-1)?.raised_at : undefined
    const came = [...changed.values()].filter(
      (a) => !known.has(a.alert_id) && this.#fits(a) && (!last || Date.parse(a.raised_at) >= Date.parse(last)),
    )
    const rows = bounded([...came, ...kept].sort(newestFirst), next, full)
    // What is not shown does not light up, or these would be all that ever changed.
    const lit = new Map<string, number>()
    for (const { alert_id } of rows.alerts) {
      const times = (fresh.get(alert_id) ?? 0) + (changed.has(alert_id) ? 1 : 0)
      if (times > 0) lit.set(alert_id, times)
    }
    this.#set({ ...rows, fresh: lit })
  }
}

/** As many as are kept, and whether older ones are left to the list of all alerts. */
function bounded(alerts: Alert[], next: string | null, full: boolean) {
  const left = alerts.length > ROWS_MAX || (alerts.length === ROWS_MAX && next !== null)
  return { alerts: alerts.slice(0, ROWS_MAX), full: full || left }
}

const newestFirst = (a: Alert, b: Alert) => Date.parse(b.raised_at) - Date.parse(a.raised_at) || (a.alert_id < b.alert_id ? -1 : 1)
