// The limits of a case in the order in which they matter, each with what its account is drawn by.

import type { Account, Explanation, Level, LimitStory } from '../api/types'
import type { Due } from '../calendar/strip'
import type { Words } from '../words/codes'
import { say } from '../words/language'

/** How a limit stands: a duty, as it is read in a list. */
export type Standing = 'late' | 'late_done' | 'promise_missed' | 'running' | 'stopped' | 'done' | 'fell_away'

export interface LimitView {
  story: LimitStory
  standing: Standing
  /** The deadlines that end it, the earliest first. */
  dues: Due[]
  /** The longest account: it holds the shorter ones. Null where the case itself carries the date, or time stands still. */
  account: Account | null
  /** When it ended, one way or the other. */
  endedAt: string | null
  /** The gravest alert that stands on it. */
  level: Level | null
}

const ORDER: Standing[] = ['late', 'stopped', 'running', 'late_done', 'promise_missed', 'done', 'fell_away']
const GRAVEST: Level[] = ['red', 'yellow', 'notice', 'review']
/** What a deadline rests on. */
export const BASES: Record<string, Words> = {
  promised: { zh: '承诺', en: 'Promised' },
  statutory: { zh: '法定', en: 'Statutory' },
  at_least: { zh: '最早', en: 'Earliest' },
  own_deadline: { zh: '自定', en: 'Of its own' },
  planned_end: { zh: '计划', en: 'Planned' },
}

/** The limits of an explanation: what is late first, what runs by its deadline, what is over last. */
export function limitsOf(told: Explanation): LimitView[] {
  const views = told.limits.map((story) => viewOf(story, told))
  const due = (view: LimitView) => view.dues.at(-1)?.at ?? '9999'
  return views.sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || due(a).localeCompare(due(b)))
}

function viewOf(story: LimitStory, told: Explanation): LimitView {
  const measures = story.measures.filter((measure) => measure.due_at !== null)
  const dues = measures
    .map((measure) => ({ at: measure.due_at as string, label: say(BASES[measure.basis] ?? { zh: measure.basis_zh }) }))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const longest = measures.filter((measure) => measure.account).sort((a, b) => Date.parse(b.due_at as string) - Date.parse(a.due_at as string))[0]
  const endedAt = story.done_at ?? story.fell_away_at
  return { story, standing: standingOf(story, told), dues, account: longest?.account ?? null, endedAt, level: levelOf(story, told) }
}

function standingOf(story: LimitStory, told: Explanation): Standing {
  if (story.state === 'fell_away') return 'fell_away'
  const end = Date.parse(story.done_at ?? told.at)
  // `at_least` is an instant before which it must not be done; it is never late.
  const missed = story.measures.filter((measure) => measure.basis !== 'at_least' && measure.due_at !== null && Date.parse(measure.due_at) < end)
  const onlyPromise = missed.length > 0 && missed.every((measure) => measure.basis === 'promised') && story.measures.some((m) => m.basis === 'statutory')
  if (story.state === 'done') return missed.length === 0 ? 'done' : onlyPromise ? 'promise_missed' : 'late_done'
  if (missed.length > 0) return 'late'
  return story.state === 'stopped' ? 'stopped' : 'running'
}

function levelOf(story: LimitStory, told: Explanation): Level | null {
  const points = told.points.filter((point) => story.control_points.includes(point.control_point))
  const verdicts = points.flatMap((point) => point.verdicts).filter((v) => v.outcome === 'alleged' && v.level && v.visit === story.visit)
  return GRAVEST.find((level) => verdicts.some((verdict) => verdict.level === level)) ?? null
}
