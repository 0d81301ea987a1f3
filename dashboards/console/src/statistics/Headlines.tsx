// The first figures of a period, each with its base, how it changed, and what must stand beside it.

import { t } from '../words/language'
import type { Dictionary, Metric, Part, Statistics } from './api'
import { HEADLINES, LATE_SHARE, besideOf, metricOf } from './columns'
import { MetricName } from './definition'
import { Base, ChangeNote, Figure } from './NumberCell'
import { type Question, rowsHash } from './routes'
import { behind } from './table'

interface Props {
  dictionary: Dictionary
  found: Statistics
  question: Question
}

export function Headlines({ dictionary, found, question }: Props) {
  const shown = HEADLINES.filter((id) => Object.hasOwn(found.total, id)).map((id) => metricOf(dictionary, id)).filter((metric) => metric !== null)
  return (
    <ul className="headlines" id="headlines" aria-label={t('主要指标', 'Headline figures')}>
      {shown.map((metric) => (
        <Headline key={metric.id} metric={metric} dictionary={dictionary} found={found} question={question} />
      ))}
    </ul>
  )
}

function Headline({ metric, dictionary, found, question }: Props & { metric: Metric }) {
  const besideId = besideOf(metric.id)
  const beside = besideId ? metricOf(dictionary, besideId) : null
  const rows = (of: Metric) => (part: Part) => rowsHash(behind(question, null, of, part))
  const value = found.total[metric.id]
  const props = (of: Metric) => ({ metric: of, value: found.total[of.id], minBase: found.min_base, rows: rows(of), of: '' })
  return (
    <li className="headline" data-metric={metric.id}>
      <MetricName metric={metric} />
      <p className="headline-value">
        <Figure {...props(metric)} />
      </p>
      <p className="headline-base">
        <Base {...props(metric)} />
      </p>
      {beside && (
        <p className="headline-beside" data-metric={beside.id}>
          {beside.id === LATE_SHARE && <span>{t('其中', 'of which')} </span>}
          <MetricName metric={beside} /> <Figure {...props(beside)} /> <Base {...props(beside)} />
        </p>
      )}
      <p className="headline-changes">
        <ChangeNote metric={metric} value={value} before={value?.previous} label={t('环比', 'vs last period')} always />
        <ChangeNote metric={metric} value={value} before={value?.last_year} label={t('同比', 'vs last year')} always />
      </p>
    </li>
  )
}
