// What the pages of the register ask of the platform.

import { ask } from '../api/client'
import { type Sending, post } from '../drafts/api'
import { queryOf } from '../lists/api'
import type { Draft } from '../lists/model'
import type { Composed } from './change-model'
import type { BodyRegister, Register } from './model'

/** Every body; with a text or a standing of certificates also who was looked for. Today where the day is empty. */
export const register = (on: string, text: string, certificates: string, signal: AbortSignal) =>
  ask<Register>(`/api/v1/register${queryOf({ on, q: text, certificates })}`, { signal })

/** A body's offices, posts and officers: everyone who is or was there, with how they stand on the day. */
export const bodyRegister = (body: string, on: string, signal: AbortSignal) =>
  ask<BodyRegister>(`/api/v1/register/${encodeURIComponent(body)}${queryOf({ on, everyone: 'true' })}`, { signal })

/** Every change of a body's register, each a draft with its records. */
export const changes = (body: string, signal: AbortSignal) => ask<{ changes: Draft[] }>(`/api/v1/register/${encodeURIComponent(body)}/history`, { signal })

const of = (body: string) => `/api/v1/register/${encodeURIComponent(body)}`

/** What a change would make of the register; nothing is changed by it. */
export const compose = (body: string, change: object) =>
  ask<Composed>(`${of(body)}/change`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) })

/** The body's document with the change in it, and what it was made from. */
export const put = (body: string, text: string, base: string, sending: Sending) => post<Draft>(of(body), { text, base }, sending, 'PUT')
