// The list that a search found: its pages, one after the other. It draws nothing and speaks to nobody by itself.

import type { CaseBrief, CasePage } from '../api/types'
import { Store } from '../store'
import { type CaseSearch, EVERY_CASE } from './routes'

export interface SearchState {
  search: CaseSearch
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  cases: CaseBrief[]
  next: string | null
}

type Read = (search: CaseSearch, cursor: string | null, signal: AbortSignal) => Promise<CasePage>

export class SearchModel {
  readonly state = new Store<SearchState>({ search: EVERY_CASE, phase: 'waiting', failure: null, cases: [], next: null })
  #asked: AbortController | null = null

  constructor(private readonly read: Read) {}

  /** Looks for something else, from the first page. */
  look(search: CaseSearch) {
    this.state.set({ search, phase: 'waiting', failure: null, cases: [], next: null })
    return this.#ask(null)
  }

  /** Asks for the page after the last row; after a failure for the same once more. */
  more() {
    const { cases, next } = this.state.get()
    return this.#ask(cases.length > 0 ? next : null)
  }

  async #ask(cursor: string | null) {
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    const { search } = this.state.get()
    this.state.set({ ...this.state.get(), phase: 'waiting', failure: null })
    try {
      const page = await this.read(search, cursor, signal)
      if (signal.aborted) return
      const { cases } = this.state.get()
      this.state.set({ search, phase: 'ready', failure: null, cases: cursor ? [...cases, ...page.cases] : page.cases, next: page.next })
    } catch (error) {
      if (signal.aborted) return
      this.state.set({ ...this.state.get(), phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)) })
    }
  }
}
