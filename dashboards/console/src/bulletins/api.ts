// Bulletins as the API has them (services/api/src/bulletins.rs).

import { ask, download } from '../api/client'

export type BulletinState = 'draft' | 'reviewed' | 'hearing' | 'signed' | 'numbered' | 'published' | 'discarded'
export type BulletinAct = 'edit' | 'review' | 'ask' | 'state' | 'return' | 'sign' | 'number' | 'publish' | 'discard'

export interface Signed {
  person: string
  body: string
  office: string
}

/** A stretch of text; a number has the query it comes from. */
export interface Span {
  text: string
  query?: string
  /** Only in the internal edition. */
  internal?: boolean
}

export type Part =
  | { part: 'heading' | 'note'; text: string }
  | { part: 'paragraph'; spans: Span[]; internal?: boolean }
  | { part: 'table'; table: { title: string; columns: [string, number][]; rows: Span[][] } }
  | { part: 'chart'; chart: { title: string; unit: string; bars: [string, number, Span][] } }

export interface Section {
  id: string
  heading: string
  parts: Part[]
}

export interface BulletinText {
  kind: string
  title: string
  to: string
  /** 抄送. */
  copies?: string
  opening: Span[]
  sections: Section[]
  closing: string
  annexes: { title: string; parts: Part[] }[]
  drafted_on: string
  named: [string, string][]
}

export interface Brief {
  id: string
  kind: 'bulletin' | 'report' | 'correction'
  kind_zh: string
  period: string
  region: string
  title: string
  state: BulletinState
  state_zh: string
  drafted_at: string
  drafted_by: Signed
  as_of: string
  dictionary_version: string
  figures_sha256: string
  /** Of the score sheets kept with it; null: none are. */
  scores_sha256: string | null
  corrects: string | null
  named: { org_code: string; name: string; stated: number }[]
  hearing_until: string | null
  published: { number: string; signed_by: Signed; signed_at: string; published_at: string; sha256: string; corrected_by: string[] } | null
}

export interface Bulletin extends Brief {
  /** Not told to a body that is heard; it reads `passages`. */
  document?: BulletinText
  history?: { act: string; why: string; by: Signed; at: string }[]
  passages?: string[]
}

/** A body's score sheet as it stood. */
export interface Standing {
  model: string
  model_name: string
  period: string
  body: string
  body_name: string
  total: number
  grade: string
  rank: number | null
  ranked: number
}

/** Score sheets as they stood at an instant. */
export interface ScoresAt {
  as_of: string
  sheets: Standing[]
}

/** What is kept: of a bulletin the sheets when it was signed; of a correction those, where they were kept, and the ones of its draft. */
export type KeptScores = ScoresAt | { then: ScoresAt | null; now: ScoresAt }

export type Said = Record<string, unknown> & { why: string }

const ADDRESS = '/api/v1/bulletins'

export const findBulletins = (signal: AbortSignal) => ask<{ bulletins: Brief[] }>(ADDRESS, { signal })
export const readBulletin = (id: string, signal: AbortSignal) => ask<Bulletin>(`${ADDRESS}/${id}`, { signal })
export const readScores = (id: string, signal: AbortSignal) => ask<KeptScores>(`${ADDRESS}/${id}/scores.json`, { signal })
export const draftBulletin = (said: Said, key: string, adminKey: string) => post(ADDRESS, said, key, adminKey)
export const workBulletin = (id: string, act: BulletinAct, said: Said, key: string, adminKey: string) => post(`${ADDRESS}/${id}/${act}`, said, key, adminKey)

function post(address: string, said: Said, key: string, adminKey: string): Promise<Bulletin> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  return ask(address, { method: 'POST', headers, body: JSON.stringify({ ...said, key }) })
}

export const FILES = ['internal.pdf', 'internal.docx', 'internal.xlsx', 'public.pdf', 'public.docx', 'public.xlsx', 'figures.json', 'scores.json'] as const
export type FileName = (typeof FILES)[number]

/** Fetches a file and hands it to the browser under its name. */
export async function take(bulletin: Brief, file: FileName) {
  const address = URL.createObjectURL(await download(`${ADDRESS}/${bulletin.id}/${file}`))
  const link = document.createElement('a')
  link.href = address
  link.download = `${bulletin.title}.${file}`
  link.click()
  // The browser has begun with it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
