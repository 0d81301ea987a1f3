// Statistics in words: groups of metrics, breakdowns, what can be narrowed.

import type { Words } from '../words/codes'
import type { Group } from './api'
import type { PeriodKind } from './period'

export const GROUPS: Record<Group, Words> = {
  volume: { zh: '办件量', en: 'Volume' },
  time: { zh: '时效', en: 'Time' },
  procedure: { zh: '程序', en: 'Procedure' },
  alerts: { zh: '预警', en: 'Alerts' },
  orders: { zh: '督办申诉', en: 'Orders and appeals' },
  voices: { zh: '投诉评价', en: 'Complaints and ratings' },
  coverage: { zh: '运行覆盖', en: 'Coverage' },
  truth: { zh: '数据真实性', en: 'Truth of data' },
  samples: { zh: '抽查', en: 'Samples' },
}
export const GROUP_CODES = Object.keys(GROUPS) as Group[]

export const PERIOD_KINDS: Record<PeriodKind, Words> = {
  month: { zh: '月', en: 'Month' },
  quarter: { zh: '季度', en: 'Quarter' },
  half: { zh: '半年', en: 'Half-year' },
  year: { zh: '年', en: 'Year' },
  range: { zh: '起止日期', en: 'Days' },
}

/** By what the table breaks a question down. Handlers are persons: they are shown of one body at a time, to those who work with persons. */
export const BYS = {
  region: { zh: '区县', en: 'County' },
  org: { zh: '部门', en: 'Body' },
  office: { zh: '科室', en: 'Office' },
  handler: { zh: '经办人', en: 'Handler' },
  item: { zh: '事项', en: 'Item' },
  power_type: { zh: '权力类型', en: 'Category' },
  case_kind: { zh: '办件类型', en: 'Kind of case' },
  channel: { zh: '办理渠道', en: 'Channel' },
  month: { zh: '月份', en: 'Month' },
  step: { zh: '环节', en: 'Step' },
  level: { zh: '预警级别', en: 'Alert level' },
  rule: { zh: '监察规则', en: 'Rule' },
} as const satisfies Record<string, Words>
export type By = keyof typeof BYS
export const BY_CODES = Object.keys(BYS) as By[]

/** 权力类型 (`PowerType` in services/domain). */
export const POWER_TYPES: Record<string, Words> = {
  licence: { zh: '行政许可', en: 'Licence' },
  penalty: { zh: '行政处罚', en: 'Penalty' },
  coercion: { zh: '行政强制', en: 'Coercion' },
  levy: { zh: '行政征收', en: 'Levy' },
  payment: { zh: '行政给付', en: 'Payment' },
  inspection: { zh: '行政检查', en: 'Inspection' },
  confirmation: { zh: '行政确认', en: 'Confirmation' },
  reward: { zh: '行政奖励', en: 'Reward' },
  ruling: { zh: '行政裁决', en: 'Ruling' },
  other: { zh: '其他行政权力', en: 'Other' },
}

/** 办件类型 (`case_kind` of an event in services/domain). */
export const CASE_KINDS: Record<string, Words> = {
  instant: { zh: '即办件', en: 'On the spot' },
  promise: { zh: '承诺件', en: 'Within a promised time' },
  other: { zh: '其他', en: 'Other' },
}

export const UNITS: Record<string, Words> = {
  count: { zh: '件（个）', en: 'count' },
  share: { zh: '比率', en: 'share' },
  days: { zh: '天', en: 'days' },
  hours: { zh: '小时', en: 'hours' },
  number: { zh: '数值', en: 'number' },
}

export const DIRECTIONS: Record<string, Words> = {
  higher: { zh: '越高越好', en: 'higher is better' },
  lower: { zh: '越低越好', en: 'lower is better' },
  none: { zh: '不分好坏', en: 'neither way is better' },
}

/** What is counted. */
export const OVERS: Record<string, Words> = {
  cases: { zh: '办件', en: 'Cases' },
  steps: { zh: '环节', en: 'Steps' },
  alerts: { zh: '预警', en: 'Alerts' },
  orders: { zh: '督办', en: 'Orders' },
  appeals: { zh: '申诉', en: 'Appeals' },
  complaints: { zh: '投诉', en: 'Complaints' },
  ratings: { zh: '评价', en: 'Ratings' },
  items: { zh: '事项', en: 'Items' },
  bodies: { zh: '机构', en: 'Bodies' },
  samples: { zh: '抽查办件', en: 'Sampled cases' },
}
