// What the platform answers about drafts beside what lists/model.ts has, as services/api/src/life says it.

import type { Alert, Level } from '../api/types'
import type { LineProblem } from '../api/client'
import type { BacktestRun, BacktestTally, Draft, DraftBrief } from '../lists/model'

/** Something of a drawing that is not enforced as drawn. */
export interface DrawingNote {
  element: string
  id: string | null
  name: string | null
  coverage: 'partly' | 'not_enforced' | 'kept'
  coverage_zh: string
  meaning_zh: string
  meaning_en: string
}

export interface Saved {
  draft: Draft
  /** The drawing said what the text says already: only shapes were moved. */
  unchanged: boolean
  notes: DrawingNote[]
}

export interface Refusal {
  reason: string
  field: string
  message: string
  remedy: string
}

/** What would keep a draft from being sent to its reviewers. */
export interface Check {
  problems: LineProblem[]
  refusals: Refusal[]
}

export interface Tally {
  raised: number
  withdrawn: number
  changed: number
  same: number
}

export interface Difference {
  difference: 'raised' | 'withdrawn' | 'changed'
  control_point: string
  org: string
  source: string
  case_no: string
  step: string
  visit: number
  was: { alert: Alert } | null
  would: { alert: Alert } | null
}

export interface ShadowOutcome {
  since: string
  judged_at: string
  in_force_from: string
  definitions_version: string
  cases: number
  events: number
  cases_left_out: number
  total: Tally
  by_control_point: { control_point: string; name: string; tally: Tally }[]
  by_org: { org: string; tally: Tally }[]
  differences: Difference[]
}

export type { BacktestTally }

/** What is said of a case. */
export interface BacktestStands {
  level: Level
  due_at: string | null
  completed_at: string | null
}

export interface BacktestExample {
  difference: Difference['difference']
  control_point: string
  source: string
  case_no: string
  step: string
  visit: number
  was: BacktestStands | null
  would: BacktestStands | null
}

/** What a backtest found. What is not told is counted. */
export interface BacktestFound {
  cases: number
  events: number
  cases_left_out: number
  unjudged_conditions: number
  total: BacktestTally
  level_changes: { was: Level; would: Level; alerts: number }[]
  by_control_point: { control_point: string; name: string; rule: string; tally: BacktestTally }[]
  control_points_left_out: number
  by_item: { item_code: string; tally: BacktestTally }[]
  items_left_out: number
  examples: BacktestExample[]
  examples_left_out: number
}

/** Newest first. */
export interface Backtests {
  runs: BacktestRun[]
  shown: number | null
  found: BacktestFound | null
}

/** Of what examples are looked at; empty parts: of all. */
export interface Picked {
  control_point: string
  org: string
}

export interface Shadow {
  draft: DraftBrief
  outcome: ShadowOutcome | null
  problem: { at: string; message: string } | null
}
