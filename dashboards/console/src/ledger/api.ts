// What the pages of the ledger ask of the platform (services/api/src/ledger.rs).

import { ask } from '../api/client'
import type { LedgerSearch } from './routes'
import type { LedgerKind, LedgerState } from './words'

export interface Signed {
  person: string
  body: string
  office: string
}

export interface LinkedCase {
  source: string
  case_no: string
}

export interface Entry {
  id: string
  kind: LedgerKind
  state: LedgerState
  org_code: string
  region: string
  /** Empty: the body itself. */
  officer: string
  on: string
  document_no: string
  handed_to: string
  facts: string
  legal_basis: string
  present: string[]
  demand: string
  due: string | null
  /** The last day that counts: `due`, or the next working day. */
  last_day: string | null
  /** Negative where the last day is over; null of what waits for nothing. */
  working_days_left: number | null
  alerts: string[]
  cases: LinkedCase[]
  entered_at: string
  entered_by: Signed
  result: { on: string; by: string; text: string; evidence: string[]; late: boolean; entered_at: string; entered_by: Signed } | null
  /** The order upon an instruction; told of one entry, and of those about one alert. */
  order?: { command_id: string; to: string; due_at: string | null; state: 'accepted' | 'applied' | 'refused'; message: string | null; entered_at: string; entered_by: Signed } | null
  /** The closing of that order, with which the instruction is done; told in lists, too. */
  order_closed?: { at: string; by: Signed; why: string; late: boolean } | null
  /** The passage of a bulletin that an instruction is about. */
  passage?: { bulletin: string; text: string } | null
  /** The order upon such an instruction: to whom, until when. */
  assigned?: { to: string; due: string; why: string; at: string; by: Signed } | null
  voided: { why: string; at: string; by: Signed } | null
}

export interface LedgerPage {
  /** The day on which entries stand so. */
  on: string
  tally: Record<LedgerState, number>
  next: string | null
  entries: Entry[]
}

export type Said = Record<string, unknown> & { why: string }

const ADDRESS = '/api/v1/ledger'
const part = encodeURIComponent

export function findEntries({ kind, org, state }: LedgerSearch, cursor: string | null, signal: AbortSignal) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ kind, org_code: org, state, cursor })) if (value) query.set(name, value)
  const text = query.toString()
  return ask<LedgerPage>(text ? `${ADDRESS}?${text}` : ADDRESS, { signal })
}

/** What leaders wrote about an alert. */
export const instructionsAbout = (alert: string, signal: AbortSignal) => ask<LedgerPage>(`${ADDRESS}?kind=instruction&alert_id=${part(alert)}`, { signal })

/** What leaders wrote last. */
export const latestInstructions = (limit: number, signal: AbortSignal) => ask<LedgerPage>(`${ADDRESS}?kind=instruction&limit=${limit}`, { signal })

export const readEntry = (id: string, signal: AbortSignal) => ask<Entry>(`${ADDRESS}/${part(id)}`, { signal })

export const enter = (said: Said, key: string, adminKey: string) => post(ADDRESS, said, key, adminKey)
export const enterResult = (id: string, said: Said, key: string, adminKey: string) => post(`${ADDRESS}/${part(id)}/result`, said, key, adminKey)
export const orderUpon = (id: string, said: Said, key: string, adminKey: string) => post(`${ADDRESS}/${part(id)}/order`, said, key, adminKey)
export const voidEntry = (id: string, said: Said, key: string, adminKey: string) => post(`${ADDRESS}/${part(id)}/void`, said, key, adminKey)

function post(address: string, said: Said, key: string, adminKey: string): Promise<Entry> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  return ask(address, { method: 'POST', headers, body: JSON.stringify({ ...said, key }) })
}
