// Scores in words, and who may do what about them: as in services/api/src/people/permissions.rs and scores/book.rs. The platform decides; this only
// spares a reader what it would refuse.

import type { Role } from '../people/roles'
import type { Person, Session } from '../people/session'
import type { Words } from '../words/codes'
import type { Grade, Line, Mark, MarkState, Model } from './api'

export const GRADES: Record<Grade, Words> = {
  excellent: { zh: '优秀', en: 'Excellent' },
  good: { zh: '良好', en: 'Good' },
  qualified: { zh: '合格', en: 'Qualified' },
  unqualified: { zh: '不合格', en: 'Unqualified' },
}

export const MARK_STATES: Record<MarkState, Words> = {
  counts: { zh: '计分', en: 'Counts' },
  appealed: { zh: '申诉中', en: 'Under appeal' },
  upheld: { zh: '申诉维持', en: 'Upheld' },
  withdrawn: { zh: '申诉撤销', en: 'Withdrawn' },
  voided: { zh: '作废', en: 'Void' },
}

export const SUBJECTS: Record<Model['subject'], Words> = {
  body: { zh: '单位', en: 'Body' },
  office: { zh: '科室', en: 'Office' },
  officer: { zh: '个人', en: 'Officer' },
}

/** Why a sheet has no rank (services/api/src/scores/counted.rs). */
export const UNRANKED: Record<NonNullable<Line['unranked']>, Words> = {
  vertical: { zh: '垂直管理，不与本地区的单位排名', en: 'Led from above its region: not ranked among the region’s bodies' },
  no_class: { zh: '考评办法中没有适用的分组，不排名', en: 'No class of the model fits: no rank' },
  base_small: { zh: '基数太小，不排名', en: 'Base too small for a rank' },
  alone: { zh: '本组没有可比的，不排名', en: 'Nobody to compare with: no rank' },
}

/** What is to be said beside a sheet that has no rank; a small base is told of whatever else keeps it from one, as it bears on the marks. */
export function unranked({ unranked: why, base_small: small }: Pick<Line, 'unranked' | 'base_small'>): Words[] {
  const told = why ? [UNRANKED[why]] : []
  return small && why !== 'base_small' ? [...told, { zh: '基数太小', en: 'Base too small' }] : told
}

const READERS: readonly Role[] = ['supervision', 'legal', 'government_services', 'leadership', 'auditor', 'department_supervisor', 'department_handler']

/** Whether score sheets are shown. */
export const readsScores = ({ phase, person }: Session) => phase === 'off' || (person !== null && person.roles.some((role) => READERS.includes(role)))

/** Whether somebody marks this body: who supervises, and is none of it. */
export const marks = (person: Person | null, body: string) => !person || (person.roles.includes('supervision') && person.body !== body)

/** What somebody may do about a mark, on this day. */
export function actsUpon(mark: Mark, person: Person | null, body: string, today: string): ('appeal' | 'decide' | 'void')[] {
  const open = mark.state === 'counts' || mark.state === 'upheld'
  const own = person?.body === body
  const acts: ('appeal' | 'decide' | 'void')[] = []
  if (mark.state === 'counts' && mark.points < 0 && today <= mark.appeal_until && (!person || (own && person.roles.includes('department_supervisor')))) acts.push('appeal')
  const appellant = mark.after.at(-1)?.by.person
  const biased = person && (person.person === mark.by.person || person.person === appellant || own)
  if (mark.state === 'appealed' && !biased && (!person || person.roles.some((role) => role === 'supervision' || role === 'legal'))) acts.push('decide')
  if (open && (!person || person.person === mark.by.person)) acts.push('void')
  return acts
}

/** Points with their sign, as marks are told. */
export const signed = (points: number) => (points > 0 ? `+${points}` : String(points).replace('-', '−'))
