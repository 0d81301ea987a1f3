// From what is typed to what the platform takes, and from that to words.

import type { Words } from '../words/codes'
import { t } from '../words/language'

/** The first instant of a day in the zone that `like` is printed in. */
export function startOf(day: string, like: string): string {
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(like)?.[1] ?? '+08:00'
  return `${day}T00:00:00${zone}`
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
