// The tiles and the table by body. Every number can be reproduced from the list: a tile or a body pressed is the list's filter.

import { arrange, both, el, placeholder } from './dom.js'
import { count } from './format.js'
import { names } from './platform.js'
import { LEVELS, STATUSES, toReview } from './words.js'

const sum = (rows) => rows.reduce((total, row) => total + row.alerts, 0)

/** What the tiles show, from `/api/v1/counts`. */
export function tilesOf(counts) {
  const standing = counts.alerts.filter((row) => STATUSES[row.status]?.open)
  const by = (status, rows) => sum(rows.filter((row) => row.status === status))
  const level = (code) => {
    const rows = standing.filter((row) => row.level === code)
    const parts = ['issued', 'pending', 'review'].map((status) => [STATUSES[status].zh, by(status, rows)])
    const note = parts.filter(([, n]) => n > 0).map(([zh, n]) => `${zh} ${count(n)}`)
    return { id: code, words: LEVELS[code], value: sum(rows), note: note.join(' · '), filter: { level: code, scope: 'open' } }
  }
  const cancelled = by('cancelled', counts.alerts)
  return [
    { id: 'cases', words: { zh: '在办件', en: 'Open cases' }, value: counts.cases_open, note: `累计 ${count(counts.cases)} 件` },
    level('red'),
    level('yellow'),
    level('notice'),
    {
      id: 'review',
      words: { zh: '待核', en: 'To review' },
      value: sum(counts.alerts.filter(toReview)),
      note: '须由人员判断',
      filter: { scope: 'review' },
    },
    {
      id: 'withdrawn',
      words: { zh: '已撤销', en: 'Withdrawn' },
      value: by('withdrawn', counts.alerts),
      note: cancelled > 0 ? `另有发出前取消 ${count(cancelled)}` : '发出后摘牌',
      filter: { scope: 'withdrawn' },
    },
  ]
}

/** Shows the tiles; `choose(filter)` is called when one is pressed. */
export function showTiles(root, counts, choose) {
  const tiles = tilesOf(counts ?? { alerts: [], by_org: [], cases: 0, cases_open: 0 })
  const make = (tile) => () => {
    const value = counts ? count(tile.value) : '—'
    const inner = [
      el('span', { class: 'tile-label' }, both(tile.words)),
      el('strong', { class: 'tile-value', 'data-value': counts ? tile.value : null }, value),
      el('span', { class: 'tile-note' }, counts ? tile.note : '正在载入'),
    ]
    const attributes = { class: `tile tile-${tile.id}`, 'data-tile': tile.id }
    if (!tile.filter) return el('div', attributes, inner)
    return el('button', { ...attributes, type: 'button', on: { click: () => choose(tile.filter) } }, inner)
  }
  const print = (tile) => `${counts !== null} ${tile.value} ${tile.note}`
  arrange(root, tiles.map((tile) => ({ key: tile.id, print: print(tile), make: make(tile) })))
}

/** Shows the table by body, most red cards first; `choose(code)` is called when a body is pressed. */
export function showBodies(root, counts, chosen, choose) {
  const alone = (state, words) => arrange(root, [{ key: state, make: () => placeholder(state, words) }])
  if (!counts) return alone('waiting', { zh: '正在载入…', en: 'Loading' })
  const bodies = new Map()
  for (const row of counts.by_org) {
    const body = bodies.get(row.org_code) ?? { code: row.org_code, red: 0, yellow: 0, notice: 0, review: 0 }
    body[row.level] += row.alerts
    bodies.set(row.org_code, body)
  }
  if (bodies.size === 0) return alone('empty', { zh: '没有未了结的预警', en: 'No alert stands open' })
  const rows = [...bodies.values()].sort(
    (a, b) => b.red - a.red || b.yellow - a.yellow || b.notice - a.notice || names.org(a.code).localeCompare(names.org(b.code)),
  )
  arrange(root, [{ key: 'table', make: bodiesTable }])
  const line = (body) => ({
    key: body.code,
    print: JSON.stringify([body, names.org(body.code), body.code === chosen]),
    make: () => bodyRow(body, body.code !== null && body.code === chosen, choose),
  })
  arrange(root.querySelector('tbody'), rows.map(line))
}

const COLUMNS = ['red', 'yellow', 'notice', 'review']

function bodiesTable() {
  const column = (level) => el('th', { scope: 'col', class: 'number' }, LEVELS[level].zh)
  const head = el('tr', {}, el('th', { scope: 'col' }, '机构'), COLUMNS.map(column))
  return el('table', { class: 'bodies-table' }, el('thead', {}, head), el('tbody'))
}

function bodyRow(body, pressed, choose) {
  const press = () => choose(pressed ? null : body.code)
  const attributes = { type: 'button', class: 'body-name', 'aria-pressed': String(pressed), on: { click: press } }
  const name = body.code ? el('button', attributes, names.org(body.code)) : names.org(body.code)
  const cell = (level) => el('td', { class: `number ${body[level] > 0 ? `some-${level}` : 'none'}` }, count(body[level]))
  return el('tr', {}, el('th', { scope: 'row' }, name), COLUMNS.map(cell))
}
