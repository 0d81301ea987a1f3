// What the pages of drafts ask of the platform, and what they tell it.

import { ask, download } from '../api/client'
import { queryOf } from '../lists/api'
import type { Draft, DraftBrief } from '../lists/model'
import type { Backtests, Check, Picked, Saved, Shadow } from './model'

const part = encodeURIComponent
const of = (id: string) => `/api/v1/drafts/${part(id)}`

export const list = (state: string, kind: string, signal: AbortSignal) => ask<{ drafts: DraftBrief[] }>(`/api/v1/drafts${queryOf({ state, kind })}`, { signal })
export const one = (id: string, signal: AbortSignal) => ask<Draft>(of(id), { signal })
export const check = (id: string, signal: AbortSignal) => ask<Check>(`${of(id)}/check`, { signal })
/** What a draft's shadow found; examples of one control point or body where these are named. */
export const shadow = (id: string, { control_point, org }: Picked, signal: AbortSignal) => ask<Shadow>(`${of(id)}/shadow${queryOf({ control_point, org })}`, { signal })
/** A draft's backtests, and what one of them found: this one, else the one that tells most. */
export const backtests = (id: string, run: number | null, signal: AbortSignal) => ask<Backtests>(`${of(id)}/backtests${queryOf({ run: run === null ? '' : String(run) })}`, { signal })
export const text = async (id: string, signal: AbortSignal) => (await download(`${of(id)}/text`, signal)).text()
export const drawing = async (id: string, signal: AbortSignal) => (await download(`${of(id)}/bpmn`, signal)).text()

/** One version of a definition as it is written. */
export const published = async (kind: string, id: string, version: string, signal: AbortSignal) =>
  (await download(`/api/v1/definitions/${part(kind)}/${part(id)}/text${queryOf({ version })}`, signal)).text()

/** Who says it and why; nobody where somebody signed in: it is they. */
export interface Said {
  who?: { person: string; body: string; office: string }
  why: string
}

/** How a change is sent: the client's key, by which what is sent twice counts once, and the administrator's where the platform wants it. */
export interface Sending {
  said: Said
  key: string
  adminKey: string
}

/** Tells the platform something that is signed. */
export function post<T>(path: string, more: object, { said, key, adminKey }: Sending, method = 'POST'): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  return ask<T>(path, { method, headers, body: JSON.stringify({ ...more, ...said, key }) })
}

export const begin = (words: string, sending: Sending) => post<Draft>('/api/v1/drafts', { text: words }, sending)
export const act = (id: string, name: string, more: object, sending: Sending) => post<Draft>(`${of(id)}/${name}`, more, sending)
export const beginBacktest = (id: string, span: { from: string; to?: string; region?: string }, sending: Sending) => post<Backtests>(`${of(id)}/backtests`, span, sending)
export const cancelBacktest = (id: string, sending: Sending) => post<Backtests>(`${of(id)}/backtests/cancel`, {}, sending)
export const saveDrawing = (id: string, xml: string, sending: Sending) => post<Saved>(`${of(id)}/bpmn`, { xml }, sending)
