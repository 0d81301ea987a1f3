// The list of alerts, newest first: its filter, its pages, and what arrives live. It draws nothing and speaks to nobody by itself.

import { caseKey, gravestFirst, ofEachCase } from '../alerts/gravest'
import { isAborted } from '../api/client'
import type { Alert, AlertPage, AlertRow, Level } from '../api/types'
import { Store } from '../store'
import { STATUSES, type Words, toReview } from '../words/codes'

/** More rows than this are not kept, however many arrive: the oldest leave, and the list of all alerts goes on where this one ends. */
export const ROWS_MAX = 400
/** Live changes are shown together at most this often. */
const SHOW_EVERY_MS = 250
/** How many alerts a row stands for is asked again so long after one of its case changed: the archive is a moment behind the stream. */
export const SETTLE_MS = 5000
/** Cases asked for at a time; the others wait for the next. A storm may not become as many questions. */
export const CASES_AT_ONCE = 20

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
  /** 显示全部: every alert, and not of each case only the gravest. */
  all: boolean
}

export interface ListState {
  filter: Filter
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  alerts: AlertRow[]
  next: string | null
  /** The oldest rows have left: what is older stands in the list of all alerts. */
  full: boolean
  /** Rows that came or changed live, and how often: they light up. */
  fresh: ReadonlyMap<string, number>
}

type Read = (filter: Filter, cursor: string | null, signal: AbortSignal) => Promise<AlertPage>
/** The row of the case that an alert is about, as the platform lists it. */
type ReadCase = (filter: Filter, alert: Alert, signal: AbortSignal) => Promise<AlertRow | null>

export class ListModel {
  readonly state = new Store<ListState>({
    filter: { level: null, scope: 'open', org: null, all: false },
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
  /** Cases whose row has to be asked for, each with an alert of it. */
  #doubtful = new Map<string, Alert>()
  #settling: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly read: Read,
    private readonly readCase: ReadCase = async () => null,
  ) {}

  /** Takes another filter and begins anew. */
  choose(filter: Partial<Filter>) {
    this.#set({ filter: { ...this.state.get().filter, ...filter }, fresh: new Map() })
    return this.load()
  }

  /** Reads the first page. */
  load() {
    this.#asked.abort()
    this.#asked = new AbortController()
    this.#doubtful.clear()
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
      this.#set({ ...bounded(this.#listed([...alerts, ...came]), next, false), next, phase: 'ready', failure: null })
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

  /** Of each case its gravest, unless every alert is listed. */
  #listed(rows: AlertRow[]) {
    return this.state.get().filter.all ? rows : ofEachCase(rows, (alert) => this.#fits(alert))
  }

  #merge() {
    // What arrives while a page is read is shown on top of it.
    const { phase, alerts, next, full, fresh } = this.state.get()
    // What could not be read is read anew, with all that has arrived since.
    if (phase === 'failed') this.#changed.clear()
    if (phase !== 'ready' || this.#changed.size === 0) return
    const changed = this.#changed
    this.#changed = new Map()
    const kept = alerts.map((old): AlertRow => {
      const now = changed.get(old.alert_id)
      return now ? { ...now, others: old.others } : old
    })
    const known = new Set(kept.map((a) => a.alert_id))
    // One that is older than the last row belongs to a page that is not shown.
    const last = next || full ? alerts.at(-1)?.raised_at : undefined
    const came = [...changed.values()].filter(
      (a) => !known.has(a.alert_id) && this.#fits(a) && (!last || Date.parse(a.raised_at) >= Date.parse(last)),
    )
    const rows = bounded(this.#listed([...came, ...kept].sort(newestFirst)), next, full)
    this.#doubt(changed, kept, came, next !== null || full)
    // What is not shown does not light up, or these would be all that ever changed.
    const lit = new Map<string, number>()
    // A row also lights up for those of its case that it stands for.
    const stirred = new Set(this.state.get().filter.all ? [] : [...changed.values()].map(caseKey))
    for (const row of rows.alerts) {
      const key = caseKey(row)
      const stirs = changed.has(row.alert_id) || (key !== null && stirred.has(key))
      const times = (fresh.get(row.alert_id) ?? 0) + (stirs ? 1 : 0)
      if (times > 0) lit.set(row.alert_id, times)
    }
    this.#set({ ...rows, fresh: lit })
  }

  /** What a change leaves open: how many a row stands for now, which of a case's others is the gravest once a row no longer is, and whether a
   * case that comes has a graver one on a page that is not shown. */
  #doubt(changed: ReadonlyMap<string, Alert>, kept: AlertRow[], came: Alert[], more: boolean) {
    if (this.state.get().filter.all) return
    const shown = new Map(kept.map((row) => [row.alert_id, row]))
    const cases = new Set(kept.map(caseKey))
    const coming = new Set(came.map((alert) => alert.alert_id))
    for (const [id, alert] of changed) {
      const key = caseKey(alert)
      if (key === null) continue
      const row = shown.get(id)
      const open = row ? (row.others ?? 0) > 0 : cases.has(key) || (more && coming.has(id))
      if (open && this.#doubtful.size < ROWS_MAX) this.#doubtful.set(key, alert)
    }
    this.#settleLater()
  }

  #settleLater() {
    if (this.#doubtful.size === 0) return
    this.#settling ??= setTimeout(() => {
      void this.#settle().finally(() => {
        this.#settling = null
        this.#settleLater()
      })
    }, SETTLE_MS)
  }

  async #settle() {
    const { signal } = this.#asked
    for (const [key, alert] of [...this.#doubtful].slice(0, CASES_AT_ONCE)) {
      this.#doubtful.delete(key)
      try {
        const row = await this.readCase(this.state.get().filter, alert, signal)
        if (signal.aborted) return
        this.#place(key, row)
      } catch {
        // The row stands as it is until its case changes again; the connection says how it stands.
      }
    }
  }

  /** Takes the row of a case. What is shown was told live and is no older than what is read. */
  #place(key: string, row: AlertRow | null) {
    const { alerts, next, full, filter } = this.state.get()
    if (filter.all) return
    const mine = alerts.filter((shown) => caseKey(shown) === key && this.#fits(shown))
    const known = mine.find(({ alert_id }) => alert_id === row?.alert_id)
    // Where it is shown as one that fits no more, the archive is behind.
    const behind = !known && alerts.some(({ alert_id }) => alert_id === row?.alert_id)
    const read = behind ? null : row && known ? { ...known, others: row.others } : row
    // One that is graver than what is read came after it.
    const [top] = [...mine.filter((shown) => shown !== known), ...(read ? [read] : [])].sort(gravestFirst)
    if (!top) return
    const last = next || full ? alerts.at(-1)?.raised_at : undefined
    const within = !last || Date.parse(top.raised_at) >= Date.parse(last)
    const others = alerts.filter((shown) => !mine.includes(shown) && shown.alert_id !== top.alert_id)
    this.#set(bounded([...others, ...(within ? [top] : [])].sort(newestFirst), next, full))
  }
}

/** As many as are kept, and whether older ones are left to the list of all alerts. */
function bounded(alerts: AlertRow[], next: string | null, full: boolean) {
  const left = alerts.length > ROWS_MAX || (alerts.length === ROWS_MAX && next !== null)
  return { alerts: alerts.slice(0, ROWS_MAX), full: full || left }
}

const newestFirst = (a: Alert, b: Alert) => Date.parse(b.raised_at) - Date.parse(a.raised_at) || (a.alert_id < b.alert_id ? -1 : 1)
