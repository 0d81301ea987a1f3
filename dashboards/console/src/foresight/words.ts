// What foresight says, in words. The number never stands without how many cases it rests on, and never as a verdict
// (services/domain/src/foresight.rs).

import type { Alert } from '../api/types'
import { count, short } from '../format'
import { isCase } from '../subject'
import { STATUSES, type Words } from '../words/codes'
import { say, t } from '../words/language'
import type { Foresight } from './api'

type Likeness = NonNullable<Foresight['likeness']>
type Unsaid = NonNullable<Foresight['unsaid']>

/** Whose limit ends next. A reminder may be about a step's; what is foretold is the whole case's. */
const DUES: Record<NonNullable<Foresight['due']>, Required<Words>> = {
  promised: { zh: '承诺期限', en: 'promised limit' },
  statutory: { zh: '法定期限', en: 'statutory limit' },
}

/** By which likeness. */
export const LIKENESSES: Record<Likeness, Words> = {
  office: { zh: '同事项、同环节、同科室', en: 'same item, step and office' },
  step: { zh: '同事项、同环节', en: 'same item and step' },
  item: { zh: '同事项', en: 'same item' },
}

/** Why nothing is said; null: it goes without saying. */
export const UNSAID: Record<Unsaid, Words | null> = {
  too_few: { zh: '样本不足', en: 'Too few like cases' },
  stopped: { zh: '正在停止计算', en: 'Its clock stands still' },
  was_stopped: { zh: '曾停止计算', en: 'Its clock stood still' },
  short: { zh: '时限以小时或分钟计', en: 'Its limit is of hours or minutes' },
  past: null,
  over: null,
  no_limit: null,
}

/** `37%`; none and all are told from nearly none and nearly all. */
export function percent(likelihood: number): string {
  if (likelihood > 0 && likelihood < 0.01) return t('不到 1%', 'under 1%')
  if (likelihood < 1 && likelihood > 0.99) return t('超过 99%', 'over 99%')
  return `${Math.round(likelihood * 100)}%`
}

/** One sentence; null where nothing is to be said. */
export function sentence(foresight: Foresight): string | null {
  const { likelihood, base, likeness, unsaid } = foresight
  if (likelihood === null || base === null || likeness === null) {
    const why = unsaid === null ? null : UNSAID[unsaid]
    return why && t(`${why.zh}，不作超期推算`, `${why.en}: nothing is foretold`)
  }
  const [share, on] = [percent(likelihood), count(base)]
  const like = say(LIKENESSES[likeness])
  if (likeness === 'item') return t(`同事项办件办到这么久的，有 ${share} 最终超期（基数 ${on}）`, `Of cases of this item that took as long, ${share} were late in the end (base ${on})`)
  return t(`同类办件在此环节停留这么久的，有 ${share} 最终超期（基数 ${on}，${like}）`, `Of like cases that stayed in this step as long, ${share} were late in the end (base ${on}; ${like})`)
}

/** What has to be known beside it: what it is, and of which open cases nobody knows yet. */
export function caveat({ undecided, likelihood, due, due_at }: Foresight): string {
  if (likelihood === null) return ''
  const limit = due && due_at ? t(`所指为全件的${DUES[due].zh}（${short(due_at)} 届满）；`, `Of the whole case's ${DUES[due].en}, until ${short(due_at)}. `) : ''
  const open = undecided ? t(`；其中 ${count(undecided)} 件仍在办，只计到已走过的日子`, `; ${count(undecided)} of them are open and count for as long as they were followed`) : ''
  return limit + t(`按近一年同类办件推算，只供提醒，不是认定，也不计分${open}`, `Told from a year of like cases; it is a hint and no finding, and is never scored${open}`)
}

/** How much it should stand out. */
export function weight(likelihood: number | null): 'high' | 'some' | 'low' | 'none' {
  if (likelihood === null) return 'none'
  return likelihood >= 0.5 ? 'high' : likelihood >= 0.2 ? 'some' : 'low'
}

/** 提醒: a limit of a case that is still ahead. Only beside such an alert it is of use. */
export const isReminder = (alert: Alert) =>
  isCase(alert) && alert.level === 'notice' && STATUSES[alert.status].open && Boolean(alert.due_at) && !alert.breached_at && !alert.completed_at
