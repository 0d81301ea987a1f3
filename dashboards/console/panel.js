// The panel on the right: which alert or case the address names, read, waited for, failed, closed.

import { alertPanel } from './alert-panel.js'
import * as api from './api.js'
import { casePanel } from './case-panel.js'
import { both, el, placeholder } from './dom.js'
import { isCase } from './subject.js'

/** What is told live is archived a little later: after a change the panel is read again with this pause … */
const ASK_AGAIN_MS = 700
/** … which doubles up to this one, … */
const ASK_AGAIN_MAX_MS = 10_000
/** … until it shows what was told, or so many times: about two minutes. */
const ASK_AGAIN = 15
/** What is not there at all is waited for about ten seconds: a link may simply be wrong. */
const ASK_FOR_UNKNOWN = 4
/** So many alerts that were told live are remembered for when they are opened. */
const TOLD_MAX = 500

const ROUTES = [
  {
    pattern: /^#\/alert\/([^/]+)$/,
    words: { zh: '预警', en: 'Alert' },
    read: ([id], signal) => api.alert(id, signal),
    draw: alertPanel,
    concerns: ([id], alert) => alert.alert_id === id,
    alerts: (found) => [found.alert],
  },
  {
    pattern: /^#\/case\/([^/]+)\/([^/]+)$/,
    words: { zh: '办件', en: 'Case' },
    read: ([source, caseNo], signal) => api.caseOf(source, caseNo, signal),
    draw: casePanel,
    concerns: ([source, caseNo], alert) => isCase(alert) && alert.source === source && alert.case_no === caseNo,
    alerts: (found) => found.alerts.map(({ alert }) => alert),
  },
]

function routeOf(hash) {
  for (const route of ROUTES) {
    const found = route.pattern.exec(hash)
    if (found) return { ...route, parts: found.slice(1).map(decoded) }
  }
  return null
}

// A link that was cut off in the middle of a character leads nowhere rather than breaking the page.
function decoded(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The panel in `root`; it follows the address. */
export class Panel {
  #route = null
  #asked = null
  #refresh = null
  #within = 0
  /** What was told live last, by alert, and not yet read: an answer may still be of before. */
  #told = new Map()

  constructor(root) {
    this.root = root
    window.addEventListener('hashchange', () => this.follow())
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#route) this.close()
    })
  }

  close() {
    const [id] = this.#route?.parts ?? []
    location.hash = '#/'
    document.querySelector(`[data-alert="${CSS.escape(id ?? '')}"]`)?.focus()
  }

  /** Shows what the address names. */
  follow() {
    this.#asked?.abort()
    this.#forgetLater()
    const opened = this.#route === null
    this.#route = routeOf(location.hash)
    this.root.hidden = this.#route === null
    document.body.classList.toggle('with-panel', this.#route !== null)
    if (!this.#route) {
      this.#within = 0
      return
    }
    this.#within = opened ? 0 : this.#within + 1
    this.#fill([placeholder('waiting', { zh: `正在载入${this.#route.words.zh}…`, en: 'Loading' })])
    this.root.focus({ preventScroll: true })
    this.#read()
  }

  /** Reads again what is shown if a live change concerns it. */
  take(alert) {
    this.#told.delete(alert.alert_id)
    this.#told.set(alert.alert_id, alert)
    if (this.#told.size > TOLD_MAX) this.#told.delete(this.#told.keys().next().value)
    if (!this.#concerned(alert)) return
    if (this.#refresh === null) this.#readLater(0)
  }

  /** Reads again what is shown. */
  reload() {
    if (this.#route) this.#read()
  }

  #concerned(alert) {
    return this.#route?.concerns(this.#route.parts, alert) ?? false
  }

  #readLater(times) {
    this.#forgetLater()
    this.#refresh = setTimeout(() => this.#read(times), Math.min(ASK_AGAIN_MS * 2 ** times, ASK_AGAIN_MAX_MS))
  }

  #forgetLater() {
    clearTimeout(this.#refresh)
    this.#refresh = null
  }

  async #read(times = 0) {
    const route = this.#route
    this.#forgetLater()
    this.#asked?.abort()
    this.#asked = new AbortController()
    const { signal } = this.#asked
    try {
      const found = await route.read(route.parts, signal)
      if (signal.aborted) return
      const { scrollTop } = this.root
      const unfolded = this.root.querySelector('details')?.open ?? false
      this.#fill(route.draw(found))
      this.root.querySelector('details')?.toggleAttribute('open', unfolded)
      this.root.scrollTop = scrollTop
      if (this.#isBehind(route.alerts(found)) && times < ASK_AGAIN) this.#readLater(times + 1)
    } catch (error) {
      if (signal.aborted) return
      if (error.status === 404 && times < ASK_FOR_UNKNOWN) {
        this.#readLater(times + 1)
        return
      }
      const words = { zh: `${route.words.zh}未能载入：${error.message}`, en: error.en ?? '' }
      this.#fill([placeholder('failed', words, { words: { zh: '重试', en: 'Try again' }, run: () => this.#read() })])
    }
  }

  /** Whether something of what was told live is not in the answer yet. The stream tells of an alert all but its evidence. */
  #isBehind(alerts) {
    for (const alert of alerts) {
      const told = this.#told.get(alert.alert_id)
      if (told && Object.entries(told).every(([name, value]) => JSON.stringify(alert[name]) === JSON.stringify(value))) this.#told.delete(alert.alert_id)
    }
    return [...this.#told.values()].some((alert) => this.#concerned(alert))
  }

  #fill(content) {
    const back =
      this.#within > 0
        ? el('button', { type: 'button', class: 'plain', on: { click: () => history.back() } }, '← 返回')
        : null
    const close = el('button', { type: 'button', class: 'plain close', 'aria-label': '关闭 Close', title: 'Esc', on: { click: () => this.close() } }, '✕')
    this.root.replaceChildren(el('div', { class: 'panel-bar' }, back, el('span', {}, both(this.#route.words)), close), ...content)
  }
}
