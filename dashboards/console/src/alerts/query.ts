// What the list of alerts is asked for, as its address says it and as the API takes it.

import type { Alert, DispositionState, Level, Status } from '../api/types'
import { date } from '../format'
import { DISPOSITIONS, LEVELS, STATUSES, type Words, toReview } from '../words/codes'

/** In which order they come (`AlertSort` in services/store). */
export const SORTS = {
  newest: { zh: '新提出的在前', en: 'Newest first' },
  owed: { zh: '最先到期的在前', en: 'Due first' },
  gravest: { zh: '最重、最久的在前', en: 'Gravest first' },
  appeal: { zh: '申诉先到办理期限的在前', en: 'Appeals due first' },
} as const satisfies Record<string, Words>
export type Sort = keyof typeof SORTS

/** How an order stands that is not closed (`OrderState` in services/store). */
export const ORDER_STATES = {
  unanswered: { zh: '督办未反馈', en: 'Order unanswered' },
  overdue: { zh: '督办逾期未反馈', en: 'Order overdue' },
  extension_asked: { zh: '督办申请延期待答复', en: 'More time asked for' },
  answered: { zh: '督办已反馈待办结', en: 'Order to be closed' },
  to_check: { zh: '整改待验收', en: 'Put right, to be checked' },
} as const satisfies Record<string, Words>
export type OrderState = keyof typeof ORDER_STATES

/** `open`: what still stands; `review`: what a person has to decide. */
export type Standing = 'open' | 'review' | 'all' | Status

export interface AlertQuery {
  standing: Standing
  level: Level[]
  disposition: DispositionState | ''
  order: OrderState | ''
  org: string
  item: string
  rule: string
  source: string
  region: string
  caseNo: string
  /** Of which incident: its id, `any` that is open, or `none`. */
  incident: string
  /** The first and the last day of raising, `2026-11-28`. */
  from: string
  until: string
  sort: Sort
  /** 显示全部: every alert, and not of each case only the gravest. */
  all: boolean
}

export const EVERY_OPEN: AlertQuery = {
  standing: 'open',
  level: [],
  disposition: '',
  order: '',
  org: '',
  item: '',
  rule: '',
  source: '',
  region: '',
  caseNo: '',
  incident: '',
  from: '',
  until: '',
  sort: 'newest',
  all: false,
}

/** The orders by what falls due first: each alert has a term of its own, and a sooner one must not stand behind a graver. */
export const byTerm = ({ sort }: AlertQuery) => sort === 'owed' || sort === 'appeal'

/** Whether every alert is listed. */
export const listsAll = (query: AlertQuery) => query.all || byTerm(query)

/** The whole of a case out of a list that shows its gravest alert. */
export const wholeCaseHash = (query: AlertQuery, { source, case_no }: Alert) => hashOf({ ...query, source, caseNo: case_no, all: true })

export const ALERTS_HASH = '#/alerts'
export const PRINT_HASH = '#/alerts/print'

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
const among = <K extends string>(table: Record<K, unknown>, text: string): K | '' => (Object.hasOwn(table, text) ? (text as K) : '')

/** What an address asks for; what it cannot mean is left out. */
export function queryOf(hash: string): AlertQuery {
  const [, text = ''] = hash.split('?', 2)
  const given = new URLSearchParams(text)
  const read = (name: string) => given.get(name)?.trim() ?? ''
  const standing = read('standing')
  return {
    standing: standing === 'all' || standing === 'review' || Object.hasOwn(STATUSES, standing) ? (standing as Standing) : 'open',
    level: read('level').split(',').map((level) => among(LEVELS, level)).filter((level) => level !== ''),
    disposition: among(DISPOSITIONS, read('disposition')),
    order: among(ORDER_STATES, read('order')),
    org: read('org'),
    item: read('item'),
    rule: read('rule'),
    source: read('source'),
    region: read('region'),
    caseNo: read('case'),
    incident: /^(any|none|[0-9a-f]{1,64})$/.test(read('incident')) ? read('incident') : '',
    from: isDay(read('from')) ? read('from') : '',
    until: isDay(read('until')) ? read('until') : '',
    sort: among(SORTS, read('sort')) || 'newest',
    all: read('all') === '1',
  }
}

/** The address of a list; what is as it is anyhow is left out. */
export function hashOf(query: AlertQuery, page = ALERTS_HASH): string {
  const { standing, level, caseNo, sort, all, ...others } = query
  const told: [string, string][] = [
    ['standing', standing === 'open' ? '' : standing],
    ['level', level.join(',')],
    ...Object.entries(others),
    ['case', caseNo],
    ['sort', sort === 'newest' ? '' : sort],
    ['all', all ? '1' : ''],
  ]
  const text = new URLSearchParams(told.filter(([, value]) => value !== '')).toString()
  return text ? `${page}?${text}` : page
}

/** The API's parameters. `zone` is the platform's offset, like `+08:00`: days are its days. */
export function parametersOf(query: AlertQuery, zone: string): Record<string, string> {
  const { standing, level, disposition, order, org, item, rule, source, region, caseNo, incident, from, until, sort } = query
  const status: Record<string, string> = standing === 'open' ? { open: 'true' } : standing === 'review' ? { to_review: 'true' } : standing === 'all' ? {} : { status: standing }
  const all: Record<string, string> = {
    ...status,
    level: level.join(','),
    disposition,
    order_state: order,
    org_code: org,
    item_code: item,
    rule,
    source,
    region,
    case_no: caseNo,
    incident,
    raised_from: from && `${from}T00:00:00${zone}`,
    raised_before: until && `${dayAfter(until)}T00:00:00${zone}`,
    sort: sort === 'newest' ? '' : sort,
    top_of_case: listsAll(query) ? '' : 'true',
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

function dayAfter(day: string) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

/** Whether an alert that was told live may belong to the list; what only the platform can tell counts as yes. */
export function mayFit(query: AlertQuery, alert: Alert): boolean {
  const { standing, level, disposition, org, item, rule, source, region, caseNo, from, until } = query
  const stands = {
    open: () => STATUSES[alert.status].open,
    review: () => toReview(alert),
    all: () => true,
  }
  const status = standing in stands ? stands[standing as keyof typeof stands]() : alert.status === standing
  const day = date(alert.raised_at)
  return (
    status &&
    (level.length === 0 || level.includes(alert.level)) &&
    (!disposition || alert.disposition?.state === disposition) &&
    (!org || alert.org_code === org) &&
    (!item || alert.item_code === item) &&
    (!rule || alert.rule === rule) &&
    (!source || alert.source === source) &&
    (!region || Boolean(alert.region_code?.startsWith(headOf(region)))) &&
    (!caseNo || alert.case_no === caseNo) &&
    (!from || day >= from) &&
    (!until || day <= until)
  )
}

/** With what the codes begin of a region and of all that lies in it, as the platform narrows lists by it (`subtree` in services/api/src/people/account.rs). */
export function headOf(region: string): string {
  const ends = [2, 4, 6, 9, 12]
  let end = region.length
  for (const [place, next] of [...ends.entries()].slice(1).reverse()) {
    const at = ends[place - 1] as number
    if (next === end && /^0+$/.test(region.slice(at, end))) end = at
  }
  return region.slice(0, end)
}

export const sameQuery = (a: AlertQuery, b: AlertQuery) => hashOf(a) === hashOf(b)

/** How many parts narrow it, besides the standing and the level that are always in sight. */
export function narrowing({ disposition, order, org, item, rule, source, region, caseNo, incident, from, until }: AlertQuery): number {
  return [disposition, order, org, item, rule, source, region, caseNo, incident, from, until].filter(Boolean).length
}
