// What the page asks of the platform. Each answer is the API's JSON as it is; what goes wrong is an `ApiFailure`.

import { Store } from '../store'
import { attended } from './attended'
import type { AlertFound, AlertPage, CaseFound, Counts, Platform, SourceRow } from './types'

export const PAGE = 50

/** Something wrong in a definition's text; line 0 is the whole of it. */
export interface LineProblem {
  file: string
  line: number
  message: string
}

/** An answer that did not come. `message` is Chinese, `en` English. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    zh: string,
    readonly en: string,
    readonly reason = '',
    /** So many seconds the platform asks to wait. */
    readonly retryAfter: number | null = null,
    /** What is wrong with definitions that were sent, each with its line. */
    readonly problems: readonly LineProblem[] = [],
  ) {
    super(zh)
  }
}

/** Why something failed, in English. */
export const inEnglish = (failure: Error | null) => (failure instanceof ApiFailure ? failure.en : (failure?.message ?? ''))

/** Whether it is only that nobody waits for the answer any more. */
export const isAborted = (error: unknown) => error instanceof DOMException && error.name === 'AbortError'

interface Problem {
  reason?: string
  message_zh?: string
  message_en?: string
  problems?: LineProblem[]
}

/** Nobody is signed in: until somebody is, nothing but the session is asked for. */
export const signedOut = new Store(false)

/** Why the platform lets nobody in who has to do something about it first. */
export type Denial = 'not_signed_in' | 'change_password'

const deniers = new Set<(reason: Denial) => void>()

/** Hears that the session is over, or that a password has to be changed. */
export const onDenied = (listener: (reason: Denial) => void) => deniers.add(listener)

const SESSION = /^\/api\/v1\/session(\/|$)/
const isDenial = (reason: string | undefined): reason is Denial => reason === 'not_signed_in' || reason === 'change_password'

/** Asks; the answer is taken to be what the path is known to give. An answer without a body is undefined. */
export async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  if (signedOut.get() && !SESSION.test(path)) throw new ApiFailure(401, '请先登录', 'Sign in first', 'not_signed_in')
  const response = await answerOf(path, options)
  if (response.status === 204) return undefined as T
  const body = (await response.json().catch(() => null)) as (T & Problem) | null
  if (response.ok && body !== null) return body
  throw failureOf(response, body)
}

/** Asks for a file. */
export async function download(path: string, signal?: AbortSignal): Promise<Blob> {
  const response = await answerOf(path, { signal: signal ?? null })
  if (response.ok) return response.blob()
  throw failureOf(response, (await response.json().catch(() => null)) as Problem | null)
}

async function answerOf(path: string, options: RequestInit): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...(options.headers as Record<string, string>) }
  // Another site's page cannot send it: the platform takes changes from its own pages only.
  if (options.method && options.method !== 'GET') headers['x-requested-with'] = 'mingjing'
  // What the page asks by itself does not keep a session from running out.
  if (!attended()) headers['x-unattended'] = '1'
  try {
    return await fetch(path, { ...options, headers })
  } catch (error) {
    if (isAborted(error)) throw error
    throw new ApiFailure(0, '无法连接平台', 'The platform cannot be reached')
  }
}

function failureOf(response: Response, problem: Problem | null): ApiFailure {
  const { reason, message_zh: zh, message_en: en, problems } = problem ?? {}
  if (isDenial(reason)) deniers.forEach((hear) => hear(reason))
  const wait = Number(response.headers.get('retry-after') ?? NaN)
  return new ApiFailure(
    response.status,
    zh ?? `平台答复 ${response.status}`,
    en ?? `The platform answered ${response.status}`,
    reason,
    Number.isFinite(wait) ? wait : null,
    problems,
  )
}

const get = <T>(path: string, signal?: AbortSignal) => ask<T>(path, { signal: signal ?? null })
const part = encodeURIComponent

export const platform = (signal?: AbortSignal) => get<Platform>('/api/v1/platform', signal)
export const counts = (signal?: AbortSignal) => get<Counts>('/api/v1/counts', signal)
export const sources = (signal?: AbortSignal) => get<{ sources: SourceRow[] }>('/api/v1/sources', signal)
export const alert = (id: string, signal?: AbortSignal) => get<AlertFound>(`/api/v1/alerts/${part(id)}`, signal)
export const caseOf = (source: string, caseNo: string, signal?: AbortSignal) =>
  get<CaseFound>(`/api/v1/cases/${part(source)}/${part(caseNo)}`, signal)

/** The API's parameters; empty ones are left out. */
export type Query = Record<string, string | null | undefined>

/** A page of alerts. */
export function alerts<P = AlertPage>(filter: Query, cursor: string | null, signal?: AbortSignal, limit = PAGE) {
  const given = Object.entries({ ...filter, cursor, limit: String(limit) }).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return get<P>(`/api/v1/alerts?${new URLSearchParams(given)}`, signal)
}
