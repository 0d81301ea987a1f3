// How far a case has come on its flowchart, step by step. It draws nothing.

import type { Alert, CaseRow } from '../api/types'
import { full } from '../format'
import type { Words } from '../words/codes'
import { say, t } from '../words/language'

export type Progress = 'done' | 'current' | 'skipped' | 'not_reached' | 'passed_by'

/** A step as the drawing shows it. */
export interface StepState {
  code: string
  progress: Progress
  /** It was, or is, overdue. */
  late: boolean
  /** How often it was entered. */
  visits: number
  /** One line for people. */
  text: string
}

export const PROGRESS: Record<Progress, Words> = {
  done: { zh: '已办', en: 'Done' },
  current: { zh: '办理中', en: 'Current' },
  skipped: { zh: '漏办', en: 'Skipped' },
  not_reached: { zh: '未到', en: 'Not reached' },
  passed_by: { zh: '未经过', en: 'Not on its way' },
}

/** 漏项跳步: of a step that the case never was in it says that the step was owed. */
const SKIPPED_RULE = 'P1'

/**
 * The steps of the chart. What alerts say that were taken back counts for nothing.
 * `now`: the platform's time in milliseconds; null before it was asked.
 */
export function stepsOf(codes: string[], known: CaseRow, alerts: Alert[], now: number | null): StepState[] {
  const standing = alerts.filter((alert) => alert.status !== 'withdrawn' && alert.status !== 'cancelled')
  return codes.map((code) => {
    const visits = known.visits.filter((visit) => visit.step === code)
    const own = standing.filter((alert) => alert.step === code)
    const last = visits.at(-1)
    const owed = visits.length === 0 && own.some((alert) => alert.rule === SKIPPED_RULE)
    const late = visits.some((visit) => isLate(visit, now)) || own.some((alert) => Boolean(alert.due_at && alert.breached_at))
    const progress = last ? (last.ended_at || known.closed_at ? 'done' : 'current') : owed ? 'skipped' : known.closed_at ? 'passed_by' : 'not_reached'
    return { code, progress, late, visits: visits.length, text: textOf(progress, late, visits) }
  })
}

/** Stays in steps that the chart does not have. */
export function elsewhere(codes: string[], known: CaseRow): string[] {
  return [...new Set(known.visits.map((visit) => visit.step))].filter((step) => !codes.includes(step))
}

type Visit = CaseRow['visits'][number]

function isLate({ due_at: due, ended_at: ended }: Visit, now: number | null) {
  const end = ended ? Date.parse(ended) : now
  return due !== null && end !== null && end > Date.parse(due)
}

function textOf(progress: Progress, late: boolean, visits: Visit[]) {
  const last = visits.at(-1)
  const parts = [
    say(PROGRESS[progress]),
    late && t('超期', 'late'),
    visits.length > 1 && t(`共 ${visits.length} 次`, `${visits.length} times`),
    last && (last.ended_at ? t(`${full(last.started_at)} 至 ${full(last.ended_at)}`, `${full(last.started_at)} to ${full(last.ended_at)}`) : t(`${full(last.started_at)} 起`, `since ${full(last.started_at)}`)),
    last && !last.ended_at && last.due_at && t(`期限 ${full(last.due_at)}`, `due ${full(last.due_at)}`),
  ]
  return parts.filter(Boolean).join(t('，', ', '))
}
