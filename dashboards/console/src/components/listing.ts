// What was found: its pages, one after the other. It draws nothing and speaks to nobody by itself.

import { Store } from '../store'

export interface Listed<Q, P> {
  search: Q
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  /** With the rows of all pages that were read. */
  page: P | null
}

export class Listing<Q, P extends { next: string | null }> {
  readonly state: Store<Listed<Q, P>>
  #asked: AbortController | null = null

  /** `join` puts the rows of a page before those of the next. */
  constructor(
    first: Q,
    private readonly read: (search: Q, cursor: string | null, signal: AbortSignal) => Promise<P>,
    private readonly join: (page: P, next: P) => P,
  ) {
    this.state = new Store<Listed<Q, P>>({ search: first, phase: 'waiting', failure: null, page: null })
  }

  /** Looks for something else, from the first page. */
  look(search: Q) {
    this.state.set({ search, phase: 'waiting', failure: null, page: null })
    return this.more()
  }

  /** Looks once more, where somebody looked: there is something new. */
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
      if (!signal.aborted) this.state.set({ search, phase: 'ready', failure: null, page: page ? this.join(page, next) : next })
    } catch (error) {
      if (!signal.aborted) this.state.set({ search, phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)), page })
    }
  }
}
