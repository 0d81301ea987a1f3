// Control points in groups by what they say: what they allege first, what they had no occasion for last.

import type { PointStory, PointVerdict } from '../api/types'
import type { Words } from '../words/codes'

export interface PointGroup {
  outcome: string
  words: Words
  points: { point: PointStory; verdicts: PointVerdict[] }[]
  /** It is read first. */
  first: boolean
}

/** `Verdict::outcome` in services/engine/src/explain.rs, in the order in which they are read. */
export const OUTCOMES: Record<string, Words> = {
  alleged: { zh: '预警', en: 'Alert' },
  taken_back: { zh: '曾经预警，已不再成立', en: 'Was alleged, and is no more' },
  not_judged: { zh: '未能判断', en: 'Could not be judged' },
  not_due: { zh: '尚未到期', en: 'Not due yet' },
  stopped: { zh: '停止计算，暂不判断', en: 'Time stands still: not judged' },
  in_time: { zh: '按时办理，不预警', en: 'In time' },
  condition_false: { zh: '条件不成立，不预警', en: 'The condition does not hold' },
  not_found: { zh: '已检查，未发现问题', en: 'Looked at, nothing found' },
  excepted: { zh: '属于例外或者不在适用范围，不预警', en: 'An exception, or out of scope' },
  fell_away: { zh: '不再需要，不预警', en: 'Not needed any more' },
  not_begun: { zh: '期限尚未起算', en: 'Its time has not begun' },
  no_occasion: { zh: '没有发生所监察的事项', en: 'What it watches did not happen' },
  not_asked: { zh: '来源的格式没有所需内容，不判断', en: 'The source’s format has no place for it: not judged' },
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
    return within.length > 0 ? [{ outcome, words: OUTCOMES[outcome] ?? { zh: outcome }, points: within, first: FIRST.includes(outcome) }] : []
  })
}
