// What somebody is to the platform, and what each may ask: as in services/api/src/people/permissions.rs. The platform decides; this only
// spares a reader what it would refuse.

import type { Act } from '../dispositions/act-kinds'
import type { Words } from '../words/codes'
import { t } from '../words/language'

export const ROLES = {
  supervision: { zh: '监察部门', en: 'Supervision' },
  legal: { zh: '法制部门', en: 'Legal affairs' },
  establishment: { zh: '机构编制部门', en: 'Establishment' },
  government_services: { zh: '政务服务管理部门', en: 'Government services' },
  information_disclosure: { zh: '信息公开部门', en: 'Information disclosure' },
  department_supervisor: { zh: '部门监督员', en: 'Department supervisor' },
  department_handler: { zh: '部门承办人', en: 'Department handler' },
  leadership: { zh: '领导', en: 'Leadership' },
  auditor: { zh: '审计员', en: 'Auditor' },
  administrator: { zh: '系统管理员', en: 'Administrator' },
} as const satisfies Record<string, Words>

export type Role = keyof typeof ROLES

const DEPARTMENT: readonly Role[] = ['department_supervisor', 'department_handler']

/** Who reads alerts and cases. */
const CASES: readonly Role[] = ['supervision', 'legal', 'government_services', 'leadership', ...DEPARTMENT]
/** Who reads what samples came to. */
const SAMPLES: readonly Role[] = ['supervision', 'legal', 'leadership']
/** Who reads the ledger; leads in it are for fewer (ledger/words.ts). */
const LEDGER: readonly Role[] = ['supervision', 'legal', 'leadership', 'auditor', 'department_supervisor']
/** Who reads the register of papers. */
const PAPERS: readonly Role[] = [...CASES, 'auditor']
/** Who reads how complete sources are. */
const SOURCES: readonly Role[] = ['supervision', 'administrator', 'leadership', ...DEPARTMENT]

const has = (roles: readonly Role[], some: readonly Role[]) => roles.some((role) => some.includes(role))

export const readsCases = (roles: readonly Role[]) => has(roles, CASES)
export const readsSamples = (roles: readonly Role[]) => has(roles, SAMPLES)
export const readsLedger = (roles: readonly Role[]) => has(roles, LEDGER)
export const readsPapers = (roles: readonly Role[]) => has(roles, PAPERS)
export const readsSources = (roles: readonly Role[]) => has(roles, SOURCES)

/** The one body whose matters somebody sees (`only_body` in services/api/src/people/account.rs); null: all of their region. */
export const onlyBody = (person: { roles: readonly Role[]; body: string } | null) => (person && has(person.roles, DEPARTMENT) ? person.body : null)

/** Who prints an applicant's slip once more. */
export const printsSlips = (roles: readonly Role[]) => has(roles, DEPARTMENT)

/** Who raises alerts by hand. */
export const raisesAlerts = (roles: readonly Role[]) => roles.includes('supervision')

const DEPARTMENTS_ACTS: readonly Act[] = ['appeal', 'answer', 'report', 'ask_extension', 'rectify']

/** Null where somebody with these roles may do it; else who may. */
export function notTheirs(roles: readonly Role[], act: Act): string | null {
  if (act === 'pass_on') return roles.includes('department_supervisor') ? null : t('由部门监督员办理', 'For the department’s supervisor')
  if (DEPARTMENTS_ACTS.includes(act)) return has(roles, DEPARTMENT) ? null : t('由责任部门办理', 'For the department')
  return roles.includes('supervision') ? null : t('由监察部门办理', 'For the supervisors')
}

/** Whose first question a page answers. */
export const DESKS = {
  department: { zh: '部门承办人', en: 'Department' },
  officer: { zh: '监察人员', en: 'Officer' },
  leader: { zh: '领导', en: 'Leader' },
} as const satisfies Record<string, Words>

export type DeskKind = keyof typeof DESKS

/** The first page of somebody with these roles; none for those who do not work with alerts. */
export function deskOf(roles: readonly Role[]): DeskKind | null {
  if (has(roles, DEPARTMENT)) return 'department'
  if (roles.includes('supervision')) return 'officer'
  if (roles.includes('leadership')) return 'leader'
  return null
}
