// The list of alerts, newest first: filters, pages, and what arrives live.

import * as api from './api.js'
import { arrange, badge, both, el, placeholder } from './dom.js'
import { ago, short } from './format.js'
import { clock, names } from './platform.js'
import { SUBJECTS, isCase, subjectText } from './subject.js'
import { LEVELS, STATUSES, headline, toReview, word } from './words.js'

/** More rows than this are not kept while alerts stream in; then the list begins anew with its first page. */
const ROWS_MAX = 400
/** Live changes are shown together at most this often. */
const SHOW_EVERY_MS = 250

/** Which alerts are asked for, and whether one that arrives live belongs to them. */
export const SCOPES = {
  open: { words: { zh: '只看未了结', en: 'Open' }, query: { open: 'true' }, fits: (a) => STATUSES[a.status]?.open },
  all: { words: { zh: '全部', en: 'All' }, query: {}, fits: () => true },
  review: { words: { zh: '待核', en: 'To review' }, query: { to_review: 'true' }, fits: toReview },
  withdrawn: { words: { zh: '已撤销', en: 'Withdrawn' }, query: { status: 'withdrawn' }, fits: (a) => a.status === 'withdrawn' },
}

/** The list in `root`, its filters in `filtersRoot`. */
export class AlertList {
  filter = { level: null, scope: 'open', org: null }
  #alerts = []
  #next = null
  #state = 'waiting'
  #failure = null
  #changed = new Map()
  #timer = null
  #asked = null

  constructor(root, filtersRoot, onFilter) {
    Object.assign(this, { root, filtersRoot, onFilter })
  }

  /** Takes another filter and begins anew. */
  choose(filter) {
    this.filter = { ...this.filter, ...filter }
    this.onFilter()
    this.root.scrollTop = 0
    return this.load()
  }

  /** Reads the first page. */
  async load() {
    this.#asked?.abort()
    this.#asked = new AbortController()
    this.#state = 'waiting'
    this.show()
    await this.#read(null, this.#asked.signal)
  }

