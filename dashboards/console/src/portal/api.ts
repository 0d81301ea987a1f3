// What the public page asks. It sends no cookie: nobody is signed in here.

import { useEffect, useState } from 'react'

export interface About {
  watermark: string | null
  progress: boolean
  listed: 'published' | 'in_force'
  /** The newest digest of the log's hash chain. */
  log_digest: { day: string; digest: string } | null
}

export interface Category {
  code: string
  zh: string
}

export interface Brief {
  code: string
  name: string
  power_type: Category
  level: string
  body: string | null
}

export interface Items {
  total: number
  page: number
  pages: number
  items: Brief[]
  power_types: (Category & { items: number })[]
}

export interface Reached {
  name: string
  phone: string | null
  address: string | null
}

export interface Term {
  name: string
  promised: string | null
  statutory: string | null
  basis: string | null
}

export interface Stop {
  name: string
  office: string | null
  phone: string | null
  requirement: string | null
  required: boolean
  no_limit: string | null
  terms: Term[]
  next: string[] | null
}

export interface Chart {
  name: string
  version: string
  effective_from: string
  steps: Stop[]
  terms: Term[]
  procedures: { name: string; effect: string; maximum: string | null; basis: string | null }[]
}

export interface Item {
  code: string
  name: string
  power_type: Category
  level: string
  body: Reached | null
  legal_basis: string[]
  supervision_method: string | null
  effective_from: string
  published: { at: string; places: { place: string; since: string }[] } | null
  materials: { name: string; form: string; required: boolean }[]
  duties: { duty: string; basis: string | null }[]
  flowchart: Chart | null
}

export interface Worded {
  code: string
  zh: string
  en: string
}

export interface Progress {
  case_no: string
  item: { code: string; name: string }
  body: Reached | null
  office: Reached | null
  state: Worded
  step: string | null
  steps: { name: string; from: string; until: string | null }[]
  received_at: string | null
  accepted_at: string | null
  closed_at: string | null
  due_at: string | null
  due_by: 'promised' | 'statutory' | null
  statutory_due_at: string | null
  limit: string | null
  late: { by: 'promised' | 'statutory'; days: number; reason: Worded | null } | null
  pauses: { reason: string; basis: string | null; from: string; until: string | null; planned_until: string | null; days: number; running: boolean }[]
}

/** An answer that did not come, in the words of the platform. */
export class Failure extends Error {
  constructor(
    zh: string,
    readonly en: string,
    readonly status: number,
  ) {
    super(zh)
  }
}

async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response: Response
  try {
    response = await fetch(`/api/public/v1${path}`, { credentials: 'omit', ...options })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Failure('暂时连接不上，请稍后再试', 'The site cannot be reached; please try again shortly', 0)
  }
  const body = (await response.json().catch(() => null)) as (T & { message_zh?: string; message_en?: string }) | null
  if (response.ok && body !== null) return body
  throw new Failure(body?.message_zh ?? `暂时查不到（${response.status}）`, body?.message_en ?? `No answer (${response.status})`, response.status)
}

export const about = (signal: AbortSignal) => ask<About>('/about', { signal })
export const items = (query: URLSearchParams, signal: AbortSignal) => ask<Items>(`/items?${query}`, { signal })
export const item = (code: string, signal: AbortSignal) => ask<Item>(`/items/${encodeURIComponent(code)}`, { signal })
export const progress = (caseNo: string, code: string) => post<Progress>('/progress', { case_no: caseNo, code })

/** What somebody says: about their own case, with its code, or about an item. */
export interface Said {
  key: string
  kind: 'complaint' | 'rating'
  topic?: string
  grade?: number
  text: string
  case_no?: string
  code?: string
  item_code?: string
  anonymous?: boolean
}

export interface Receipt {
  receipt_no: string
  at: string
}

export interface Heard {
  receipt_no: string
  kind: 'complaint' | 'rating'
  state: Worded
  said_at: string
  accepted_at: string | null
  answered_at: string | null
  rectified_at: string | null
}

const post = <T>(path: string, sent: unknown) =>
  ask<T>(path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body: JSON.stringify(sent) })

export const say = (said: Said) => post<Receipt>('/complaints', said)
export const heard = (receiptNo: string) => post<Heard>('/complaints/status', { receipt_no: receiptNo })

/** A key that nobody guesses: said again under it, it is the same. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What is asked for while something is shown: it comes, or why it does not. */
export type Asked<T> = { state: 'waiting' } | { state: 'here'; value: T } | { state: 'failed'; failure: Failure }

/** Asks again whenever `key` changes; what nobody waits for any more is let go. */
export function useAsked<T>(key: string, question: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ state: 'waiting' })
  useEffect(() => {
    const leaving = new AbortController()
    setAsked({ state: 'waiting' })
    question(leaving.signal).then(
      (value) => setAsked({ state: 'here', value }),
      (error: unknown) => {
        if (leaving.signal.aborted) return
        setAsked({ state: 'failed', failure: error instanceof Failure ? error : new Failure('页面出错了', 'The page failed', 0) })
      },
    )
    return () => leaving.abort()
    // The question follows from its key.
  }, [key])
  return asked
}
