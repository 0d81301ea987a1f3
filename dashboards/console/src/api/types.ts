// What the platform answers. Types come from schemas/openapi.json; what that document leaves open is spelled out here, beside the place in
// services/api that answers it.

import type { components } from './schema'

type Schemas = components['schemas']

export type AlertRecord = Schemas['AlertRecord']
export type Level = Schemas['Level']
export type Status = Schemas['Status']
export type DayVerdict = Schemas['Verdict']
export type Disposition = Schemas['Disposition']
export type DispositionState = Schemas['DispositionState']
export type Conclusion = Schemas['Conclusion']
export type Signature = Schemas['Signature']
export type Evidence = Schemas['Evidence']
export type Account = Schemas['Account']

/** An alert as lists and the stream tell it: all but its evidence. */
export type Alert = Omit<AlertRecord, 'evidence'>

/** `/api/v1/alerts` */
export interface AlertPage {
  alerts: Alert[]
  next: string | null
}

/** One day of a limit (`view::account`). */
export interface Day {
  date: string
  verdict: DayVerdict
  counted: number
  counts: boolean
  note?: string
}

/** Why an alert changed. */
export interface Cause {
  kind: string
  event_id?: string
  version?: string
}

/** One change of an alert. */
export interface Change {
  at: string
  change: string
  level: Level
  status: Status
  cause: Cause
  due_at: string | null
  reason: string | null
  revision: number
}

/** `/api/v1/alerts/{alert_id}` */
export interface AlertFound {
  alert: AlertRecord
  account: Day[]
  history: Change[]
}

/** The case's row. */
export interface CaseRow {
  item_code: string | null
  org_code: string | null
  step: string | null
  flowchart: string | null
  opened_at: string | null
  accepted_at: string | null
  due_at: string | null
  closed_at: string | null
}

/** An event in a case's timeline (`cases::timeline`). */
export interface EventEntry {
  kind: 'event'
  at: string
  event_id: string
  title_zh: string
  step: string | null
  step_zh: string | null
  actor: string | null
  result_code: string | null
  reason: string | null
  special: string | null
  entered_at: string | null
}

/** A change of an alert in a case's timeline. */
export interface AlertEntry extends Change {
  kind: 'alert'
  alert_id: string
  title_zh: string
}

export type TimelineEntry = EventEntry | AlertEntry

/** `/api/v1/cases/{source}/{case_no}` */
export interface CaseFound {
  source: string
  case_no: string
  case: CaseRow | null
  events: number
  timeline: TimelineEntry[]
  alerts: AlertFound[]
}

/** `/api/v1/counts` */
export interface Counts {
  alerts: { level: Level; status: Status; alerts: number }[]
  by_org: { org_code: string | null; level: Level; alerts: number }[]
  cases: number
  cases_open: number
}

/** Names by code (`names::NameTables`). */
export interface NameTables {
  version: string
  orgs: Record<string, string>
  offices: Record<string, Record<string, string>>
  posts: Record<string, string>
  items: Record<string, string>
  item_flowcharts: Record<string, string>
  duties: Record<string, Record<string, string>>
  flowcharts: Record<string, string>
  special_procedures: Record<string, string>
  flowchart_steps: Record<string, Record<string, string>>
  steps: Record<string, string>
  control_points: Record<string, string>
  sources: Record<string, string>
}

/** `/api/v1/platform` */
export interface Platform {
  now_at: string
  watermark: string | null
  names: NameTables
}

/** One source of `/api/v1/sources`. */
export interface SourceRow {
  source: string
  name: string
  clock: string
  events: number
  gaps: number
  last_received_at: string | null
  complete_until: string | null
}

/** What became of a command (`dispositions::told`). */
export interface Outcome {
  command_id: string
  state: 'accepted' | 'applied' | 'refused'
  status_address?: string
  message?: string
  remedy?: string
  alert?: Alert
}
