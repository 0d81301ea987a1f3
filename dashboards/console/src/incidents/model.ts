// What was read of incidents, the one that is about to be opened, and the act upon all that is under way. It draws nothing.

import { ApiFailure, isAborted } from '../api/client'
import type { Alert } from '../api/types'
import type { Act } from '../dispositions/act-kinds'
import { newKey } from '../dispositions/send'
import { Reader } from '../sampling/model'
import { Store } from '../store'
import { type ActUponAll, type Cause, type Incident, type IncidentsPage, type Mark, type MemberRow, type Proposal, type Said, actUponAll, findIncidents, readIncident, readMarks, readMembers, readOffered, readProposals } from './api'
import { EVERY_INCIDENT, type IncidentSearch } from './routes'

interface Listed<T> {
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  /** All pages that were read. */
  rows: T[] | null
  next: string | null
}

const NOTHING = { phase: 'waiting', failure: null, rows: null, next: null } as const

/** Rows that are read a page at a time. */
export class Pages<Q, T> {
  readonly state: Store<Listed<T> & { query: Q }>
  #asked: AbortController | null = null

  constructor(
    first: Q,
    private readonly read: (query: Q, cursor: string | null, signal: AbortSignal) => Promise<{ rows: T[]; next: string | null }>,
  ) {
    this.state = new Store<Listed<T> & { query: Q }>({ ...NOTHING, query: first })
  }

  /** Looks for something else, from the first page. */
  look(query: Q) {
    this.state.set({ ...NOTHING, query })
    return this.#ask(null)
  }

  /** Reads the first page again; what is shown stays until it comes. */
  again() {
    return this.#ask(null)
  }

  more() {
    return this.#ask(this.state.get().next)
  }

  async #ask(cursor: string | null) {
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    this.state.set({ ...this.state.get(), phase: 'waiting', failure: null })
    try {
      const { query, rows } = this.state.get()
      const page = await this.read(query, cursor, signal)
      if (!signal.aborted) this.state.set({ query, phase: 'ready', failure: null, rows: cursor === null ? page.rows : [...(rows ?? []), ...page.rows], next: page.next })
    } catch (error) {
      if (!signal.aborted && !isAborted(error)) this.state.set({ ...this.state.get(), phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)) })
    }
  }
}

/** How many there are beside the list. */
export const tally = new Store<IncidentsPage['tally'] | null>(null)

export const list = new Pages<IncidentSearch, IncidentsPage['incidents'][number]>(EVERY_INCIDENT, async (search, cursor, signal) => {
  const page = await findIncidents(search, cursor, signal)
  tally.set(page.tally)
  return { rows: page.incidents, next: page.next }
})

export const one = new Reader<Incident, string>(readIncident)
export const members = new Pages<string, MemberRow>('', async (id, cursor, signal) => {
  const page = await readMembers(id, cursor, signal)
  return { rows: page.members, next: page.next }
})
export const offered = new Reader<{ total: number; alerts: Alert[] }, string>(readOffered)
export const proposals = new Reader<{ proposals: Proposal[] }, void>((_, signal) => readProposals(signal))

/** What an incident is about to be opened with. */
export interface Draft {
  title: string
  cause: Cause
  from: string
  until: string
  org: string
  why: string
  alerts: { alert_id: string; case_no: string; message: string }[]
}

export const draft = new Store<Draft | null>(null)

const most = (texts: (string | null | undefined)[]) => {
  const counts = new Map<string, number>()
  for (const text of texts) if (text) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

/** From alerts that were chosen: where all are of one source, that is what it is likely about. */
export function draftOf(alerts: Alert[]): Draft {
  const sources = new Set(alerts.map(({ source }) => source))
  const [source = ''] = sources
  const cause: Cause = sources.size === 1 && source ? { kind: 'source_down', source } : { kind: 'other' }
  return {
    title: '',
    cause,
    from: '',
    until: '',
    org: most(alerts.map((alert) => alert.responsible_org ?? alert.org_code)),
    why: '',
    alerts: alerts.map(({ alert_id, case_no, message }) => ({ alert_id, case_no, message })),
  }
}

export const draftUpon = ({ title, cause, from, until, org_code, why, alerts }: Proposal): Draft => ({
  title,
  cause,
  from: from ?? '',
  until: until ?? '',
  org: org_code ?? '',
  why,
  alerts: alerts.map(({ alert_id, case_no, message }) => ({ alert_id, case_no, message })),
})

/** In which incidents alerts lie that were asked about. */
export const marks = new Store<Record<string, Mark>>({})
let asked: AbortController | null = null

/** Asks about the alerts of a page. What it does not learn is not marked: the list is read all the same. */
export async function mark(alerts: string[]) {
  asked?.abort()
  asked = new AbortController()
  const { signal } = asked
  if (alerts.length === 0) return marks.set({})
  try {
    const told = await readMarks(alerts, signal)
    if (!signal.aborted) marks.set(told.marks)
  } catch {
    if (!signal.aborted) marks.set({})
  }
}

export interface Run {
  running: boolean
  failure: ApiFailure | null
}

type Send = (id: string, act: Act, said: Said, key: string, adminKey: string) => Promise<Incident>

/** So long is waited where nothing was decided, and so often. */
const WAIT_MS = 1000
const WAITS_MAX = 60

/** Works an act upon all: the platform does a piece with every request, and is asked again under the same key until nothing is left. */
export class UponAll {
  readonly run = new Store<Run>({ running: false, failure: null })
  #stopped = false

  constructor(
    private readonly send: Send,
    private readonly take: (incident: Incident) => void,
    private readonly wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
  ) {}

  /** Begins one; rejects where it is refused, so that the form stays. */
  async start(id: string, act: Act, said: Said, adminKey: string) {
    const key = newKey()
    this.#stopped = false
    const first = await this.send(id, act, said, key, adminKey)
    this.take(first)
    void this.#work(id, act, said, key, adminKey, first)
  }

  /** Goes on with one that was left, under its key and by its words. */
  goOn(id: string, { act, given, why, by, key }: ActUponAll, known: boolean, adminKey: string) {
    const { do: _, ...fields } = given
    const said: Said = { ...fields, why, ...(known ? {} : { who: by }) }
    this.#stopped = false
    return this.#work(id, act, said, key, adminKey, null)
  }

  /** Asks no more; what was begun is left as it is, and can be gone on with. */
  stop() {
    this.#stopped = true
  }

  async #work(id: string, act: Act, said: Said, key: string, adminKey: string, first: Incident | null) {
    if (first?.done) return
    this.run.set({ running: true, failure: null })
    let left = leftOf(first, key)
    try {
      for (let waits = 0; !this.#stopped && waits < WAITS_MAX; ) {
        const told = await this.send(id, act, said, key, adminKey)
        this.take(told)
        if (told.done) break
        const now = leftOf(told, key)
        if (now === left) {
          waits += 1
          await this.wait(WAIT_MS)
        }
        left = now
      }
      this.run.set({ running: false, failure: null })
    } catch (error) {
      this.run.set({ running: false, failure: error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)) })
    }
  }
}

const leftOf = (incident: Incident | null, key: string) => incident?.acts.find((run) => run.key === key)?.left ?? -1

export const uponAll = new UponAll(actUponAll, (incident) => {
  one.take(incident)
  void members.again()
})
