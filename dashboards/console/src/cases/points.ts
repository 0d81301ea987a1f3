// Control points in groups by what they say: what they allege first, what they had no occasion for last.

import type { PointStory, PointVerdict } from '../api/types'

export interface PointGroup {
  outcome: string
  words: string
  points: { point: PointStory; verdicts: PointVerdict[] }[]
  /** It is read first. */
  first: boolean
}

/** `Verdict::outcome` in services/engine/src/explain.rs, in the order in which they are read. */
export const OUTCOMES: Record<string, string> = {
  alleged: '预警',
  taken_back: '曾经预警，已不再成立',
  not_judged: '未能判断',
  not_due: '尚未到期',
  stopped: '停止计算，暂不判断',
  in_time: '按时办理，不预警',
  condition_false: '条件不成立，不预警',
  not_found: '已检查，未发现问题',
  excepted: '属于例外或者不在适用范围，不预警',
  fell_away: '不再需要，不预警',
  not_begun: '期限尚未起算',
  no_occasion: '没有发生所监察的事项',
  not_asked: '来源的格式没有所需内容，不判断',
}

const FIRST = ['alleged', 'taken_back', 'not_judged']

/** A point stands in each group for what it says there; a group that nobody is in is left out. */
export function groupsOf(points: PointStory[]): PointGroup[] {
  const known = Object.keys(OUTCOMES)
  const told = points.flatMap((point) => point.verdicts.map((verdict) => verdict.outcome))
  // An outcome that is newer than this page comes last, by its code.
  const outcomes = [...known, ...new Set(told.filter((outcome) => !known.includes(outcome)))]
  return outcomes.flatMap((outcome) => {
    const within = points.flatMap((point) => {
      const verdicts = point.verdicts.filter((verdict) => verdict.outcome === outcome)
      return verdicts.length > 0 ? [{ point, verdicts }] : []
    })
    return within.length > 0 ? [{ outcome, words: OUTCOMES[outcome] ?? outcome, points: within, first: FIRST.includes(outcome) }] : []
  })
}
