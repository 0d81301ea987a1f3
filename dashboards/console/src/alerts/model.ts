// The state of the list of alerts, one for the page.

import * as api from '../api/client'
import { clock } from '../api/clock'
import type { Alert } from '../api/types'
import { list, onAlert, panel } from '../board/model'
import { send } from '../dispositions/send'
import { sessionStore } from '../people/session'
import { BulkModel } from './bulk'
import { PAGE_ROWS, PagesModel, type CountedPage } from './pages-model'
import { type AlertQuery, parametersOf } from './query'
import { type Keeper, SavedFilters } from './saved'

/** The offset of the platform's zone, like `+08:00`; China's before it is known. */
export const zone = () => /(Z|[+-]\d\d:\d\d)$/.exec(clock.printed() ?? '')?.[1] ?? '+08:00'

const read = (query: AlertQuery, cursor: string | null, total: boolean, signal: AbortSignal): Promise<CountedPage> =>
  api.alerts({ ...parametersOf(query, zone()), ...(total ? { total: 'true' } : {}) }, cursor, signal, PAGE_ROWS)

export const pages = new PagesModel(read)

/** Live changes come into the list together at most this often: each alone would draw the page once, and a storm would hold it up. */
const SHOW_EVERY_MS = 250
let came = new Map<string, Alert>()
onAlert((alert) => {
  if (came.size === 0) {
    setTimeout(() => {
      const all = came
      came = new Map()
      all.forEach((last) => pages.take(last))
    }, SHOW_EVERY_MS)
  }
  came.set(alert.alert_id, alert)
})

export const bulk = new BulkModel(send, (alert) => {
  pages.take(alert)
  list.take(alert)
  panel.take(alert)
})

function keeper(): Keeper | null {
  try {
    return localStorage
  } catch {
    return null
  }
}

let kept: { account: string; filters: SavedFilters } | null = null

/** Those of who is signed in: one browser may serve several. */
export function savedFilters(): SavedFilters {
  const account = sessionStore.get().person?.account ?? ''
  if (kept?.account !== account) kept = { account, filters: new SavedFilters(keeper(), `mingjing.filters${account && `.${account}`}`) }
  return kept.filters
}
