// The state of the pages: the list as far as it was read, and the one that is looked at. They draw nothing.

import { Listing } from '../components/listing'
import { Store } from '../store'
import { type WholeVoice, findVoices, readVoice } from './api'
import { EVERY_VOICE, type VoicePlace } from './routes'

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

export const list = new Listing(EVERY_VOICE, findVoices, (page, next) => ({ ...next, complaints: [...page.complaints, ...next.complaints] }))
export const one = new OneVoice(readVoice)
