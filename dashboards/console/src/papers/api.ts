// The register of papers as the API has it (services/api/src/papers.rs).

import { ask, download } from '../api/client'
import type { PapersSearch } from './routes'

export interface Paper {
  id: string
  /** 发文字号. */
  number: string
  kind: string
  title: string
  on: string
  issued_at: string
  issued_by: { person: string; body: string; office: string }
  issuer: string
  to: string
  to_name: string
  alert_id: string
  source: string
  case_no: string
  /** Of the content; it stands on the paper, too. */
  sha256: string
  docx: string
  pdf: string
}

export interface PapersPage {
  total: number
  next: string | null
  /** The kinds that the site issues. */
  kinds: { code: string; title: string }[]
  papers: Paper[]
}

/** What an alert may have, by which decision; with the paper that it has. */
export interface Offer {
  kind: string
  title: string
  occasion: string
  occasion_zh: string
  basis: string
  paper: string | null
}

export interface PapersOfAlert {
  offers: Offer[]
  papers: Paper[]
}

const ADDRESS = '/api/v1/papers'
const ofAlert = (alert: string) => `/api/v1/alerts/${encodeURIComponent(alert)}/papers`

export function findPapers({ kind, year, org }: PapersSearch, cursor: string | null, signal: AbortSignal) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ kind, year, org_code: org, cursor })) if (value) query.set(name, value)
  const text = query.toString()
  return ask<PapersPage>(text ? `${ADDRESS}?${text}` : ADDRESS, { signal })
}

export const papersOf = (alert: string, signal: AbortSignal) => ask<PapersOfAlert>(ofAlert(alert), { signal })

/** Asked for again it is the same paper, so no key is needed. */
export function issue(alert: string, said: { kind: string; basis: string; who?: object }, adminKey: string): Promise<Paper> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  return ask(ofAlert(alert), { method: 'POST', headers, body: JSON.stringify(said) })
}

/** Fetches a paper and hands it to the browser under its name. */
export async function take(paper: Paper, format: 'docx' | 'pdf') {
  const file = URL.createObjectURL(await download(paper[format]))
  const link = document.createElement('a')
  link.href = file
  link.download = `${paper.title}（${paper.number}）.${format}`
  link.click()
  // The browser has begun with it by then.
  setTimeout(() => URL.revokeObjectURL(file), 60_000)
}
