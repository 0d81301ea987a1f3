// The things behind a number as a table: of all that may be known of one, the columns that some row has.

import type { Names } from '../api/names'
import { full } from '../format'
import { LEVELS, type Words, word } from '../words/codes'
import { say, t } from '../words/language'
import type { CountedRow } from './api'

/** Instants by their names in the platform's answer (services/store/src/metrics/sql), in the order in which things happen. */
const INSTANTS: Record<string, Words> = {
  received_at: { zh: '收件', en: 'Received' },
  opened_at: { zh: '立件', en: 'Opened' },
  accepted_at: { zh: '受理', en: 'Accepted' },
  started_at: { zh: '进入环节', en: 'Entered' },
  raised_at: { zh: '提出', en: 'Raised' },
  issued_at: { zh: '发出', en: 'Issued' },
  breached_at: { zh: '超期', en: 'Breached' },
  ordered_at: { zh: '督办', en: 'Ordered' },
  appealed_at: { zh: '申诉', en: 'Appealed' },
  said_at: { zh: '提出', en: 'Said' },
  due_at: { zh: '期限', en: 'Due' },
  answered_at: { zh: '答复', en: 'Answered' },
  decided_at: { zh: '决定', en: 'Decided' },
  done_at: { zh: '完成', en: 'Done' },
  fell_at: { zh: '免除', en: 'Fell away' },
  ended_at: { zh: '办结（终结）', en: 'Ended' },
  delivered_at: { zh: '送达', en: 'Delivered' },
  withdrawn_at: { zh: '撤销', en: 'Withdrawn' },
  first_case_at: { zh: '首件', en: 'First case' },
  last_case_at: { zh: '末件', en: 'Last case' },
  drawn_at: { zh: '抽取', en: 'Drawn' },
  checked_at: { zh: '检查', en: 'Checked' },
  closed_at: { zh: '抽查办结', en: 'Sample over' },
}

export interface Column {
  name: string
  text: (row: CountedRow, names: Names) => string
}

const FACTS: { words: Words; has: (row: CountedRow) => boolean; text: Column['text'] }[] = [
  { words: { zh: '事项', en: 'Item' }, has: ({ item_code }) => Boolean(item_code), text: ({ item, item_code }, names) => item ?? (item_code ? names.item(item_code) : '') },
  { words: { zh: '机构', en: 'Body' }, has: ({ org_code }) => Boolean(org_code), text: ({ org, org_code }, names) => org ?? (org_code ? names.org(org_code) : '') },
  { words: { zh: '区划', en: 'Region' }, has: ({ region_code }) => Boolean(region_code), text: ({ region_code }) => region_code ?? '' },
  { words: { zh: '环节', en: 'Step' }, has: ({ step }) => Boolean(step), text: ({ step, item_code }, names) => names.step(step, names.tables.item_flowcharts[item_code ?? '']) },
  { words: { zh: '级别', en: 'Level' }, has: ({ level }) => Boolean(level), text: ({ level }) => (level ? say(word<Words>(LEVELS, level)) : '') },
  { words: { zh: '规则', en: 'Rule' }, has: ({ rule }) => Boolean(rule), text: ({ rule }) => rule ?? '' },
  { words: { zh: '计入数值', en: 'Adds' }, has: ({ amount }) => amount !== 1, text: ({ amount }) => String(Math.round(amount * 100) / 100) },
]

/** The columns of these rows. */
export function columnsOfRows(rows: readonly CountedRow[]): Column[] {
  const facts = FACTS.filter(({ has }) => rows.some(has)).map(({ words, text }) => ({ name: say(words), text }))
  const told = new Set(rows.flatMap(({ instants }) => Object.keys(instants)))
  const known = Object.keys(INSTANTS).filter((name) => told.has(name))
  const others = [...told].filter((name) => !Object.hasOwn(INSTANTS, name)).sort()
  const instants = [...known, ...others].map((name): Column => ({ name: say(INSTANTS[name] ?? { zh: name }), text: (row) => (row.instants[name] ? full(row.instants[name]) : '') }))
  return [...facts, ...instants]
}

/** What a row is called: the case's number, or the item or body that it is. */
export function rowTitle(over: string, { case_no, sub, item, org }: CountedRow, names: Names): string {
  if (case_no !== '') return case_no
  if (over === 'items') return item ?? names.item(sub)
  return over === 'bodies' ? (org ?? names.org(sub)) : sub || t('未注明', 'not told')
}
