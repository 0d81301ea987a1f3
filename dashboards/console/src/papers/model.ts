// The register of papers as far as it was read. It draws nothing.

import { Store } from '../store'
import { type PapersPage, findPapers } from './api'
import { ALL_PAPERS, type PapersSearch } from './routes'

export interface ListState {
  search: PapersSearch
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  /** With the papers of all pages that were read. */
  page: PapersPage | null
}

type Read = (search: PapersSearch, cursor: string | null, signal: AbortSignal) => Promise<PapersPage>

export class PaperList {
  readonly state = new Store<ListState>({ search: ALL_PAPERS, phase: 'waiting', failure: null, page: null })
  #asked: AbortController | null = null

  constructor(private readonly read: Read) {}

  /** Looks for something else, from the first page. */
  look(search: PapersSearch) {
    this.state.set({ search, phase: 'waiting', failure: null, page: null })
    return this.more()
  }

  /** Looks once more, where somebody looked: there is one more paper. */
  again() {
    const { search, page } = this.state.get()
    return page === null ? Promise.resolve() : this.look(search)
  }

  /** Asks for the page after the last row; after a failure for the same once more. */
  async more() {
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    const { search, page } = this.state.get()
    this.state.set({ search, phase: 'waiting', failure: null, page })
    try {
      const next = await this.read(search, page?.next ?? null, signal)
      if (signal.aborted) return
      this.state.set({ search, phase: 'ready', failure: null, page: { ...next, papers: [...(page?.papers ?? []), ...next.papers] } })
    } catch (error) {
      if (signal.aborted) return
      this.state.set({ search, phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)), page })
    }
  }
}

export const list = new PaperList(findPapers)
