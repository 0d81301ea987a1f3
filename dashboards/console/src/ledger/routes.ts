// Addresses of the pages of the ledger: the list, which keeps what is looked for, the form that enters something, and one entry.

import { KIND_CODES, type LedgerKind, type LedgerState, STATE_CODES } from './words'

export const LEDGER_HASH = '#/ledger'
const NEW_HASH = '#/ledger/new'

/** What is looked for; empty parts ask for all. */
export interface LedgerSearch {
  kind: '' | LedgerKind
  state: '' | LedgerState
  org: string
}

export const WHOLE_LEDGER: LedgerSearch = { kind: '', state: '', org: '' }

/** What a new entry begins with. */
export interface LedgerDraft {
  org: string
  alert: string
}

export type LedgerPlace = { kind: 'list'; search: LedgerSearch } | { kind: 'new'; draft: LedgerDraft } | { kind: 'one'; id: string }

/** The page that an address names; null where it names none. */
export function ledgerPageOf(hash: string): LedgerPlace | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  if (path === LEDGER_HASH) {
    const kind = KIND_CODES.find((code) => code === read('kind')) ?? ''
    const state = STATE_CODES.find((code) => code === read('state')) ?? ''
    return { kind: 'list', search: { kind, state, org: read('org') } }
  }
  if (path === NEW_HASH) return { kind: 'new', draft: { org: read('org'), alert: read('alert') } }
  const [, id] = /^#\/ledger\/([0-9a-f]+)$/.exec(path) ?? []
  return id === undefined ? null : { kind: 'one', id }
}

export const ledgerHash = (search: LedgerSearch) => LEDGER_HASH + queryOf({ ...search })
export const newEntryHash = (draft: LedgerDraft) => NEW_HASH + queryOf({ ...draft })
export const entryHash = (id: string) => `${LEDGER_HASH}/${id}`

function queryOf(parts: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}
