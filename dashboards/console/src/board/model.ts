// The board's state, one for the page, and how it follows the platform.

import * as api from '../api/client'
import { type Connection, follow } from '../api/live'
import { watchPlatform } from '../api/platform'
import type { Alert, Counts, SourceRow } from '../api/types'
import { casePage, followCase } from '../cases/model'
import { BOARD_HASH, ownDesk, pageOf, placeStore } from '../pages'
import { PanelModel } from '../panel/panel-model'
import { routeOf } from '../panel/routes'
import { seesCases, seesSources, sessionStore } from '../people/session'
import { caseKey } from '../alerts/gravest'
import { Store } from '../store'
import { type Filter, ListModel, SCOPES } from './list-model'

/** What was told just before may not be in an answer yet: then it is read once more. */
const SETTLED_MS = 5000
const SOURCES_EVERY_MS = 15_000

export const connectionStore = new Store<Connection>('connecting')
export const countsStore = new Store<Counts | null>(null)
export const sourcesStore = new Store<SourceRow[] | null>(null)
export const hashStore = new Store(location.hash)
export const panel = new PanelModel()
const asked = ({ level, scope, org, all }: Filter) => ({ ...SCOPES[scope].query, level, org_code: org, top_of_case: all ? null : 'true' })
/** Of one number there is one row of each source's case, and of whatever else bears it: a body, an item. */
const OF_ONE_NUMBER = 20
export const list = new ListModel(
  (filter, cursor, signal) => api.alerts(asked(filter), cursor, signal),
  async (filter, alert, signal) => {
    const { source, case_no } = alert
    const page = await api.alerts({ ...asked(filter), source, case_no }, null, signal, OF_ONE_NUMBER)
    return page.alerts.find((row) => caseKey(row) === caseKey(alert)) ?? null
  },
)

const listeners = new Set<(alert: Alert) => void>()

/** Hears of every alert that changes; for pages that come in parts of their own. */
export function onAlert(listener: (alert: Alert) => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// Counts also come with the stream; until then, and where the stream cannot be had, they are asked for.
async function loadCounts() {
  try {
    countsStore.set(await api.counts())
  } catch {
    // The tiles keep what they showed; the connection says how it stands.
  }
}

async function loadSources() {
  if (!seesSources(sessionStore.get())) return
  try {
    sourcesStore.set((await api.sources()).sources)
  } catch {
    // As above.
  }
}

function load() {
  if (!seesCases(sessionStore.get())) return
  void list.load()
  void loadCounts()
  panel.reload()
  casePage.reload()
}

/** Begins to follow the platform, for as long as the page is open. */
export function start() {
  const moved = () => {
    hashStore.set(location.hash)
    const page = pageOf(location.hash)
    if (page) placeStore.set({ page, hash: location.hash || BOARD_HASH })
    panel.follow(routeOf(location.hash))
    followCase(placeStore.get().hash)
  }
  // Who signed in begins with their own first question.
  const own = sessionStore.get().person && ownDesk(sessionStore.get())
  if (own && location.hash === '') history.replaceState(null, '', own)
  window.addEventListener('hashchange', moved)
  load()
  moved()
  watchPlatform(() => panel.reload())
  void loadSources()
  setInterval(() => void loadSources(), SOURCES_EVERY_MS)
  // Whom no alert is shown, nobody tells of them.
  if (!seesCases(sessionStore.get())) return
  follow({
    state: (state) => connectionStore.set(state),
    counts: (counts) => countsStore.set(counts),
    connected: () => list.recover(),
    // Everything anew, and again when the archive has what happened until now.
    reload: () => {
      load()
      setTimeout(load, SETTLED_MS)
    },
    alert: (alert) => {
      list.take(alert)
      panel.take(alert)
      casePage.take(alert)
      listeners.forEach((hear) => hear(alert))
    },
  })
}
