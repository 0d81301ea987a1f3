// The things behind a number as a table. What is known of each hangs on what it is, so columns are those that some row has.

import { full } from '../format'
import type { Names } from '../api/names'
import { LEVELS, RESULTS, STATUSES, type Words, word } from '../words/codes'
import { say, t } from '../words/language'
import type { CountedRow } from './api'
import { CASE_KINDS, POWER_TYPES } from './words'

/** What is known of a thing, in the order in which it is told; what is not here comes after, by its own name. */
const FIELDS: Record<string, Words> = {
  item_code: { zh: '事项', en: 'Item' },
  item: { zh: '事项', en: 'Item' },
  org_code: { zh: '机构', en: 'Body' },
  org: { zh: '机构', en: 'Body' },
  body: { zh: '机构', en: 'Body' },
  region_code: { zh: '区划', en: 'Region' },
  region: { zh: '区划', en: 'Region' },
  office: { zh: '科室', en: 'Office' },
  handler: { zh: '经办人', en: 'Handler' },
  power_type: { zh: '权力类型', en: 'Category' },
  case_kind: { zh: '办件类型', en: 'Kind of case' },
  level: { zh: '级别', en: 'Level' },
  status: { zh: '状态', en: 'Status' },
  rule: { zh: '规则', en: 'Rule' },
  step: { zh: '环节', en: 'Step' },
  received_at: { zh: '收件', en: 'Received' },
  accepted_at: { zh: '受理', en: 'Accepted' },
  decided_at: { zh: '决定', en: 'Decided' },
  delivered_at: { zh: '送达', en: 'Delivered' },
  closed_at: { zh: '办结', en: 'Closed' },
  ended_at: { zh: '终结', en: 'Ended' },
  ending: { zh: '终结方式', en: 'Ended by' },
  result: { zh: '结果', en: 'Result' },
  due_at: { zh: '期限', en: 'Due' },
  statutory_due_at: { zh: '法定期限', en: 'Due by law' },
  promised_due_at: { zh: '承诺期限', en: 'Due as promised' },
  done_at: { zh: '完成', en: 'Done' },
  raised_at: { zh: '提出', en: 'Raised' },
  issued_at: { zh: '发出', en: 'Issued' },
  withdrawn_at: { zh: '撤销', en: 'Withdrawn' },
  ordered_at: { zh: '督办', en: 'Ordered' },
  answered_at: { zh: '反馈', en: 'Answered' },
  answer_due_at: { zh: '反馈期限', en: 'Answer due' },
  rated_at: { zh: '评价', en: 'Rated' },
  grade: { zh: '满意度', en: 'Grade' },
  on: { zh: '日期', en: 'Day' },
  at: { zh: '时间', en: 'When' },
}

/** What has a place of its own in a row: its number, and where it leads. */
const OWN = new Set(['source', 'case_no', 'alert_id', 'item_name', 'org_name', 'region_name', 'id'])

export interface Column {
  field: string
  name: string
}

/** The columns of these rows: what some row has. Bare objects and lists are no cells. */
export function columnsOfRows(rows: readonly CountedRow[]): Column[] {
  const has = new Set<string>()
  for (const row of rows) for (const [field, value] of Object.entries(row)) if (!OWN.has(field) && isCell(value)) has.add(field)
  const known = Object.keys(FIELDS).filter((field) => has.has(field))
  const others = [...has].filter((field) => !Object.hasOwn(FIELDS, field)).sort()
  return [...known, ...others].map((field) => ({ field, name: say(FIELDS[field] ?? { zh: field }) }))
}

const isCell = (value: unknown) => (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

/** A cell as people read it: names for codes, instants as wall times. */
export function cellText(row: CountedRow, field: string, names: Names): string {
  const value = row[field]
  if (!isCell(value)) return ''
  if (typeof value === 'boolean') return value ? t('是', 'yes') : t('否', 'no')
  const text = String(value)
  const named = (beside: string) => (typeof row[beside] === 'string' && row[beside] !== '' ? row[beside] : '')
  if (INSTANT.test(text)) return full(text)
  switch (field) {
    case 'item':
    case 'item_code':
      return named('item_name') || names.item(text)
    case 'org':
    case 'org_code':
    case 'body':
      return named('org_name') || names.org(text)
    case 'region':
    case 'region_code':
      return named('region_name') || text
    case 'office':
      return names.office(orgOf(row), text)
    case 'handler':
      return names.officer(text)
    case 'step':
      return names.step(text)
    case 'power_type':
      return say(word(POWER_TYPES, text))
    case 'case_kind':
      return say(word(CASE_KINDS, text))
    case 'level':
      return say(word<Words>(LEVELS, text))
    case 'status':
      return say(word<Words>(STATUSES, text))
    case 'result':
      return say(word(RESULTS, text))
    default:
      return text
  }
}

const orgOf = (row: CountedRow) => [row.org_code, row.org, row.body].find((code) => typeof code === 'string') as string | undefined
