// What the pages of statistics ask of the platform (services/api/src/statistics).

import { type Query, ask } from '../api/client'
import { queryOf } from '../lists/api'

export type Unit = 'count' | 'share' | 'days' | 'hours' | 'number'
export type Direction = 'higher' | 'lower' | 'none'
export type Group = 'volume' | 'time' | 'procedure' | 'alerts' | 'orders' | 'voices' | 'coverage' | 'truth'

/** 指标: an entry of the dictionary. */
export interface Metric {
  id: string
  name: string
  name_en: string
  group: Group
  definition: string
  definition_en: string
  formula: string
  /** What its base counts. */
  base: string
  unit: Unit
  /** Which way is better. */
  direction: Direction
  pitfalls: string
  pitfalls_en: string
  /** What it counts: cases, alerts, orders … */
  over: string
  /** By what it can be broken down. */
  by: string[]
}

export interface Dictionary {
  version: string | number
  metrics: Metric[]
}

/** A number as the platform has it, with what it is a share of. */
export interface Value {
  /** Null where there is none, or where it is hidden. A share is a fraction. */
  value: number | null
  numerator: number | null
  base: number | null
  /** The base is too small for a rate to be told. */
  hidden: boolean
  previous: Before | null
  last_year: Before | null
}

export interface Before {
  value: number | null
  base: number | null
}

export type Values = Record<string, Value>

export interface StatisticsRow {
  key: string
  name: string
  values: Values
}

export interface Statistics {
  period: { from: string; until: string; label: string; running: boolean }
  /** Until when it counts. */
  as_of: string
  dictionary_version: string | number
  by: string | null
  min_base: number
  rows: StatisticsRow[]
  /** Rows that are not listed. */
  left_off: number
  total: Values
}

/** One thing that a number counts. Items and bodies have no source and no case. */
export interface CountedRow {
  source: string
  case_no: string
  alert_id: string | null
  /** What it is within its case; of an item or a body its code. */
  sub: string
  item_code: string | null
  /** Names. */
  item: string | null
  org_code: string | null
  org: string | null
  region_code: string | null
  step: string | null
  level: string | null
  rule: string | null
  /** How much it adds to the number: 1 where it is counted. */
  amount: number
  /** The instants that count, by name. */
  instants: Record<string, string>
}

export interface CountedRows {
  over: string
  rows: CountedRow[]
  next: string | null
}

export interface ProcessStep {
  step: string
  name: string
  visits: number
  cases: number
  /** Cases that are in it now. */
  open: number
  median_hours: number | null
  p90_hours: number | null
  over_limit: number
}

export interface ProcessFlow {
  from: string
  to: string
  cases: number
  median_hours: number | null
}

export interface Process {
  item_code: string
  /** The id of the flowchart in force. */
  flowchart: string | null
  steps: ProcessStep[]
  flows: ProcessFlow[]
  variants: { steps: string[]; cases: number }[]
}

/** What narrows a question; empty parts narrow nothing. */
export interface Narrowing {
  region: string
  org: string
  item: string
  powerType: string
  caseKind: string
}

const ADDRESS = '/api/v1/statistics'
const narrowed = ({ region, org, item, powerType, caseKind }: Narrowing): Query => ({ region, org, item_code: item, power_type: powerType, case_kind: caseKind })

export const readDictionary = (signal: AbortSignal) => ask<Dictionary>(`${ADDRESS}/metrics`, { signal })

export interface Asked extends Narrowing {
  period: string
  by: string
  metrics: readonly string[]
  compare: boolean
  limit?: number
}

export function readStatistics({ period, by, metrics, compare, limit, ...narrowing }: Asked, signal: AbortSignal) {
  const query = { period, by, metrics: metrics.join(','), ...narrowed(narrowing), compare: compare ? 'true' : '', limit: limit ? String(limit) : '' }
  return ask<Statistics>(ADDRESS + queryOf(query), { signal })
}

export type Part = 'numerator' | 'base'

export interface AskedRows extends Narrowing {
  period: string
  metric: string
  part: Part
  /** Of one row of a breakdown: its key, which may be empty. */
  by: string
  key: string
}

export function readRows({ period, metric, part, by, key, ...narrowing }: AskedRows, after: string | null, limit: number, signal: AbortSignal) {
  const query = queryOf({ metric, part, period, ...narrowed(narrowing), after, limit: String(limit) })
  const row = by && `&${new URLSearchParams({ by, key })}`
  return ask<CountedRows>(`${ADDRESS}/rows${query}${row}`, { signal })
}

export function readProcess(item: string, period: string, region: string, org: string, signal: AbortSignal) {
  return ask<Process>(`${ADDRESS}/process${queryOf({ item_code: item, period, region, org })}`, { signal })
}
