// How far bodies have come, as the platform tells it (services/api/src/life/milestones.rs).

import { daysBetween } from '../format'
import type { Actor } from '../lists/model'
import type { Words } from '../words/codes'

export type MilestoneCode = 'reported' | 'reviewed' | 'published' | 'flowchart' | 'control_points' | 'on_platform' | 'responsibility_list'

/** A body at one milestone. */
export interface Milestone {
  milestone: MilestoneCode
  name: string
  due: string | null
  done: boolean
  /** As somebody recorded it; what the definitions show by themselves has no day. */
  done_on: string | null
  /** So many of the body's items have it, of so many; null where that is not counted. */
  items_with: number | null
  items: number | null
  /** Recorded as done, and the definitions say otherwise. */
  contradicted: boolean
  overdue: boolean
}

export type MilestoneAct = { what: 'planned'; due: string } | { what: 'done'; on: string } | { what: 'undone' }

export interface MilestoneRecord {
  at: string
  who: Actor
  why: string
  milestone: MilestoneCode
  act: MilestoneAct
}

export interface BodyMilestones {
  body: string
  milestones: Milestone[]
  history: MilestoneRecord[]
}

export interface Milestones {
  on: string
  bodies: BodyMilestones[]
}

/** In the order of the way. */
export const MILESTONES: Record<MilestoneCode, Words> = {
  reported: { zh: '上报清单', en: 'List reported' },
  reviewed: { zh: '审核清单', en: 'List reviewed' },
  published: { zh: '公布清单', en: 'List published' },
  flowchart: { zh: '编制流程图', en: 'Flowcharts' },
  control_points: { zh: '设置监察点', en: 'Control points' },
  on_platform: { zh: '接入平台', en: 'On the platform' },
  responsibility_list: { zh: '公布责任清单', en: 'Responsibility list' },
}

/** What a reader has to know of it first. */
export type Standing = 'contradicted' | 'late' | 'done' | 'due' | 'open'

export const STANDINGS: Record<Standing, Words> = {
  contradicted: { zh: '登记与定义不符', en: 'Contradicted' },
  late: { zh: '逾期', en: 'Late' },
  done: { zh: '完成', en: 'Done' },
  due: { zh: '待完成', en: 'Due' },
  open: { zh: '未定期限', en: 'No due date' },
}

export function standingOf({ contradicted, overdue, done, due }: Milestone): Standing {
  if (contradicted) return 'contradicted'
  if (overdue) return 'late'
  if (done) return 'done'
  return due ? 'due' : 'open'
}

/** So many days over; 0 where it is not late. */
export const daysLate = ({ overdue, due }: Milestone, on: string) => (overdue && due ? daysBetween(due, on) : 0)

/** So many milestones of a body are late, and so many done. */
export const reached = ({ milestones }: BodyMilestones) => ({
  late: milestones.filter((one) => one.overdue).length,
  done: milestones.filter((one) => one.done).length,
  contradicted: milestones.filter((one) => one.contradicted).length,
})
