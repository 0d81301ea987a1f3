// The state of the pages: the list as far as it was read, and the one that is looked at. They draw nothing.

import { Store } from '../store'
import { type Voice, type VoicePage, type WholeVoice, findVoices, readVoice } from './api'
import { EVERY_VOICE, type VoicePlace, type VoiceSearch } from './routes'

export interface ListState {
  search: VoiceSearch
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  voices: Voice[]
  next: string | null
}

type Read = (search: VoiceSearch, cursor: string | null, signal: AbortSignal) => Promise<VoicePage>

export class VoiceList {
  readonly state = new Store<ListState>({ search: EVERY_VOICE, phase: 'waiting', failure: null, voices: [], next: null })
  #asked: AbortController | null = null

  constructor(private readonly read: Read) {}

  /** Looks for something else, from the first page. */
  look(search: VoiceSearch) {
    this.state.set({ search, phase: 'waiting', failure: null, voices: [], next: null })
    return this.#ask(null)
  }

  /** Asks for the page after the last row; after a failure for the same once more. */
  more() {
    const { voices, next } = this.state.get()
    return this.#ask(voices.length > 0 ? next : null)
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
      const { voices } = this.state.get()
      this.state.set({ search, phase: 'ready', failure: null, voices: cursor ? [...voices, ...page.complaints] : page.complaints, next: page.next })
    } catch (error) {
      if (signal.aborted) return
      this.state.set({ ...this.state.get(), phase: 'failed', failure: asError(error) })
    }
  }
}

export interface OneState {
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  voice: WholeVoice | null
}

export class OneVoice {
  readonly state = new Store<OneState>({ phase: 'waiting', failure: null, voice: null })
  #asked: AbortController | null = null

  constructor(private readonly read: (place: VoicePlace, signal: AbortSignal) => Promise<WholeVoice>) {}

  /** Reads it; what was shown of it before stays until then. */
  async look(place: VoicePlace, anew = false) {
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    const shown = anew ? this.state.get().voice : null
    this.state.set({ phase: 'waiting', failure: null, voice: shown })
    try {
      const voice = await this.read(place, signal)
      if (!signal.aborted) this.state.set({ phase: 'ready', failure: null, voice })
    } catch (error) {
      if (!signal.aborted) this.state.set({ phase: 'failed', failure: asError(error), voice: shown })
    }
  }
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))

export const list = new VoiceList(findVoices)
export const one = new OneVoice(readVoice)
