// The table of a breakdown: its order, where a row leads, and itself as cells for a file.

import type { Cell } from '../components/files'
import { t } from '../words/language'
import type { Metric, Part, Statistics, StatisticsRow } from './api'
import type { Question, RowsQuestion } from './routes'
import type { By } from './words'
import { standingOf } from './values'

/** The rows in the order asked for; what is not told stands last either way, so that nobody is ranked by too little. */
export function sorted(rows: readonly StatisticsRow[], sort: string): StatisticsRow[] {
  if (sort === '') return [...rows]
  const least = sort.startsWith('-')
  const id = least ? sort.slice(1) : sort
  const of = (row: StatisticsRow) => (standingOf(row.values[id]) === 'told' ? (row.values[id]?.value ?? null) : null)
  return [...rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    return least ? x - y : y - x
  })
}

/** What a heading that is pressed asks for: the greatest first, then the least, then as it was. */
export function sortAfter(sort: string, id: string): string {
  if (sort === id) return `-${id}`
  return sort === `-${id}` ? '' : id
}

/** How a column is sorted, for those who hear it. */
export const ariaSort = (sort: string, id: string) => (sort === id ? 'descending' : sort === `-${id}` ? 'ascending' : 'none')

/** What a row of a breakdown narrows to. */
const FIELDS: Partial<Record<By, 'region' | 'org' | 'item' | 'powerType' | 'caseKind' | 'channel'>> = {
  region: 'region',
  org: 'org',
  item: 'item',
  power_type: 'powerType',
  case_kind: 'caseKind',
  channel: 'channel',
}

/** What is asked next, down from county to department to item, and from there to the months of it. */
const NEXT: Partial<Record<By, By>> = { region: 'org', org: 'item', item: 'month', power_type: 'item', case_kind: 'item', channel: 'item' }

/** What lies below a region begins so: 510500 is 5105, 510502 is itself. */
const subtree = (region: string) => region.replace(/(00)+$/, '')

/**
 * Whether a region's row is what happens at a level itself rather than all below it: a city's own offices stand among its counties, by the
 * city's code (`region_key` in services/store/src/metrics). `sight` is the region that whoever asks sees.
 */
export function isOwnLevel({ region }: Question, key: string, sight: string): boolean {
  const [asked, seen] = [subtree(region), subtree(sight)]
  const within = asked.length > seen.length ? asked : seen
  if (within !== '' && subtree(key) === within) return true
  const provinces = within.length > 0 && within.length <= 2
  return !provinces && key.length === 6 && key.endsWith('00')
}

/** The question about what a row holds, broken down further; null where it does not break down. A row without a key is what nobody told. */
export function within(question: Question, row: StatisticsRow, sight = ''): Question | null {
  const { by } = question
  if (row.key === '' || (by === 'region' && isOwnLevel(question, row.key, sight))) return null
  if (by === 'month') return monthly(question, row.key)
  const [field, next] = [FIELDS[by], NEXT[by]]
  return field && next ? { ...question, [field]: row.key, by: next, sort: '' } : null
}

function monthly(question: Question, key: string): Question | null {
  const [, year, month] = /^(\d{4})-(\d\d)/.exec(key) ?? []
  if (!year || !month) return null
  return { ...question, period: { kind: 'month', year: Number(year), part: Number(month) }, by: question.item ? 'office' : question.org ? 'item' : 'org', sort: '' }
}

/** What the things are that a row's numbers count: narrowed as its question is, or by the row's own key. */
export function behind(question: Question, row: StatisticsRow | null, metric: Metric, part: Part, sight = ''): RowsQuestion {
  const { period, region, org, item, powerType, caseKind, channel } = question
  const whole: RowsQuestion = { period, region, org, item, powerType, caseKind, channel, metric: metric.id, part, by: '', key: '' }
  if (!row) return whole
  const month = question.by === 'month' ? monthly(question, row.key) : null
  if (month) return { ...whole, period: month.period }
  const field = FIELDS[question.by]
  const own = question.by === 'region' && isOwnLevel(question, row.key, sight)
  return field && row.key !== '' && !own ? { ...whole, [field]: row.key } : { ...whole, by: question.by, key: row.key }
}

/** A table as cells: a share stays a fraction, and its base and the count it comes from stand in columns of their own. */
export function cellsOf({ rows, total }: Statistics, columns: readonly Metric[], first: string): { head: string[]; shares: boolean[]; body: Cell[][] } {
  const head = [first, t('代码', 'Code')]
  const shares = [false, false]
  for (const metric of columns) {
    const name = t(metric.name, metric.name_en)
    head.push(name)
    shares.push(metric.unit === 'share')
    if (metric.unit !== 'count') {
      head.push(t(`${name}（分子）`, `${name} (counted)`), t(`${name}（基数）`, `${name} (base)`))
      shares.push(false, false)
    }
  }
  const line = (name: string, key: string, values: StatisticsRow['values']): Cell[] => [
    name,
    key,
    ...columns.flatMap((metric) => {
      const value = values[metric.id]
      const shown = value?.hidden ? t('基数不足', 'base too small') : (value?.value ?? null)
      return metric.unit === 'count' ? [shown] : [shown, value?.numerator ?? null, value?.base ?? null]
    }),
  ]
  return { head, shares, body: [...rows.map((row) => line(row.name || row.key, row.key, row.values)), line(t('合计', 'Total'), '', total)] }
}
