// From what is typed to what the platform takes.

import type { LinkedCase, Said } from './api'
import type { LedgerKind } from './words'

export interface Wanted {
  kind: LedgerKind
  org: string
  officer: string
  on: string
  documentNo: string
  handedTo: string
  facts: string
  legalBasis: string
  present: string
  demand: string
  due: string
  alerts: string
  cases: string
}

/** One a line; empty lines are none. */
export const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** A source and a number a line, with a stroke between them; a number may have more of them. */
export const casesOf = (text: string): LinkedCase[] =>
  linesOf(text).map((line) => {
    const [source = '', ...rest] = line.split('/')
    return { source: source.trim(), case_no: rest.join('/').trim() }
  })

/** Of a lead nothing is demanded, and nothing else is handed over: what was typed before the kind was chosen stays out. */
export function saidOf(wanted: Wanted): Said {
  const said: Said = { why: wanted.facts.trim(), kind: wanted.kind, org_code: wanted.org, on: wanted.on }
  const texts = { officer: wanted.officer, document_no: wanted.documentNo, legal_basis: wanted.legalBasis }
  for (const [field, text] of Object.entries(texts)) if (text.trim()) said[field] = text.trim()
  const lists = { present: linesOf(wanted.present), alerts: linesOf(wanted.alerts), cases: casesOf(wanted.cases) }
  for (const [field, listed] of Object.entries(lists)) if (listed.length > 0) said[field] = listed
  if (wanted.kind === 'clue') return { ...said, handed_to: wanted.handedTo.trim() }
  return { ...said, demand: wanted.demand.trim(), due: wanted.due }
}
