// Filters that a reader keeps under names, in this browser.

import { Store } from '../store'
import type { Words } from '../words/codes'
import { EVERY_OPEN, type AlertQuery, hashOf, queryOf } from './query'

export interface SavedFilter {
  name: string
  query: AlertQuery
}

/** Those that everybody has. */
export const USUAL: { words: Words; query: AlertQuery }[] = [
  { words: { zh: '未了结', en: 'Open' }, query: EVERY_OPEN },
  { words: { zh: '待核', en: 'To review' }, query: { ...EVERY_OPEN, standing: 'review' } },
  { words: { zh: '红牌', en: 'Red' }, query: { ...EVERY_OPEN, level: ['red'], sort: 'gravest' } },
  { words: { zh: '申诉中', en: 'Appealed' }, query: { ...EVERY_OPEN, standing: 'all', disposition: 'appealed' } },
  { words: { zh: '督办逾期', en: 'Orders overdue' }, query: { ...EVERY_OPEN, standing: 'all', order: 'overdue', sort: 'owed' } },
  { words: { zh: '督办待办结', en: 'Orders to close' }, query: { ...EVERY_OPEN, standing: 'all', order: 'answered' } },
]

/** More are not kept. */
export const SAVED_MAX = 30
export const NAME_MAX = 20

export interface Keeper {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** Whatever lies there, also of an older console: what cannot be read is left out. */
export class SavedFilters {
  readonly all: Store<SavedFilter[]>

  constructor(
    private readonly keeper: Keeper | null,
    private readonly key: string,
  ) {
    this.all = new Store(this.#read())
  }

  /** Keeps it under a name, in place of what had that name. */
  save(name: string, query: AlertQuery) {
    const others = this.all.get().filter((saved) => saved.name !== name)
    this.#keep([...others, { name, query }].slice(-SAVED_MAX))
  }

  remove(name: string) {
    this.#keep(this.all.get().filter((saved) => saved.name !== name))
  }

  #read(): SavedFilter[] {
    try {
      const kept: unknown = JSON.parse(this.keeper?.getItem(this.key) ?? '[]')
      if (!Array.isArray(kept)) return []
      const isEntry = (entry: unknown): entry is { name: string; hash: string } =>
        typeof entry === 'object' && entry !== null && typeof (entry as { name?: unknown }).name === 'string' && typeof (entry as { hash?: unknown }).hash === 'string'
      return kept.filter(isEntry).map(({ name, hash }) => ({ name, query: queryOf(hash) }))
    } catch {
      return []
    }
  }

  #keep(saved: SavedFilter[]) {
    try {
      this.keeper?.setItem(this.key, JSON.stringify(saved.map(({ name, query }) => ({ name, hash: hashOf(query) }))))
    } catch {
      // Where nothing may be kept, they last as long as the page.
    }
    this.all.set(saved)
  }
}
