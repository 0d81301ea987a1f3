// Whom or what an alert is about. Most are about a case; what a periodic inspection found may be about a source, a body, an item, an officer
// or a party, whose key then stands where a case's number would (`Subject` in services/domain/src/command.rs).

import type { Names } from './api/names'
import type { Alert } from './api/types'
import type { Words } from './words/codes'

/** Kinds of subjects. */
export const SUBJECTS: Record<string, Words> = {
  case: { zh: '办件', en: 'Case' },
  source: { zh: '来源系统', en: 'Source' },
  org: { zh: '机构', en: 'Body' },
  item: { zh: '事项', en: 'Power item' },
  officer: { zh: '经办人', en: 'Officer' },
  party: { zh: '当事人', en: 'Party' },
}

/** Characters of a party's keyed hash that are shown: enough to tell two apart. */
const HASH_SHOWN = 12

/** Whether it is about one case, which has a page. */
export const isCase = (alert: Alert) => alert.subject_kind === 'case'

/** Whether a periodic inspection found it. */
export const isInspections = (alert: Alert) => alert.control_point.startsWith('inspection/')

/** Whether it is about an order that was not answered; its step then names the alert that the order is about. */
export const isAboutOrder = (alert: Alert) => alert.control_point === 'disposition/T15'

/** Whether a person raised it; its step then only tells it from others (`MANUAL_POINT` in services/domain). */
export const isManual = (alert: Alert) => alert.control_point === 'disposition/manual'

/** What it is about, by the names that codes have. */
export function subjectText(alert: Alert, names: Names) {
  const [first = '', second, ...rest] = alert.case_no.split('/')
  switch (alert.subject_kind) {
    case 'source':
      return names.source(alert.source)
    case 'org':
      return names.org(alert.case_no)
    case 'item':
      return joined(names.org(first), names.item(second), ...rest)
    case 'officer':
      return joined(names.org(first), names.officer(second), ...rest.map(names.item))
    case 'party':
      return joined(names.org(first), second?.slice(0, HASH_SHOWN))
    default:
      return alert.case_no
  }
}

const joined = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' · ')
