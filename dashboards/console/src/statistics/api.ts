// What the pages of statistics ask of the platform (services/api/src/statistics).

import { type Query, ask } from '../api/client'
import type { Answer } from '../api/types'
import { queryOf } from '../lists/api'

export type Dictionary = Answer<'listMetrics'>
/** 指标: an entry of the dictionary. */
export type Metric = Dictionary['metrics'][number]
export type Unit = Metric['unit']
/** Which way is better. */
export type Direction = Metric['direction']
export type Group = Metric['group']

export type Statistics = Answer<'getStatistics'>
export type StatisticsRow = Statistics['rows'][number]
export type Values = StatisticsRow['values']
/** A number as the platform has it, with what it is a share of. A share is a fraction; null where there is none, or where it is hidden. */
export type Value = Values[string]
/** A number of a period before. */
export type Before = NonNullable<Value['previous']>

export type CountedRows = Answer<'listStatisticsRows'>
/** One thing that a number counts. Items and bodies have no source and no case. */
export type CountedRow = CountedRows['rows'][number]

export type Process = Answer<'getProcess'>
export type ProcessStep = Process['steps'][number]
export type ProcessFlow = Process['flows'][number]

export type Deciders = Answer<'listDeciders'>

/** What narrows a question; empty parts narrow nothing. */
export interface Narrowing {
  region: string
  org: string
  item: string
  powerType: string
  caseKind: string
  channel: string
}

const ADDRESS = '/api/v1/statistics'
const narrowed = ({ region, org, item, powerType, caseKind, channel }: Narrowing): Query => ({ region, org, item_code: item, power_type: powerType, case_kind: caseKind, channel })

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

export function readDeciders(period: string, signal: AbortSignal) {
  return ask<Deciders>(`${ADDRESS}/deciders${queryOf({ period })}`, { signal })
}
