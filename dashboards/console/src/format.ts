// Instants and spans as text. The API prints instants in the platform's zone, so their text is cut, not converted: a reader whose
// machine stands in another zone sees the same times as the paper.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六']

/** `2026-11-23`. */
export const date = (instant: string) => instant.slice(0, 10)

/** `11-23 09:30`. */
export const short = (instant: string) => `${instant.slice(5, 10)} ${instant.slice(11, 16)}`

/** `2026-11-23 09:30:05`. */
export const full = (instant: string) => `${instant.slice(0, 10)} ${instant.slice(11, 19)}`

/** `周一`. */
export const weekday = (day: string) => `周${WEEKDAYS[weekdayNumber(day)]}`

/** 0 is Sunday. */
export const weekdayNumber = (day: string) => new Date(`${date(day)}T00:00:00Z`).getUTCDay()

/** Milliseconds since 1970. */
export const millis = (instant: string) => Date.parse(instant)

/** How long before `now` it was, or how long after it will be. */
export function ago(instant: string, now: number) {
  const past = now - millis(instant)
  const span = roughly(Math.abs(past))
  if (span === '') return '刚刚'
  return past >= 0 ? `${span}前` : `${span}后`
}

/** A span in its largest unit: `3天`, `5小时`, `12分钟`; empty under a minute. */
export function roughly(span: number) {
  if (span >= DAY) return `${Math.floor(span / DAY)}天`
  if (span >= HOUR) return `${Math.floor(span / HOUR)}小时`
  if (span >= MINUTE) return `${Math.floor(span / MINUTE)}分钟`
  return ''
}

/** Seconds as `1小时30分`. */
export function seconds(count: number): string {
  const parts: [number, string][] = [
    [Math.floor(count / 3600), '小时'],
    [Math.floor(count / 60) % 60, '分'],
    [count % 60, '秒'],
  ]
  return parts.map(([n, unit]) => (n > 0 ? `${n}${unit}` : '')).join('') || '0秒'
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
