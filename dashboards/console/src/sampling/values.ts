// From what is typed to what the platform takes, and from that to words.

import { date } from '../format'
import type { Period } from '../statistics/period'
import type { Words } from '../words/codes'
import { t } from '../words/language'
import type { WholeSample } from './api'

/** The first instant of a day in the zone that `like` is printed in. */
export function startOf(day: string, like: string): string {
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(like)?.[1] ?? '+08:00'
  return `${day}T00:00:00${zone}`
}

/** 统计周期 of a sample's checks: from the day of the draw to the end, or to the last finding while it runs. */
export function checkedWithin({ drawn_at, closed_at, cases }: Pick<WholeSample, 'drawn_at' | 'closed_at' | 'cases'>): Period {
  const days = [drawn_at, closed_at, ...cases.map(({ finding }) => finding?.at ?? null)].filter((at) => at !== null).map(date)
  return { kind: 'range', from: date(drawn_at), until: days.reduce((last, day) => (day > last ? day : last)) }
}

/** One a line; empty lines are none. */
export const checksOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** How many cases were drawn, and by what they were divided; null: they were not. */
export const drawnText = (by: Words | null, ofEach: number, cases: number) =>
  by ? t(`按${by.zh}分层，每层 ${ofEach} 件，共 ${cases} 件`, `${cases}, ${ofEach} of each: ${(by.en ?? by.zh).toLowerCase()}`) : t(`不分层，共 ${cases} 件`, `${cases}, not divided`)
