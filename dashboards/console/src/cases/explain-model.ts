// The explanation that a case's page shows: asked for an instant and a state of knowledge, and asked again when the case changed.

import type { Explanation } from '../api/types'
import { Store } from '../store'
import { type AskedFor, NOW } from './routes'

export interface ExplainState {
  asked: AskedFor
  phase: 'waiting' | 'ready' | 'failed'
  /** What was answered last; while another answer is waited for, it stays. */
  told: Explanation | null
  failure: Error | null
}

type Read = (source: string, caseNo: string, asked: AskedFor, signal: AbortSignal) => Promise<Explanation>

export class ExplainModel {
  readonly state = new Store<ExplainState>({ asked: NOW, phase: 'waiting', told: null, failure: null })
  #running: AbortController | null = null
  #of = ''

  constructor(private readonly read: Read) {}

  /** Asks why a case stands as it does. What is told of another case does not stay. */
  async ask(source: string, caseNo: string, asked: AskedFor) {
    this.#running?.abort()
    this.#running = new AbortController()
    const { signal } = this.#running
    const of = JSON.stringify([source, caseNo])
    const told = of === this.#of ? this.state.get().told : null
    this.#of = of
    this.state.set({ asked, phase: 'waiting', told, failure: null })
    try {
      const explanation = await this.read(source, caseNo, asked, signal)
      if (!signal.aborted) this.state.set({ asked, phase: 'ready', told: explanation, failure: null })
    } catch (error) {
      if (signal.aborted) return
      // An answer to another question would mislead.
      this.state.set({ asked, phase: 'failed', told: null, failure: error instanceof Error ? error : new Error(String(error)) })
    }
  }
}

/** An instant as it was typed (`2026-10-24T00:51`), in the zone that `like` is printed in; one that says its zone stays as it is. */
export function instantOf(typed: string, like: string): string {
  if (typed === '' || /(Z|[+-]\d\d:\d\d)$/.test(typed)) return typed
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(like)?.[0] ?? 'Z'
  return `${typed.length === 16 ? `${typed}:00` : typed}${zone}`
}

/** An instant as a field for date and time holds it. */
export const typedOf = (instant: string) => instant.slice(0, 19)

/** What a field holds; where nobody changed it, the instant it was made of, whose fraction of a second a field does not hold. */
export const kept = (typed: string, asked: string) => (typed === typedOf(asked) ? asked : typed)
