// Instants and spans as text. The API prints instants in the platform's zone, so their text is cut, not converted: a reader whose
// machine stands in another zone sees the same times as the paper.

import { t } from './words/language'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEKDAYS: [string, string][] = [
  ['周日', 'Sun'],
  ['周一', 'Mon'],
  ['周二', 'Tue'],
  ['周三', 'Wed'],
  ['周四', 'Thu'],
  ['周五', 'Fri'],
  ['周六', 'Sat'],
]

/** `2026-11-23`. */
export const date = (instant: string) => instant.slice(0, 10)

/** `11-23 09:30`. */
export const short = (instant: string) => `${instant.slice(5, 10)} ${instant.slice(11, 16)}`

/** `2026-11-23 09:30:05`. */
export const full = (instant: string) => `${instant.slice(0, 10)} ${instant.slice(11, 19)}`

/** `周一`. */
export const weekday = (day: string) => t(...(WEEKDAYS[weekdayNumber(day)] ?? ['', '']))

/** 0 is Sunday. */
export const weekdayNumber = (day: string) => new Date(`${date(day)}T00:00:00Z`).getUTCDay()

/** Milliseconds since 1970. */
export const millis = (instant: string) => Date.parse(instant)

/** How long before `now` it was, or how long after it will be. */
export function ago(instant: string, now: number) {
  const past = now - millis(instant)
  const span = roughly(Math.abs(past))
  if (span === '') return t('刚刚', 'just now')
  return past >= 0 ? t(`${span}前`, `${span} ago`) : t(`${span}后`, `in ${span}`)
}

/** A span in its largest unit: `3天`, `5小时`, `12分钟`; empty under a minute. */
export function roughly(span: number) {
  if (span >= DAY) return counted(Math.floor(span / DAY), '天', 'day')
  if (span >= HOUR) return counted(Math.floor(span / HOUR), '小时', 'hour')
  if (span >= MINUTE) return counted(Math.floor(span / MINUTE), '分钟', 'minute')
  return ''
}

const counted = (n: number, zh: string, en: string) => t(`${n}${zh}`, `${n} ${en}${n === 1 ? '' : 's'}`)

/** Seconds as `1小时30分`. */
export function seconds(count: number): string {
  const parts: [number, string][] = [
    [Math.floor(count / 3600), t('小时', ' h ')],
    [Math.floor(count / 60) % 60, t('分', ' min ')],
    [count % 60, t('秒', ' s')],
  ]
  return parts.map(([n, unit]) => (n > 0 ? `${n}${unit}` : '')).join('').trim() || t('0秒', '0 s')
}

/** Days between two instants. */
export const daysBetween = (from: string, to: string) => (millis(to) - millis(from)) / DAY

/** The instant `at` milliseconds in the zone that `like` is printed in. */
export function inZoneOf(like: string, at: number) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(like) ?? [null, '+', '00', '00']
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE)
  return new Date(at + offset).toISOString()
}

const numbers = new Intl.NumberFormat('zh-CN')
/** `1,234`. */
export const count = (n: number) => numbers.format(n)
