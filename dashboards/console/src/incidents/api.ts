// What the pages of incidents ask of the platform (services/api/src/incidents.rs).

import { ask } from '../api/client'
import type { Alert } from '../api/types'
import type { Act } from '../dispositions/act-kinds'
import type { IncidentSearch } from './routes'
import type { CauseKind, IncidentState } from './words'

export interface Signed {
  person: string
  body: string
  office: string
}

export interface Cause {
  kind: CauseKind
  source?: string
  case_no?: string
  rule?: string
  control_point?: string
  definitions_version?: string
}

/** What an alert is marked with. */
export interface Mark {
  id: string
  title: string
  cause: Cause
  cause_zh: string
  state: IncidentState
  conclusion: string | null
}

export interface IncidentBrief extends Mark {
  from: string | null
  until: string | null
  org_code: string
  region: string
  alerts: number
  /** Beyond what the reader sees. */
  alerts_beyond: number
  opened_at: string
  opened_by: Signed
  why: string
  under_way: Act | null
  closed: { conclusion: string; conclusion_zh: string; why: string; at: string; by: Signed } | null
}

export interface CourseEntry {
  act: 'open' | 'add' | 'remove' | 'state' | 'span' | 'begin' | 'halt' | 'close'
  at: string
  by: Signed
  why: string
  alerts?: number
  evidence?: string[]
  from?: string | null
  until?: string | null
  disposal?: Act
  conclusion?: string
}

/** An act upon all. */
export interface ActUponAll {
  begun: number
  act: Act
  conclusion: string | null
  /** What was given, as the platform keeps it: `do` and its fields. */
  given: { do: Act } & Record<string, unknown>
  why: string
  by: Signed
  key: string
  at: string
  state: 'under_way' | 'done' | 'halted'
  targets: number
  applied: number
  refused: number
  left: number
  outside: number
  before: number
  reasons: { reason: string; message: string; alerts: number }[]
  refusals: { alert_id: string; case_no: string | null; reason: string; message: string }[]
  halted: { why: string; at: string; by: Signed } | null
}

/** What could not be added: it lies in another. */
export interface Left {
  alert_id: string
  incident: string
  title: string
  message: string
}

export interface Incident extends IncidentBrief {
  /** Whether the reader sees the body that owns it. */
  yours: boolean
  course: CourseEntry[]
  acts: ActUponAll[]
  /** Answered to what added alerts. */
  left?: Left[]
  /** Answered to an act upon all: whether nothing is left to do. */
  done?: boolean
}

export interface IncidentsPage {
  tally: Record<IncidentState, number>
  next: string | null
  incidents: IncidentBrief[]
}

export interface MemberRow {
  alert_id: string
  case_no: string
  rule: string
  added_at: string
  added_by: Signed
  why: string
  outcome: { state: 'applied' } | { state: 'refused'; reason: string; message: string } | null
  /** Null where it is not archived yet. */
  alert: Alert | null
}

export interface MembersPage {
  members: MemberRow[]
  next: string | null
}

export interface ProposedAlert {
  alert_id: string
  source: string
  case_no: string
  subject_kind: string
  rule: string
  level: Alert['level']
  org_code: string | null
  instant: string
  message: string
}

export interface Proposal {
  id: string
  cause: Cause
  cause_zh: string
  title: string
  why: string
  from: string | null
  until: string | null
  org_code: string | null
  rests_on: Record<string, unknown>[]
  total: number
  alerts: ProposedAlert[]
}

export type Said = Record<string, unknown> & { why: string }

const ADDRESS = '/api/v1/incidents'
const part = encodeURIComponent
const one = (id: string) => `${ADDRESS}/${part(id)}`

export function findIncidents({ state, cause, org }: IncidentSearch, cursor: string | null, signal: AbortSignal) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ state, cause, org_code: org, cursor })) if (value) query.set(name, value)
  const text = query.toString()
  return ask<IncidentsPage>(text ? `${ADDRESS}?${text}` : ADDRESS, { signal })
}

export const readIncident = (id: string, signal: AbortSignal) => ask<Incident>(one(id), { signal })
export const readMembers = (id: string, cursor: string | null, signal: AbortSignal) => ask<MembersPage>(`${one(id)}/members${cursor ? `?cursor=${part(cursor)}` : ''}`, { signal })
export const readOffered = (id: string, signal: AbortSignal) => ask<{ total: number; alerts: Alert[] }>(`${one(id)}/offered`, { signal })
export const readProposals = (signal: AbortSignal) => ask<{ proposals: Proposal[] }>(`${ADDRESS}/proposals`, { signal })
export const readMarks = (alerts: string[], signal: AbortSignal) => ask<{ marks: Record<string, Mark> }>(`${ADDRESS}/marks?alerts=${alerts.map(part).join(',')}`, { signal })

export const openIncident = (said: Said, key: string, adminKey: string) => post<Incident>(ADDRESS, said, key, adminKey)
export const workIncident = (id: string, act: 'add' | 'remove' | 'state' | 'span' | 'halt' | 'close', said: Said, key: string, adminKey: string) => post<Incident>(`${one(id)}/${act}`, said, key, adminKey)
export const actUponAll = (id: string, act: Act, said: Said, key: string, adminKey: string) => post<Incident>(`${one(id)}/members/${act}`, said, key, adminKey)

function post<T>(address: string, said: Said, key: string, adminKey: string): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  return ask(address, { method: 'POST', headers, body: JSON.stringify({ ...said, key }) })
}
