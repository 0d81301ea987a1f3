// One act upon many alerts with one reason: a command each, each under a key of its own, so that nothing is done twice however often it is
// sent. The platform decides every one by itself.

import { ApiFailure } from '../api/client'
import type { Alert } from '../api/types'
import type { Act } from '../dispositions/act-kinds'
import { newKey, type Said } from '../dispositions/send'
import { Store } from '../store'
import { t } from '../words/language'

/** Acts that make sense with the same reason for many, in the order of work. Terms and appeals are each their own matter. */
export const BULK_ACTS: readonly Act[] = ['confirm', 'dismiss', 'issue', 'hold', 'order', 'close', 'answer', 'appeal']

/** Commands under way at a time. */
const AT_ONCE = 4

/** `refused`: decided so. `failed`: not known, and may be sent again. */
export type ItemState = 'waiting' | 'sending' | 'done' | 'refused' | 'failed'

export interface Item {
  alert: Alert
  key: string
  state: ItemState
  why: string
}

export interface Run {
  act: Act
  items: Item[]
  running: boolean
}

type Send = (alertId: string, act: Act, said: Said, key: string, adminKey: string) => Promise<Alert | null>

export class BulkModel {
  readonly run = new Store<Run | null>(null)
  #said: Said | null = null
  #adminKey = ''
  #stopped = false

  constructor(
    private readonly send: Send,
    private readonly changed: (alert: Alert) => void,
  ) {}

  /** Sends the act for each; resolves when all were answered or it was stopped. */
  start(act: Act, alerts: Alert[], said: Said, adminKey: string) {
    this.#said = said
    this.#adminKey = adminKey
    this.run.set({ act, items: alerts.map((alert) => ({ alert, key: newKey(), state: 'waiting', why: '' })), running: true })
    return this.#work()
  }

  /** Sends those again that were not answered, under the same keys. */
  again() {
    const run = this.run.get()
    if (!run || run.running) return Promise.resolve()
    const waits = (item: Item) => item.state === 'failed' || item.state === 'waiting'
    this.run.set({ ...run, running: true, items: run.items.map((item) => (waits(item) ? { ...item, state: 'waiting', why: '' } : item)) })
    return this.#work()
  }

  /** Sends no more; what is under way is answered. */
  stop() {
    this.#stopped = true
  }

  /** Forgets what was done. */
  end() {
    if (!this.run.get()?.running) this.run.set(null)
  }

  async #work() {
    this.#stopped = false
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#worker()))
    const run = this.run.get()
    if (run) this.run.set({ ...run, running: false })
  }

  async #worker() {
    for (let item = this.#take(); item; item = this.#take()) await this.#one(item)
  }

  #take(): Item | null {
    if (this.#stopped) return null
    const item = this.run.get()?.items.find(({ state }) => state === 'waiting')
    if (item) this.#set(item.key, 'sending', '')
    return item ?? null
  }

  async #one({ alert, key }: Item) {
    const act = this.run.get()?.act
    const said = this.#said
    if (!act || !said) return
    const own = act === 'order' && !said.to ? { ...said, to: alert.responsible_org ?? alert.org_code ?? '' } : said
    if (act === 'order' && !own.to) return this.#set(key, 'refused', t('没有责任机构，须单独督办', 'No body answers for it: order it by itself'))
    try {
      const now = await this.send(alert.alert_id, act, own, key, this.#adminKey)
      this.#set(key, 'done', '')
      if (now) this.changed(now)
    } catch (error) {
      const refused = error instanceof ApiFailure && error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429
      this.#set(key, refused ? 'refused' : 'failed', error instanceof Error ? error.message : String(error))
      // Without a session none of the others will fare better.
      if (error instanceof ApiFailure && error.status === 401) this.#stopped = true
    }
  }

  #set(key: string, state: ItemState, why: string) {
    const run = this.run.get()
    if (run) this.run.set({ ...run, items: run.items.map((item) => (item.key === key ? { ...item, state, why } : item)) })
  }
}

/** How many of a run stand so. */
export function tally(run: Run): Record<ItemState, number> {
  const counts: Record<ItemState, number> = { waiting: 0, sending: 0, done: 0, refused: 0, failed: 0 }
  for (const { state } of run.items) counts[state] += 1
  return counts
}
