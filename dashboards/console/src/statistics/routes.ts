// Addresses of the pages of statistics: each holds the whole question, so that a bulletin, a mail or a colleague can point at a number.

import type { Group, Narrowing, Part } from './api'
import { type Period, periodOf, periodText } from './period'
import { type By, BY_CODES, GROUP_CODES } from './words'

export const STATISTICS_HASH = '#/statistics'
const ROWS_HASH = `${STATISTICS_HASH}/rows`
const METRICS_HASH = `${STATISTICS_HASH}/metrics`
const PROCESS_HASH = `${STATISTICS_HASH}/process`
const DECIDERS_HASH = `${STATISTICS_HASH}/deciders`

/** What the overview is asked. Without a period: the running month. */
export interface Question extends Narrowing {
  period: Period | null
  by: By
  /** Which group of metrics the table shows. */
  group: Group
  /** The metric that the charts show; empty: the group's first. */
  metric: string
  /** The metric that the table is sorted by, the greatest first, or with a `-` before it the least; empty: as the platform has it. */
  sort: string
}

/** Which rows behind a number. */
export interface RowsQuestion extends Narrowing {
  period: Period | null
  metric: string
  part: Part
  /** Of one row of a breakdown that nothing else narrows to: its key, which may be empty. */
  by: By | ''
  key: string
}

export interface ProcessQuestion {
  item: string
  period: Period | null
  region: string
  org: string
}

export type StatisticsPage =
  | { kind: 'overview'; question: Question }
  | { kind: 'rows'; question: RowsQuestion }
  | { kind: 'metrics'; text: string; metric: string }
  | { kind: 'process'; question: ProcessQuestion }
  | { kind: 'deciders'; question: { period: Period | null } }

export const EVERYWHERE: Narrowing = { region: '', org: '', item: '', powerType: '', caseKind: '', channel: '' }
export const FIRST_QUESTION: Question = { ...EVERYWHERE, period: null, by: 'org', group: 'time', metric: '', sort: '' }

/** The page that an address names; null where it names none. What an address cannot mean is left out. */
export function statisticsPageOf(hash: string): StatisticsPage | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name)?.trim() ?? ''
  const narrowing = () => ({ region: read('region'), org: read('org'), item: read('item'), powerType: read('power_type'), caseKind: read('case_kind'), channel: read('channel') })
  const period = () => periodOf(read('period'))
  switch (path) {
    case STATISTICS_HASH:
      return {
        kind: 'overview',
        question: {
          ...narrowing(),
          period: period(),
          by: BY_CODES.find((by) => by === read('by')) ?? FIRST_QUESTION.by,
          group: GROUP_CODES.find((group) => group === read('group')) ?? FIRST_QUESTION.group,
          metric: metricId(read('metric')),
          sort: /^-?[a-z0-9_]{1,60}$/.test(read('sort')) ? read('sort') : '',
        },
      }
    case ROWS_HASH: {
      const metric = metricId(read('metric'))
      return metric === '' ? null : { kind: 'rows', question: { ...narrowing(), period: period(), metric, part: read('part') === 'base' ? 'base' : 'numerator', by: BY_CODES.find((by) => by === read('by')) ?? '', key: read('key') } }
    }
    case METRICS_HASH:
      return { kind: 'metrics', text: read('q'), metric: metricId(read('metric')) }
    case PROCESS_HASH:
      return { kind: 'process', question: { item: read('item'), period: period(), region: read('region'), org: read('org') } }
    case DECIDERS_HASH:
      return { kind: 'deciders', question: { period: period() } }
  }
  return null
}

/** The address of a page; what is as it is anyhow is left out. */
export function statisticsHash(page: StatisticsPage): string {
  switch (page.kind) {
    case 'overview': {
      const { by, group, metric, sort } = page.question
      return STATISTICS_HASH + queryOf({ ...parts(page.question), by: by === FIRST_QUESTION.by ? '' : by, group: group === FIRST_QUESTION.group ? '' : group, metric, sort })
    }
    case 'rows':
      return ROWS_HASH + queryOf({ metric: page.question.metric, part: page.question.part, ...parts(page.question), by: page.question.by, key: page.question.key })
    case 'metrics':
      return METRICS_HASH + queryOf({ q: page.text, metric: page.metric })
    case 'process': {
      const { item, period, region, org } = page.question
      return PROCESS_HASH + queryOf({ item, period: period ? periodText(period) : '', region, org })
    }
    case 'deciders':
      return DECIDERS_HASH + queryOf({ period: page.question.period ? periodText(page.question.period) : '' })
  }
}

export const questionHash = (question: Question) => statisticsHash({ kind: 'overview', question })
export const rowsHash = (question: RowsQuestion) => statisticsHash({ kind: 'rows', question })
export const metricHash = (metric: string) => statisticsHash({ kind: 'metrics', text: '', metric })
export const decidersHash = (period: Period) => statisticsHash({ kind: 'deciders', question: { period } })
export const processHash = (question: ProcessQuestion) => statisticsHash({ kind: 'process', question })

const parts = ({ period, region, org, item, powerType, caseKind, channel }: Narrowing & { period: Period | null }) => ({
  period: period ? periodText(period) : '',
  region,
  org,
  item,
  power_type: powerType,
  case_kind: caseKind,
  channel,
})

const metricId = (text: string) => (/^[a-z0-9_]{1,60}$/.test(text) ? text : '')

function queryOf(all: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(all).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}
