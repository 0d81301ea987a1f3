// What was read of samples. It draws nothing.

import { Store } from '../store'
import { type Sample, type WholeSample, readSample, readSamples } from './api'

export interface Read<T> {
  phase: 'waiting' | 'ready' | 'failed'
  failure: Error | null
  value: T | null
}

/** One thing that is read, and read again. */
export class Reader<T, K> {
  readonly state = new Store<Read<T>>({ phase: 'waiting', failure: null, value: null })
  #asked: AbortController | null = null

  constructor(private readonly read: (key: K, signal: AbortSignal) => Promise<T>) {}

  async look(key: K) {
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    this.state.set({ phase: 'waiting', failure: null, value: null })
    try {
      const value = await this.read(key, signal)
      if (!signal.aborted) this.take(value)
    } catch (error) {
      if (!signal.aborted) this.state.set({ phase: 'failed', failure: error instanceof Error ? error : new Error(String(error)), value: null })
    }
  }

  /** What the platform answered to a change. */
  take(value: T) {
    this.state.set({ phase: 'ready', failure: null, value })
  }
}

export const samples = new Reader<{ samples: Sample[] }, void>((_, signal) => readSamples(signal))
export const sample = new Reader<WholeSample, string>(readSample)
