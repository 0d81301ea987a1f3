// 逐级升级: the ladder on which an order stands that nobody answers, as its alert tells it.

import type { AlertRecord, Evidence } from '../api/types'
import { type Words, limitWords } from '../words/codes'

export type Rung = Extract<Evidence, { kind: 'escalation' }>['rungs'][number]
export type Instance = Rung['before'][number]['instance']

/** Before whom an order is brought (`Instance` in services/domain/src/disposition/escalation.rs). */
export const INSTANCES: Record<Instance, Words> = {
  department_supervisor: { zh: '本部门负责人', en: 'The department’s supervisor' },
  supervision: { zh: '本级监察机关', en: 'The supervision office' },
  supervision_above: { zh: '上级监察机关', en: 'The supervision office above' },
  leadership: { zh: '本级政府分管领导', en: 'The leader in charge' },
}

export interface Ladder {
  rungs: Rung[]
  /** The place of the rung that was reached last; none yet: -1. */
  stands: number
  /** The place of the rung that is reached next as things stand; none: -1. */
  next: number
}

/** The ladder of an alert; none where it tells none. */
export function ladderOf({ evidence, status }: Pick<AlertRecord, 'evidence' | 'status'>): Ladder | null {
  const told = evidence.find((one) => one.kind === 'escalation')
  if (told?.kind !== 'escalation') return null
  return standingOf(told.rungs, status)
}

/** Where an order stands on these rungs. */
export function standingOf(rungs: Rung[], status: AlertRecord['status']): Ladder {
  const at = (place: number) => Date.parse(rungs[place]?.at ?? '')
  const places = rungs.map((_, place) => place).filter((place) => !Number.isNaN(at(place)))
  const reached = places.filter((place) => rungs[place]?.reached)
  // What was answered or taken back is brought before nobody any more.
  const ahead = status === 'issued' ? places.filter((place) => !rungs[place]?.reached) : []
  const last = reached.reduce((found, place) => (found < 0 || at(place) >= at(found) ? place : found), -1)
  const first = ahead.reduce((found, place) => (found < 0 || at(place) < at(found) ? place : found), -1)
  return { rungs, stands: last, next: first }
}

/** When a rung is reached, as the settings have it: `1wd before`, `late`, `5wd`. */
export function dueWords(due: string): Words {
  if (due === 'late') return { zh: '届满未反馈', en: 'Once it is late' }
  const before = due.endsWith(' before')
  const { zh, en } = limitWords(before ? due.slice(0, -' before'.length) : due)
  return before ? { zh: `届满前${zh}`, en: `${en ?? zh} before` } : { zh: `逾期满${zh}`, en: `${en ?? zh} late` }
}
