// What is peculiar about a record: it came late, it was corrected, it does not count.

import type { EventEntry, EventStory, Explanation } from '../api/types'
import { daysBetween, full } from '../format'
import { t } from '../words/language'

export interface Mark {
  kind: 'entered_late' | 'received_late' | 'corrected' | 'not_counted' | 'not_known'
  text: string
}

/** Entered more days than this after it happened is told. */
const ENTERED_DAYS = 1
const HOURS_A_DAY = 24

/** What is known of a record beside the timeline: its latest version, and whether there were earlier ones. */
export interface Told {
  story: EventStory
  versions: number
}

/** The stories of records by their id. */
export function toldOf(explanation: Explanation | null): ReadonlyMap<string, Told> {
  const by = new Map<string, Told>()
  for (const story of explanation?.events ?? []) {
    const before = by.get(story.event_id)
    const latest = before && before.story.data_version > story.data_version ? before.story : story
    by.set(story.event_id, { story: latest, versions: (before?.versions ?? 0) + 1 })
  }
  return by
}

/** The marks of a record. `allowance`: so many hours later its source may send it; null where that is not asked of it. */
export function marksOf(entry: EventEntry, told: Told | undefined, allowance: number | null): Mark[] {
  const marks: Mark[] = []
  const entered = entry.entered_at ? daysBetween(entry.at, entry.entered_at) : 0
  if (entered > ENTERED_DAYS && entry.entered_at) {
    marks.push({ kind: 'entered_late', text: t(`迟录：${Math.floor(entered)} 天后（${full(entry.entered_at)}）才录入`, `Entered late: ${Math.floor(entered)} days after (${full(entry.entered_at)})`) })
  }
  const received = entry.received_at ? daysBetween(entry.at, entry.received_at) * HOURS_A_DAY : 0
  if (allowance !== null && received > allowance && entry.received_at) {
    marks.push({ kind: 'received_late', text: t(`迟报：${full(entry.received_at)} 才收到，超过允许的 ${allowance} 小时`, `Received late: ${full(entry.received_at)}, beyond the ${allowance} hours allowed`) })
  }
  if (!told) return marks
  const { story, versions } = told
  if (versions > 1 || story.data_version > 1) {
    marks.push({ kind: 'corrected', text: versions > 1 ? t(`已更正：共报送 ${versions} 次，以第 ${story.data_version} 版为准`, `Corrected: sent ${versions} times, version ${story.data_version} counts`) : t(`更正：第 ${story.data_version} 版`, `Corrected: version ${story.data_version}`) })
  }
  if (!story.known) marks.push({ kind: 'not_known', text: t('所问时点平台尚未收到', 'The platform did not have it then') })
  else if (!story.counts) marks.push({ kind: 'not_counted', text: t('不计入判断', 'It does not count') + (story.note ? `${t('：', ': ')}${story.note}` : '') })
  return marks
}
