// A number with what belongs to it: what it is a share of, how it changed, and that it is hidden where too little is behind it. Each opens to its rows.

import { count } from '../format'
import { t } from '../words/language'
import type { Before, Metric, Part, Value } from './api'
import { opensTo } from './columns'
import { metricName } from './definition'
import { changeOf, changeText, smallBase, standingOf, valueText, verdictText } from './values'

interface Props {
  metric: Metric
  value: Value | undefined
  minBase: number
  /** Where a part of it opens to; null: it does not open. */
  rows: ((part: Part) => string) | null
  /** Whose number it is, for those who hear the link. */
  of: string
}

/** The number itself. */
export function Figure({ metric, value, rows, of }: Props) {
  if (standingOf(value) !== 'told') return <span className="figure none">—</span>
  const text = valueText(metric.unit, value?.value)
  const empty = metric.unit === 'count' ? value?.value === 0 : value?.base === 0
  if (!rows || empty) return <span className="figure">{text}</span>
  return (
    <a className="figure" href={rows(opensTo(metric))} aria-label={t(`${of}${metricName(metric)} ${text}，查看明细`, `${of} ${metricName(metric)} ${text}: its rows`)}>
      {text}
    </a>
  )
}

/** What it is a share of; why it is not told. */
export function Base({ metric, value, minBase, rows, of }: Props) {
  if (!value) return null
  const { base } = value
  const told = base !== null && metric.unit !== 'count'
  const text = told ? t(`基数 ${count(base)}`, `of ${count(base)}`) : ''
  return (
    <>
      {told &&
        (rows && base > 0 ? (
          <a className="figure-base" href={rows('base')} aria-label={t(`${of}${metricName(metric)}的${text}，查看明细`, `${of} ${metricName(metric)}, ${text}: its rows`)}>
            {text}
          </a>
        ) : (
          <span className="figure-base">{text}</span>
        ))}
      {value.hidden && <span className="figure-hidden">{smallBase(minBase)}</span>}
    </>
  )
}

interface ChangeProps {
  metric: Metric
  value: Value | undefined
  before: Before | null | undefined
  /** Against what. */
  label: string
  /** Whether it is said that there is nothing to compare with. */
  always?: boolean
}

export function ChangeNote({ metric, value, before, label, always = false }: ChangeProps) {
  const change = changeOf(metric, value, before)
  if (!change) return always ? <span className="change">{t(`${label} 无可比数`, `${label}: nothing to compare`)}</span> : null
  const verdict = verdictText(change)
  return (
    <span className="change" data-better={change.better ?? undefined}>
      {label} {changeText(change)}
      {verdict && <b> {verdict}</b>}
    </span>
  )
}

export function Cell(props: Props) {
  return (
    <>
      <Figure {...props} />
      <Base {...props} />
      <ChangeNote metric={props.metric} value={props.value} before={props.value?.previous} label={t('环比', 'vs before')} />
    </>
  )
}
