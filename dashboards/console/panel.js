// The panel on the right: which alert or case the address names, read, waited for, failed, closed.

import { alertPanel } from './alert-panel.js'
import * as api from './api.js'
import { casePanel } from './case-panel.js'
import { both, el, placeholder } from './dom.js'
import { isCase } from './subject.js'

/** An alert shown live may not be archived yet; so often it is asked for again, with this pause. */
const ASK_AGAIN = 8
const ASK_AGAIN_MS = 700
/** After a live change the archive is given this long before the panel is read again. */
const REFRESH_MS = 1200

const ROUTES = [
  {
    pattern: /^#\/alert\/([^/]+)$/,
    words: { zh: '预警', en: 'Alert' },
    read: ([id], signal) => api.alert(id, signal),
    draw: alertPanel,
    concerns: ([id], alert) => alert.alert_id === id,
  },
  {
    pattern: /^#\/case\/([^/]+)\/([^/]+)$/,
    words: { zh: '办件', en: 'Case' },
    read: ([source, caseNo], signal) => api.caseOf(source, caseNo, signal),
    draw: casePanel,
    concerns: ([source, caseNo], alert) => isCase(alert) && alert.source === source && alert.case_no === caseNo,
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
    clearTimeout(this.#refresh)
    this.#refresh = null
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
    if (!this.#route?.concerns(this.#route.parts, alert)) return
    this.#refresh ??= setTimeout(() => {
      this.#refresh = null
      this.#read()
    }, REFRESH_MS)
  }

  /** Reads again what is shown. */
  reload() {
    if (this.#route) this.#read()
  }

  async #read(again = ASK_AGAIN) {
    const route = this.#route
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
    } catch (error) {
      if (signal.aborted) return
      if (error.status === 404 && again > 0) {
        this.#refresh = setTimeout(() => {
          this.#refresh = null
          this.#read(again - 1)
        }, ASK_AGAIN_MS)
        return
      }
      const words = { zh: `${route.words.zh}未能载入：${error.message}`, en: error.en ?? '' }
      this.#fill([placeholder('failed', words, { words: { zh: '重试', en: 'Try again' }, run: () => this.#read() })])
    }
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
