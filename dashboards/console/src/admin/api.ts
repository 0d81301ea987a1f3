// What 系统管理 asks of the platform (`people` and `sources` in services/api, `source_keys` and `notifications` in services/mingjing).

import { type Query, ask } from '../api/client'
import type { Level } from '../api/types'
import type { Role } from '../people/roles'
import type { AuditQuery } from './routes'

const part = encodeURIComponent

/** Entries of the audit trail on a page. */
export const AUDIT_PAGE = 100

export interface Rights {
  /** 人员编号. */
  person: string
  name: string
  roles: Role[]
  body: string
  office: string
  /** They see it and what lies in it; empty: everywhere. */
  region: string
  valid_from: string | null
  valid_until: string | null
}

export interface Account {
  account: string
  rights: Rights
  disabled: boolean
  works_today: boolean
  /** It has a temporary password still. */
  change_password: boolean
  changed_at: string
}

export type AccountRecord = { at: string; by: string; why: string } & (
  | { act: 'opened' | 'changed'; rights: Rights }
  | { act: 'password_set'; temporary: boolean }
  | { act: 'disabled' | 'enabled' | 'sessions_ended' }
)

/** An account, and its temporary password where one was given. */
export interface Given {
  account: Account
  password?: string
}

export type AccountAct = 'change' | 'password' | 'disable' | 'enable' | 'end_sessions'

export const accounts = (signal: AbortSignal) => ask<{ accounts: Account[] }>('/api/v1/accounts', { signal })
export const account = (id: string, signal: AbortSignal) => ask<{ account: Account; records: AccountRecord[] }>(`/api/v1/accounts/${part(id)}`, { signal })
export const openAccount = (id: string, why: string, rights: Rights) => ask<Given>('/api/v1/accounts', post({ account: id, why, rights }))
export const actOn = (id: string, act: AccountAct, body: { why: string; rights?: Rights }) => ask<Given>(`/api/v1/accounts/${part(id)}/${act}`, post(body))

export interface AuditEntry {
  at: string
  account: string
  person: string
  from: string
  method: string
  path: string
  status: number
}

export interface AuditDay {
  day: string
  /** The last day. */
  until: string
  entries: AuditEntry[]
  total: number
  next: number | null
  /** Each process has its own; each of its blocks names the one before by its hash. */
  journals: number
  blocks: number
  /** The journals in which one does not. */
  broken: string[]
}

export function audit(query: AuditQuery, signal: AbortSignal): Promise<AuditDay> {
  const { after, ...chosen } = query
  return ask(`/api/v1/audit?${given({ ...chosen, after: after > 0 ? String(after) : '', newest: 'true', limit: String(AUDIT_PAGE) })}`, { signal })
}

export const auditFile = (query: AuditQuery, from: string, to: string) => {
  const { account, person, path, what } = query
  return `/api/v1/audit/export?${given({ from, to, account, person, path, what })}`
}

/** What was published of the log for a day. */
export interface LogDay {
  day: string
  /** Null while heads of some partitions are missing. */
  digest: string | null
  at: string | null
  events: number | null
  facts: number | null
  missing: number[]
  verified: { at: string; by: string; intact: boolean } | null
}

export interface LogVerification {
  at: string
  by: string
  days: number
  from: string | null
  to: string | null
  records: number
  differences: string[]
}

/** The verification that is under way, or the last one where it could not be carried out. */
export interface LogRun {
  by: string
  begun_at: string
  read: number
  total: number
  failed: string | null
}

export interface LogHeads {
  log_id: string
  partitions: number
  days: LogDay[]
  verifications: LogVerification[]
  running: LogRun | null
}

export const logHeads = (signal: AbortSignal) => ask<LogHeads>('/api/v1/log/heads', { signal })
export const verifyLog = async () => void (await ask<{ begun: boolean }>('/api/v1/log/verify', post({})))

