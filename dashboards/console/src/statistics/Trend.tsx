// A metric by month, as a chart and behind it as a table. A month that is pressed is asked for.

import { useCallback, useMemo } from 'react'

import { Take } from '../components/Take'
import { Placeholder } from '../components/pieces'
import { Answered, useAsked } from '../lists/asked'
import { t } from '../words/language'
import { type Dictionary, type Metric, type Statistics, readStatistics } from './api'
import { Chart } from './Chart'
import { type Palette, monthText, trendOption } from './chart-options'
import { withBeside } from './columns'
import { MetricName, metricName } from './definition'
import { Base, Figure } from './NumberCell'
import { type Period, periodText, trendOf } from './period'
import { type Question, questionHash, rowsHash } from './routes'
import { behind, cellsOf } from './table'
import { standingOf } from './values'

const HEIGHT = 280

interface Props {
  dictionary: Dictionary
  question: Question
  period: Period
  metric: Metric
}

export function Trend({ dictionary, question, period, metric }: Props) {
  const metrics = useMemo(() => withBeside(dictionary, [metric.id]).filter(({ by }) => by.includes('month')), [dictionary, metric.id])
  const span = periodText(trendOf(period))
  const { region, org, item, powerType, caseKind, channel } = question
  const asked = useAsked(JSON.stringify([span, region, org, item, powerType, caseKind, channel, metric.id]), (signal) =>
    readStatistics({ period: span, by: 'month', region, org, item, powerType, caseKind, channel, metrics: metrics.map(({ id }) => id), compare: false }, signal),
  )
  return (
    <section className="card statistics-card" aria-labelledby="trend-title">
      <h3 id="trend-title">
        {t('逐月走势：', 'By month: ')}
        {metrics.map(metricName).join(t('、', ', '))}
      </h3>
      <Answered asked={asked}>{(found) => <Drawn found={found} metrics={metrics} question={{ ...question, by: 'month' }} />}</Answered>
    </section>
  )
}

function Drawn({ found, metrics, question }: { found: Statistics; metrics: Metric[]; question: Question }) {
  const ordered = useMemo(() => ({ ...found, rows: [...found.rows].sort((a, b) => a.key.localeCompare(b.key)) }), [found])
  const option = useCallback((palette: Palette) => trendOption(ordered, metrics, palette), [ordered, metrics])
  const main = metrics[0]
  if (!main || !ordered.rows.some(({ values }) => metrics.some(({ id }) => standingOf(values[id]) === 'told'))) {
    return <Placeholder state="empty" words={{ zh: '这段时间没有可显示的数', en: 'Nothing to show in these months' }} />
  }
  const monthly = (key: string): Period | null => {
    const [year, part] = [Number(key.slice(0, 4)), Number(key.slice(5, 7))]
    return year && part ? { kind: 'month', year, part } : null
  }
  const press = (place: number) => {
    const period = monthly(ordered.rows[place]?.key ?? '')
    if (period) location.hash = questionHash({ ...question, by: 'org', period })
  }
  const label = t(`${main.name}逐月走势图，数字见下面的表`, `Chart of ${main.name_en} by month; its numbers are in the table below`)
  return (
    <>
      <Chart id="trend-chart" label={label} height={HEIGHT} option={option} press={press} />
      <details className="behind">
        <summary>{t('数据表', 'The numbers')}</summary>
        <Take name={`${t('逐月走势', 'by-month')}-${main.id}`} of={t('逐月走势', 'the months')} sheet={() => ({ ...cellsOf(ordered, metrics, t('月份', 'Month')), notes: [] })} />
        <div className="cases-scroll">
          <table className="cases-table statistics-table" id="trend-table">
            <thead>
              <tr>
                <th scope="col">{t('月份', 'Month')}</th>
                {metrics.map((metric) => (
                  <th key={metric.id} scope="col" className="number">
                    <MetricName metric={metric} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {ordered.rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row">{monthText(row.key)}</th>
                  {metrics.map((metric) => {
                    const props = { metric, value: row.values[metric.id], minBase: found.min_base, rows: (part: 'numerator' | 'base') => rowsHash(behind(question, row, metric, part)), of: monthText(row.key) }
                    return (
                      <td key={metric.id} className="number">
                        <Figure {...props} />
                        <Base {...props} />
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  )
}
