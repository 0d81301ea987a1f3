// What is done to bulletins and by whom, as in services/domain/src/bulletin.rs and services/api/src/people/permissions.rs. The platform decides; this only
// spares a reader what it would refuse.

import type { Names } from '../api/names'
import { type Role, onlyBody } from '../people/roles'
import type { Person, Session } from '../people/session'
import { t } from '../words/language'
import { type Brief, type BulletinAct, type BulletinState, FILES, type FileName, type Signed } from './api'

const READERS: readonly Role[] = ['supervision', 'legal', 'government_services', 'leadership', 'auditor', 'department_supervisor']

export const readsBulletins = ({ phase, person }: Session) => phase === 'off' || (person !== null && person.roles.some((role) => READERS.includes(role)))
export const draftsBulletins = (person: Person | null) => !person || person.roles.includes('supervision')

interface Words {
  zh: string
  en: string
}

export const STATES: Record<BulletinState, Words> = {
  draft: { zh: '草稿', en: 'Draft' },
  reviewed: { zh: '已核稿', en: 'Reviewed' },
  hearing: { zh: '听取意见', en: 'Being heard' },
  signed: { zh: '已签发', en: 'Signed' },
  numbered: { zh: '已编号', en: 'Numbered' },
  published: { zh: '已印发', en: 'Published' },
  discarded: { zh: '作废', en: 'Discarded' },
}

export const ACTS: Record<BulletinAct, Words> = {
  edit: { zh: '修改', en: 'Edit' },
  review: { zh: '核稿', en: 'Review' },
  ask: { zh: '听取意见', en: 'Hear the bodies named' },
  state: { zh: '陈述意见', en: 'State' },
  return: { zh: '退回修改', en: 'Send back' },
  sign: { zh: '签发', en: 'Sign' },
  number: { zh: '填写发文字号', en: 'Enter the number' },
  publish: { zh: '印发', en: 'Publish' },
  discard: { zh: '作废', en: 'Discard' },
}

/** What follows in which state; by which roles. */
const OFFERED: Record<BulletinState, readonly BulletinAct[]> = {
  draft: ['edit', 'review', 'discard'],
  reviewed: ['ask', 'sign', 'return', 'discard'],
  hearing: ['state', 'sign', 'return', 'discard'],
  signed: ['number', 'return', 'discard'],
  numbered: ['publish', 'return', 'discard'],
  published: [],
  discarded: [],
}
const BY: Record<BulletinAct, readonly Role[]> = {
  edit: ['supervision'],
  review: ['supervision', 'legal'],
  ask: ['supervision'],
  state: ['department_supervisor'],
  return: ['supervision', 'legal', 'leadership'],
  sign: ['leadership'],
  number: ['supervision'],
  publish: ['supervision'],
  discard: ['supervision'],
}

/** What somebody may do; where nobody signs in, whoever has the key. */
export const actsOf = (state: BulletinState, person: Person | null, names: boolean): BulletinAct[] =>
  OFFERED[state].filter((act) => (act !== 'ask' || names) && (!person || person.roles.some((role) => BY[act].includes(role))))

/** How the platform itself is named where it did something (`Actor::platform` in services/domain/src/life/record.rs). */
const PLATFORM = 'mingjing'

/** Who did it: a person, or the platform by a plan 编制计划. */
export const doerText = ({ person }: Signed, names: Names) => (person === PLATFORM ? t('平台', 'The platform') : names.officer(person))

/** Whether somebody reads the score sheets kept with a bulletin: whoever sees all of its region, as in services/api/src/bulletins/scores.rs. */
export const seesScores = ({ scores_sha256, region }: Pick<Brief, 'scores_sha256' | 'region'>, person: Person | null) =>
  scores_sha256 !== null && (!person || (onlyBody(person) === null && region.startsWith(person.region.replace(/(00)+$/, ''))))

export const filesOf = (bulletin: Brief, person: Person | null) => FILES.filter((file) => file !== 'scores.json' || seesScores(bulletin, person))

export const FILE_WORDS: Record<FileName, Words> = {
  'internal.pdf': { zh: '内部版 PDF', en: 'Internal PDF' },
  'internal.docx': { zh: '内部版 DOCX', en: 'Internal DOCX' },
  'internal.xlsx': { zh: '内部版 XLSX', en: 'Internal XLSX' },
  'public.pdf': { zh: '公开版 PDF', en: 'Public PDF' },
  'public.docx': { zh: '公开版 DOCX', en: 'Public DOCX' },
  'public.xlsx': { zh: '公开版 XLSX', en: 'Public XLSX' },
  'figures.json': { zh: '数据快照', en: 'Data snapshot' },
  'scores.json': { zh: '评分快照', en: 'Score snapshot' },
}
