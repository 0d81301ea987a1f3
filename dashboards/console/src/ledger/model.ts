// The ledger as far as it was read, and the entry that is looked at. It draws nothing.

import { Reader } from '../sampling/model'
import { Store } from '../store'
import { type Entry, type LedgerPage, findEntries, readEntry } from './api'
import { type LedgerSearch, WHOLE_LEDGER } from './routes'

export interface ListState {
  search: LedgerSearch
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  /** With the entries of all pages that were read. */
  page: LedgerPage | null
}

type Read = (search: LedgerSearch, cursor: string | null, signal: AbortSignal) => Promise<LedgerPage>

export class EntryList {
  readonly state = new Store<ListState>({ search: WHOLE_LEDGER, phase: 'waiting', failure: null, page: null })
  #asked: AbortController | null = null

  constructor(private readonly read: Read) {}

  /** Looks for something else, from the first page. */
  look(search: LedgerSearch) {
    this.state.set({ search, phase: 'waiting', failure: null, page: null })
    return this.#ask()
  }

  /** Asks for the page after the last row; after a failure for the same once more. */
  more() {
    return this.#ask()
  }

  async #ask() {
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    const { search, page } = this.state.get()
    this.state.set({ search, phase: 'waiting', failure: null, page })
    try {
      const next = await this.read(search, page?.next ?? null, signal)
      if (signal.aborted) return
      this.state.set({ search, phase: 'ready', failure: null, page: { ...next, entries: [...(page?.entries ?? []), ...next.entries] } })
    } catch (error) {
      if (signal.aborted) return
      this.state.set({ search, phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)), page })
    }
  }
}

export const list = new EntryList(findEntries)
export const one = new Reader<Entry, string>(readEntry)
