// What the page asks of the platform. Each answer is the API's JSON as it is; what goes wrong is an `ApiFailure`.

import type { AlertFound, AlertPage, CaseFound, Counts, Platform, SourceRow } from './types'

export const PAGE = 50

/** An answer that did not come. `message` is Chinese, `en` English. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    zh: string,
    readonly en: string,
    readonly reason = '',
  ) {
    super(zh)
  }
}

/** Whether it is only that nobody waits for the answer any more. */
export const isAborted = (error: unknown) => error instanceof DOMException && error.name === 'AbortError'

interface Problem {
  reason?: string
  message_zh?: string
  message_en?: string
}

/** Asks; the answer is taken to be what the path is known to give. */
export async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response
  try {
    response = await fetch(path, { ...options, headers: { accept: 'application/json', ...options.headers } })
  } catch (error) {
    if (isAborted(error)) throw error
    throw new ApiFailure(0, '无法连接平台', 'The platform cannot be reached')
  }
  const body = (await response.json().catch(() => null)) as (T & Problem) | null
  if (response.ok && body !== null) return body
  throw new ApiFailure(
    response.status,
    body?.message_zh ?? `平台答复 ${response.status}`,
    body?.message_en ?? `The platform answered ${response.status}`,
    body?.reason,
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
export function alerts(filter: Query, cursor: string | null, signal?: AbortSignal, limit = PAGE) {
  const given = Object.entries({ ...filter, cursor, limit: String(limit) }).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return get<AlertPage>(`/api/v1/alerts?${new URLSearchParams(given)}`, signal)
}
