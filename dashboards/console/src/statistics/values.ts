// Numbers of statistics as text: with their unit, what they are a share of, and how they changed. Nothing here rounds what is compared.

import { count } from '../format'
import { t } from '../words/language'
import type { Before, Direction, Metric, Unit, Value } from './api'

/** A change smaller than what is shown of a number is none. */
const SHOWN: Record<Unit, number> = { count: 1, share: 0.001, days: 0.1, hours: 0.1, number: 0.01 }

/** A number by its unit; `—` where there is none. */
export function valueText(unit: Unit, value: number | null | undefined): string {
  if (value === null || value === undefined) return '—'
  switch (unit) {
    case 'count':
      return count(value)
    case 'share':
      return `${fixed(value * 100, 1)}%`
    case 'days':
      return t(`${fixed(value, 1)}天`, `${fixed(value, 1)} d`)
    case 'hours':
      return t(`${fixed(value, 1)}小时`, `${fixed(value, 1)} h`)
    case 'number':
      return fixed(value, 2)
  }
}

/** A share that is nearly but not quite the whole is not said to be the whole, nor one of next to nothing to be nothing. */
function fixed(value: number, places: number): string {
  const text = value.toFixed(places)
  const step = 10 ** -places
  if (places === 1 && text === '100.0' && value < 100) return (100 - step).toFixed(places)
  if (Number(text) === 0 && value > 0) return `<${step}`
  return text.replace(/^-(0(?:\.0+)?)$/, '$1')
}

/** Rates are told from so many on. */
export const smallBase = (minBase: number) => t(`基数不足 ${minBase}，不予显示`, `Not shown: the base is below ${minBase}`)

/** How a number stands: told, hidden, or none at all. */
export type Standing = 'told' | 'hidden' | 'none'
export const standingOf = (value: Value | undefined): Standing => (value?.hidden ? 'hidden' : value && value.value !== null ? 'told' : 'none')

/** What a number is a share of, where it is one of something. */
export function baseText(metric: Metric, value: Value | undefined): string {
  if (metric.unit === 'count' || !value || value.base === null) return ''
  return t(`基数 ${count(value.base)}`, `of ${count(value.base)}`)
}

/** A number against one before. */
export interface Change {
  /** Which way it went. */
  way: 'up' | 'down' | 'same'
  /** Whether that is better; null where neither way is. */
  better: boolean | null
  text: string
}

/** Null where there is nothing to compare with. */
export function changeOf(metric: Metric, now: Value | undefined, before: Before | null | undefined): Change | null {
  if (!now || now.hidden || now.value === null || !before || before.value === null) return null
  const difference = now.value - before.value
  const way = Math.abs(difference) < SHOWN[metric.unit] / 2 ? 'same' : difference > 0 ? 'up' : 'down'
  return { way, better: betterOf(metric.direction, way), text: differenceText(metric.unit, difference, before.value, way) }
}

function betterOf(direction: Direction, way: Change['way']): boolean | null {
  if (direction === 'none' || way === 'same') return null
  return (direction === 'higher') === (way === 'up')
}

/** Counts change by a part of what they were, shares by percentage points, times by their unit. */
function differenceText(unit: Unit, difference: number, before: number, way: Change['way']): string {
  if (way === 'same') return t('持平', 'same')
  const by = Math.abs(difference)
  switch (unit) {
    case 'count':
      return before === 0 ? t(`增 ${count(by)}（原为零）`, `${count(by)} (from none)`) : `${fixed((by / before) * 100, 1)}%`
    case 'share':
      return t(`${fixed(by * 100, 1)}个百分点`, `${fixed(by * 100, 1)} points`)
    default:
      return valueText(unit, by)
  }
}

/** `↑ 3.2%`: the arrow says which way, for those who see no colour. */
export const changeText = ({ way, text }: Change) => (way === 'same' ? text : `${way === 'up' ? '↑' : '↓'} ${text}`)

export const verdictText = ({ better }: Change) => (better === null ? '' : better ? t('好转', 'better') : t('变差', 'worse'))
