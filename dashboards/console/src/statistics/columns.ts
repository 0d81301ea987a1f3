// Which metrics stand together. A rate of being on time never stands without how much of it was typed in afterwards (domain.md 7.1).

import type { Dictionary, Group, Metric, Statistics } from './api'
import { type By, BY_CODES } from './words'

/** 补录: the share of closed cases that were entered late. */
export const LATE_SHARE = 'late_case_share'

/** What must stand beside a metric, wherever it stands. */
const BESIDE: Record<string, string> = {
  on_time_rate: LATE_SHARE,
  promise_kept_rate: LATE_SHARE,
  early_rate: LATE_SHARE,
  satisfied_rate: 'rating_coverage',
}

/** What must stand beside a metric. */
export const besideOf = (metric: string): string | null => BESIDE[metric] ?? null

/** What the first screen says, in this order. */
export const HEADLINES = ['received', 'closed', 'open', 'on_time_rate', 'overdue_rate', 'median_total_days', 'alerts_net', 'alert_rate', 'orders', 'satisfied_rate'] as const

/** Metrics of steps are told step by step only: a body has no one step. */
const OF_STEPS = 'steps'

export const metricOf = (dictionary: Dictionary, id: string): Metric | null => dictionary.metrics.find((metric) => metric.id === id) ?? null

/** The columns of a group's table by a breakdown: its metrics that have it, each followed by what must stand beside it, none twice. */
export function columnsOf(dictionary: Dictionary, group: Group, by: By): Metric[] {
  const has = (metric: Metric) => metric.by.includes(by) && (metric.over === OF_STEPS) === (by === 'step')
  const own = dictionary.metrics.filter((metric) => metric.group === group && has(metric))
  return withBeside(dictionary, own.map(({ id }) => id)).filter(has)
}

/** By what a group's metrics can be broken down. */
export const bysOf = (dictionary: Dictionary, group: Group): By[] => BY_CODES.filter((by) => columnsOf(dictionary, group, by).length > 0)

/** The metrics with these ids and what must stand beside each of them, right after the first that asks for it. */
export function withBeside(dictionary: Dictionary, ids: readonly string[]): Metric[] {
  const all = new Set<string>()
  for (const id of ids) {
    all.add(id)
    const beside = besideOf(id)
    if (beside) all.add(beside)
  }
  return [...all].map((id) => metricOf(dictionary, id)).filter((metric) => metric !== null)
}

/** Those of the columns that the platform answered: some breakdowns have not all. */
export const answered = (columns: Metric[], { total }: Statistics): Metric[] => columns.filter(({ id }) => Object.hasOwn(total, id))

/** What the charts show: the metric asked for if the table has it, else the first rate, else the first. */
export function charted(columns: Metric[], wanted: string): Metric | null {
  return columns.find(({ id }) => id === wanted) ?? columns.find(({ unit }) => unit === 'share') ?? columns[0] ?? null
}

/** Which part of a metric its own number opens to: what was counted, or where it is no count of things, everything it was taken from. */
export const opensTo = ({ unit }: Metric) => (unit === 'count' || unit === 'share' ? 'numerator' : 'base')
