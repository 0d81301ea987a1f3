// Incidents in words, and who may do what with them: as in services/api/src/people/permissions.rs. The platform decides; this only spares a
// reader what it would refuse.

import type { Act } from '../dispositions/act-kinds'
import { notTheirs } from '../people/roles'
import type { Person } from '../people/session'
import type { Words } from '../words/codes'

export const CAUSES = {
  source_down: { zh: '断报', en: 'Source silent' },
  source_late: { zh: '迟报补录', en: 'Fed late or in bulk' },
  fault: { zh: '定义或者规则有误', en: 'Definition or rule at fault' },
  matter: { zh: '一事多警', en: 'One case, several findings' },
  other: { zh: '其他', en: 'Other' },
} as const satisfies Record<string, Words>
export type CauseKind = keyof typeof CAUSES
export const CAUSE_CODES = Object.keys(CAUSES) as CauseKind[]

export const STATES = {
  open: { zh: '未结', en: 'Open' },
  closed: { zh: '已结论', en: 'Concluded' },
} as const satisfies Record<string, Words>
export type IncidentState = keyof typeof STATES
export const STATE_CODES = Object.keys(STATES) as IncidentState[]

export const COURSE = {
  open: { zh: '立项', en: 'Opened' },
  add: { zh: '并入预警', en: 'Alerts added' },
  remove: { zh: '移出预警', en: 'Alerts taken out' },
  state: { zh: '情况说明', en: 'Stated' },
  span: { zh: '起止时间', en: 'Since and until when' },
  begin: { zh: '统一处置', en: 'One act for all' },
  halt: { zh: '中止统一处置', en: 'Act halted' },
  close: { zh: '作出结论', en: 'Concluded' },
} as const satisfies Record<string, Words>

export const PROGRESS = {
  under_way: { zh: '未办完', en: 'Under way' },
  done: { zh: '已办完', en: 'Done' },
  halted: { zh: '已中止', en: 'Halted' },
} as const satisfies Record<string, Words>

/** Acts that can be done upon all, in the order of work (`ACTS_UPON_ALL` in services/domain). */
const UPON_ALL: readonly Act[] = ['confirm', 'dismiss', 'issue', 'hold', 'order', 'answer', 'close']

/** Those that somebody may do. */
export const actsUponAll = (person: Person | null) => UPON_ALL.filter((act) => !person || notTheirs(person.roles, act) === null)

/** Whether somebody opens incidents, adds to them and concludes them. */
export const leadsIncidents = (person: Person | null) => !person || person.roles.includes('supervision')

/** Whether somebody states something about one. */
export const statesSomething = (person: Person | null) => !person || person.roles.some((role) => role === 'supervision' || role === 'legal' || role === 'department_supervisor')