/** A source as its definition or its registration declares it, as far as it is shown. */
export interface Declared {
  name?: string
  org_code?: string
  clock: 'live' | 'declared'
  delay_allowance_hours: number
  rhythm_minutes?: number
  supervised_from?: string
  region?: string
  numbered_from?: number
  announced?: { what: 'downtime' | 'back_entry'; from: string; until: string; document: string }[]
}

export interface SourceFound {
  source: string
  complete_until: string | null
  last_received_at: string | null
  events: number
  partitions: unknown[]
  missing_numbers: number
  gaps: { from: number; to: number; noticed_at: string }[]
  control_totals: { day: string; made: number; taken: number; differences: { item_code: string; type: string; made: number; taken: number }[] }[]
  unmapped_codes: { what: string; code: string; events: number; last_at: string }[]
  rejects: Reject[]
  unanswerable: string[]
  declared: Declared | null
}

export interface Reject {
  reason: string
  items: number
  last_at: string
  last_detail: string
  /** Where the last one lies; null where that could not be read. */
  last_case_no: string | null
  last_event_id: string | null
  /** What is wrong, and what to mend; none for a reason that this platform does not know. */
  title_zh: string | null
  title_en: string | null
  help_zh: string | null
  help_en: string | null
}

export const source = (id: string, signal: AbortSignal) => ask<SourceFound>(`/api/v1/sources/${part(id)}`, { signal })

export interface Key {
  /** What stands in its text after `mjk_`. */
  id: string
  created_at: string
  /** When it ends by itself; null: it does not. */
  expires_at: string | null
  /** When somebody last came with it, to ten minutes; null: nobody has. */
  last_used_at: string | null
  works: boolean
}

export const keys = (id: string, signal: AbortSignal) => ask<{ keys: Key[] }>(`/api/v1/sources/${part(id)}/keys`, { signal })
export const issueKey = (id: string, endEarlier: boolean) => ask<{ key: string }>(`/api/v1/sources/${part(id)}/keys`, post({ end_earlier: endEarlier }))
export const retireKey = (id: string, key: string) => ask<{ retired: string }>(`/api/v1/sources/${part(id)}/keys/${part(key)}/retire`, post({}))

export interface Route {
  id: string
  channel: string
  receivers: number
  levels: Level[]
  regions: string[]
  /** Before whom unanswered orders are brought of which it tells; absent in what an earlier version wrote down. */
  before?: string[]
  bodies: string[]
  items: string[]
  rules: string[]
  control_points: string[]
  changes: string[]
  /** Kinds of bulletins that are told of when they are published; absent in what an earlier version wrote down. */
  bulletins?: string[]
  quiet: boolean
  urgent: Level[]
  digest: { more_than: number; within_ms: number }
}

export interface Standing {
  configured: {
    told_at: string
    hours: { from: string; until: string }
    age_max_ms: number
    channels: { id: string; kind: string; give_up_after_ms: number }[]
    routes: Route[]
  } | null
  channels: { channel: string; waiting: number; oldest_at: string | null; dead: number }[]
  digests: number
}

export interface DeadLetter {
  id: string
  at: string
  reason: string
  detail: string
  channel: string
  route: string
  to: string | null
  made_at: string
  attempts: number
  title: string
}

/** Those that are meant; all where nothing is said. */
export type Which = Partial<Record<'id' | 'channel' | 'reason', string>>

export const notifications = (signal: AbortSignal) => ask<Standing>('/api/v1/notifications', { signal })
export const deadLetters = (signal: AbortSignal) => ask<{ dead_letters: DeadLetter[] }>('/api/v1/dead-letters', { signal })
export const replay = (which: Which) => ask<{ replayed: string[] }>('/api/v1/dead-letters/replay', post(which))
export const forget = (which: Which) => ask<{ forgotten: string[] }>('/api/v1/dead-letters/forget', post(which))

const post = (body: unknown): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** Empty parts are left out. */
function given(parts: Query) {
  return new URLSearchParams(Object.entries(parts).filter((entry): entry is [string, string] => Boolean(entry[1])))
}