  /** Reads the first page again if that failed before. */
  recover() {
    if (this.#state === 'failed') this.load()
  }

  async #read(cursor, signal) {
    try {
      const { level, org, scope } = this.filter
      const query = { ...SCOPES[scope].query, level, org_code: org }
      const page = await api.alerts(query, cursor, signal)
      const known = new Set(cursor ? this.#alerts.map((a) => a.alert_id) : [])
      const fresh = page.alerts.filter((a) => !known.has(a.alert_id))
      this.#alerts = cursor ? [...this.#alerts, ...fresh] : fresh
      this.#next = page.next
      this.#state = 'ready'
      this.#failure = null
      this.#merge()
    } catch (error) {
      if (error.name === 'AbortError') return
      this.#state = 'failed'
      this.#failure = error
      this.show()
    }
  }

  /** Takes an alert that changed just now. */
  take(change, alert) {
    this.#changed.set(alert.alert_id, alert)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#merge()
    }, SHOW_EVERY_MS)
  }

  #fits(alert) {
    const { level, org, scope } = this.filter
    return SCOPES[scope].fits(alert) && (!level || alert.level === level) && (!org || alert.org_code === org)
  }

  #merge() {
    // What arrives while a page is read is shown on top of it.
    if (this.#state !== 'ready') return
    const changed = this.#changed
    this.#changed = new Map()
    const kept = this.#alerts.map((old) => changed.get(old.alert_id) ?? old)
    const known = new Set(kept.map((a) => a.alert_id))
    // One that is older than the last row belongs to a page that is not read yet.
    const last = this.#next ? this.#alerts.at(-1)?.raised_at : null
    const came = [...changed.values()].filter(
      (a) => !known.has(a.alert_id) && this.#fits(a) && (!last || Date.parse(a.raised_at) >= Date.parse(last)),
    )
    this.#alerts = [...came, ...kept].sort(newestFirst)
    if (this.#alerts.length > ROWS_MAX) {
      this.load()
      return
    }
    this.show(new Set(changed.keys()))
  }

  /** How long ago, in every row, again. */
  tick() {
    const now = clock.now()
    if (now === null) return
    for (const time of this.root.querySelectorAll('time.ago')) time.textContent = age(time.dateTime, now)
  }

  /** Draws everything; rows in `changed` light up. */
  show(changed = new Set()) {
    this.#showFilters()
    this.root.setAttribute('aria-busy', String(this.#state === 'waiting'))
    const alone = (state, words, action) => arrange(this.root, [{ key: state, print: words.zh, make: () => placeholder(state, words, action) }])
    if (this.#state === 'failed') {
      const words = { zh: `预警未能载入：${this.#failure.message}`, en: this.#failure.en }
      return alone('failed', words, { words: { zh: '重试', en: 'Try again' }, run: () => this.load() })
    }
    if (this.#alerts.length === 0) {
      if (this.#state === 'waiting') return alone('waiting', { zh: '正在载入预警…', en: 'Loading alerts' })
      return alone('empty', { zh: '没有符合条件的预警，新的预警会自动出现', en: 'No such alert; new ones appear by themselves' })
    }
    const rows = this.#alerts.map((alert) => ({
      key: alert.alert_id,
      // A page that is read again brings equal alerts as new objects.
      print: JSON.stringify([alert, names.tables.version]),
      make: () => this.#row(alert, changed.has(alert.alert_id)),
    }))
    arrange(this.root, [
      { key: 'head', make: head },
      { key: 'rows', make: () => el('ol', { class: 'alert-rows' }) },
      { key: 'foot', print: this.#next, make: () => this.#foot() },
    ])
    arrange(this.root.querySelector('ol'), rows)
    this.mark()
  }

  #foot() {
    const cursor = this.#next
    if (!cursor) return el('p', { class: 'end' }, '已到最早一条')
    const words = { zh: '更多', en: 'More' }
    return el('button', { type: 'button', class: 'more plain', on: { click: () => this.#read(cursor, this.#asked.signal) } }, both(words))
  }

  #row(alert, fresh) {
    const level = word(LEVELS, alert.level)
    const status = word(STATUSES, alert.status)
    const { name } = headline(alert, names)
    const closed = status.open === false
    const open = () => (location.hash = `#/alert/${encodeURIComponent(alert.alert_id)}`)
    const now = clock.now()
    const subject = subjectText(alert, names)
    const label = `${level.zh}，${name}，${names.org(alert.org_code)}，${word(SUBJECTS, alert.subject_kind ?? 'case').zh} ${subject}，${status.zh}`
    const attributes = {
      type: 'button',
      class: `alert-row${fresh ? ' fresh' : ''}${closed ? ' closed' : ''}`,
      'data-alert': alert.alert_id,
      'data-level': alert.level,
      'data-status': alert.status,
      'aria-label': label,
      on: { click: open },
    }
    return el(
      'li',
      {},
      el(
        'button',
        attributes,
        badge('level', alert.level, level),
        el('span', { class: 'what' }, el('b', {}, name), el('span', { class: 'sub' }, isCase(alert) ? `${subject} · ${names.item(alert.item_code)}` : subject)),
        el('span', { class: 'who' }, names.org(alert.org_code)),
        due(alert),
        badge('status', alert.status, status),
        el('time', { class: 'ago', datetime: alert.raised_at, title: alert.raised_at }, now === null ? '' : age(alert.raised_at, now)),
      ),
    )
  }

  /** Marks the row whose alert is open in the panel. */
  mark() {
    const [, id] = /^#\/alert\/(.+)$/.exec(location.hash) ?? []
    for (const row of this.root.querySelectorAll('.alert-row')) {
      const current = id !== undefined && row.dataset.alert === decodeURIComponent(id)
      if (current) row.setAttribute('aria-current', 'true')
      else row.removeAttribute('aria-current')
    }
  }

  #showFilters() {
    const { level, scope, org } = this.filter
    const button = (on, words, filter, kind = '') =>
      el(
        'button',
        { type: 'button', class: `filter ${kind}`, 'aria-pressed': String(on), title: words.en, on: { click: () => this.choose(filter) } },
        words.zh,
      )
    const levels = [
      button(level === null, { zh: '全部级别', en: 'Every level' }, { level: null }),
      ...Object.entries(LEVELS).map(([code, words]) => button(level === code, words, { level: code }, `filter-${code}`)),
    ]
    const scopes = Object.entries(SCOPES).map(([code, { words }]) => button(scope === code, words, { scope: code }))
    const body =
      org &&
      el(
        'button',
        { type: 'button', class: 'filter chosen-body', 'aria-label': `取消机构筛选 ${names.org(org)}`, on: { click: () => this.choose({ org: null }) } },
        `${names.org(org)} ✕`,
      )
    const groups = () => [
      ...(body ? [body] : []),
      el('div', { class: 'group', role: 'group', 'aria-label': '级别 Level' }, levels),
      el('div', { class: 'group', role: 'group', 'aria-label': '状态 Status' }, scopes),
    ]
    const print = JSON.stringify([this.filter, body && names.org(org)])
    arrange(this.filtersRoot, [{ key: 'filters', print, make: () => el('div', { class: 'filters' }, groups()) }])
  }
}

// The clock shown is a guess between two answers: what was just raised may seem to lie ahead of it.
const age = (raisedAt, now) => ago(raisedAt, Math.max(now, Date.parse(raisedAt)))

const newestFirst = (a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at) || (a.alert_id < b.alert_id ? -1 : 1)

function due(alert) {
  if (alert.breached_at && alert.due_at) return el('span', { class: 'due over' }, el('small', {}, '超期于'), short(alert.breached_at))
  if (alert.breached_at) return el('span', { class: 'due' }, el('small', {}, '发生于'), short(alert.breached_at))
  if (alert.due_at) return el('span', { class: 'due' }, el('small', {}, '期限至'), short(alert.due_at))
  return el('span', { class: 'due' }, el('small', {}, '无期限'))
}

function head() {
  const columns = ['级别', '监察点 / 办件 · 事项', '机构', '期限 / 时间', '状态', '提出']
  return el('div', { class: 'alert-head', 'aria-hidden': 'true' }, columns.map((c) => el('span', {}, c)))
}
