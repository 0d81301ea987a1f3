// What the platform answers about lists, as services/api/src/lists and services/api/src/life say it.

import type { Level } from '../api/types'

export interface Item {
  code: string
  base_code: string | null
  name: string
  name_en: string | null
  power_type: string
  power_type_zh: string
  level_zh: string
  region: string
  region_name: string | null
  executing_body: string
  executing_body_name: string
  status: 'active' | 'cancelled' | 'transferred'
  status_zh: string
  /** In the list today. */
  listed: boolean
  effective_from: string
  effective_to: string | null
  public: boolean
  legal_basis: string[]
  /** Like `permit@2`. */
  flowchart: string | null
  statutory_zh: string | null
  promised_zh: string | null
  duties: number
  control_points: number
}

export interface ItemPage {
  on: string
  total: number
  by_power_type: { power_type: string; power_type_zh: string; items: number }[]
  items: Item[]
  next: string | null
}

export interface Duty {
  duty: string
  basis: string | null
  body: string
  accountability: string | null
  expectation: { id: string; trigger_zh: string[]; owed_zh: string[]; within_zh: string } | null
}

export interface Point {
  id: string
  name: string
  risk: string | null
  rule: string | null
  rule_name: string | null
  checks: string | null
  level: Level
  level_zh: string
  ladder: { level: Level; level_zh: string; at_zh: string }[]
  confirm: boolean
  limit: string | null
  limit_name: string | null
  legal_basis: string | null
  message: string | null
  remedy: string | null
  condition: string | null
  only_when: string | null
  unless: string[]
  answer_within_zh: string | null
  parameters: { name: string; value: string }[]
}

export interface ChartStep {
  code: string
  name: string
  office_name: string | null
  requirement: string | null
  required: boolean
  repeatable: boolean
  no_limit: string | null
  /** Null: whatever comes. */
  next: string[] | null
  risk_points: { name: string; grade_zh: string; control: string }[]
}

export interface ChartLimit {
  id: string
  name: string
  kind_zh: string
  step_name: string | null
  from_zh: string[]
  to_zh: string[]
  statutory_zh: string | null
  promised_zh: string | null
  at_least_zh: string | null
  own_deadline: string | null
  legal_basis: string | null
  office_name: string | null
}

export interface Chart {
  id: string
  version: string
  name: string
  effective_from: string
  calendar: string
  steps: ChartStep[]
  limits: ChartLimit[]
  special_procedures: { kind: string; name: string; effect_zh: string; maximum_zh: string | null; legal_basis: string | null }[]
  control_points: Point[]
}

/** An item with all that is published about it. */
export interface WholeItem extends Item {
  acting_bodies: { body: string; name: string; ground_zh: string; basis: string | null; from: string | null; until: string | null }[]
  entrusted_bodies: { body: string; name: string }[]
  enforcement_field: string | null
  supervision_method: string | null
  running_cases_zh: string
  transferred_to: string | null
  materials: { name: string; form_zh: string; required: boolean }[]
  responsibilities: Duty[]
  discretion: {
    id: string
    version: string
    name: string | null
    effective_from: string
    legal_basis: string | null
    filed_no: string | null
    acts: { code: string; name: string; legal_basis: string | null; tiers: { code: string; name: string; when: string | null; money_zh: string | null }[] }[]
  } | null
  fees: {
    id: string
    version: string
    name: string | null
    items: { code: string; name: string; basis: string; standard_zh: string; relief: { ground: string; basis: string | null }[] }[]
  } | null
  chart: Chart | null
  chart_versions: { version: string; name: string; effective_from: string }[]
  general_points: Point[]
}

/** The duties of one item. */
export interface ItemDuties {
  item: string
  name: string
  power_type: string
  executing_body: string
  responsibilities: Duty[]
}

export interface Rule {
  id: string
  name: string
  name_en: string
  checks: string
  tier_zh: string
  finding_zh: string
  level: Level
  level_zh: string
  needs: string | null
  legal_basis: { article: string; power_types_zh: string[]; mark: string }[]
  parameters: { name: string; meaning: string; default: string; unit: string; source: string }[]
  evidence: string[]
  remedy: string
  exceptions: { text: string; source: string }[]
}

export interface RuleFamily {
  name: string
  name_en: string
  rules: Rule[]
}

export type DayKind = 'working' | 'make_up' | 'rest' | 'holiday'

export interface CalendarDay {
  date: string
  kind: DayKind
  name?: string
  statutory?: boolean
}

export interface Calendar {
  id: string
  name: string
  time_zone: string
  bases: string[]
  regions: string[]
  plain: boolean
  /** How many flowcharts are counted in it. */
  flowcharts: number
  versions: { version: string; published_at: string; basis: string; years: number[]; local_days: number }[]
}

export interface CalendarYear {
  year: number
  version: string
  /** The notice for it is still to come: days are counted by weekends alone. */
  provisional: boolean
  working_days: number
  days: CalendarDay[]
}

/** One version of a definition. */
export interface Subject {
  kind: string
  id: string
  version: string | null
  name: string
  effective_from: string | null
}

export interface Listed extends Subject {
  in_force: boolean
  superseded_by: string | null
  draft: string | null
}

export interface Role {
  code: string
  name: string
}

export interface Actor {
  person: string
  body: string
  office: string
}

export type DraftState = 'drafting' | 'in_review' | 'returned' | 'approved' | 'publishing' | 'published' | 'retired' | 'withdrawn'

export interface DraftBrief {
  id: string
  kind: string
  kind_zh: string
  subjects: Subject[]
  state: DraftState
  state_zh: string
  drafted_at: string
  drafted_by: Actor
  awaited: Role[]
  due: string | null
  overdue: boolean
  effective_from: string | null
  retired_from: string | null
  published_at: string | null
  version: string | null
  shadow: { since: string; begun_at: string; who: Actor } | null
}

/** One record of a draft's journal. */
export interface DraftRecord {
  at: string
  who: Actor
  why: string
  what: string
}

export type BacktestState = 'running' | 'done' | 'failed' | 'cancelled' | 'cut_off'

/** How many alerts of each kind. */
export interface BacktestTally {
  raised: number
  withdrawn: number
  changed: number
  /** Of those that changed. */
  level_changed: number
  same: number
}

/** One time that the past was judged by a draft. */
export interface BacktestRun {
  run: number
  state: BacktestState
  begun_at: string
  ended_at: string | null
  who: Actor
  why: string
  text_sha256: string
  of_present_text: boolean
  from: string
  to: string
  region: string | null
  /** While it runs. */
  progress?: { cases: number; events: number; of_events: number }
  /** Once it is done. */
  cases?: number
  total?: BacktestTally
  /** Why it found nothing. */
  problem?: string
  cancelled_by?: Actor
  cancelled_why?: string
}

export interface Draft extends DraftBrief {
  text_sha256: string
  changes: string[]
  plan: Role[][]
  questions: { id: string; text: string }[]
  given: { role: Role; who: Actor; verdict: 'agree' | 'object'; at: string; opinion: string; late: boolean }[]
  returned: { by: Role; opinion: string } | null
  notices: { place: string; on: string; who: Actor; at: string }[]
  history: DraftRecord[]
  /** The backtest that tells most about its text; null: none was done. */
  backtest: BacktestRun | null
  /** Why its publication has not been carried out yet. */
  hindered?: { since: string; why: string }
}

export interface Publication {
  draft: string
  kind: string
  kind_zh: string
  subjects: Subject[]
  published_at: string
  effective_from: string | null
  retired_from: string | null
  sha256: string
  version: string | null
  places: { place: string; on: string }[]
  superseded_by: string | null
}
