// What ECharts draws, as data: how a metric went month by month, and how the rows of a table compare. It draws nothing itself.

import type { EChartsCoreOption } from 'echarts/core'

import { t } from '../words/language'
import type { Metric, Statistics, StatisticsRow, Value } from './api'
import { standingOf, valueText } from './values'

/** The page's colours, read from it when a chart is drawn. */
export interface Palette {
  ink: string
  soft: string
  line: string
  paper: string
  first: string
  second: string
  font: string
}

/** Rows that a comparison shows at most: more than these nobody compares by eye, and the table has them all. */
export const COMPARED_MAX = 15

const told = (value: Value | undefined) => (standingOf(value) === 'told' ? (value?.value ?? null) : null)
const nameOf = (metric: Metric) => t(metric.name, metric.name_en)

/** A month as its axis says it: `2026-10`. */
export const monthText = (key: string) => key.slice(0, 7)

/**
 * A metric by month; beside it what must stand beside it, in another shape and dashed, so that nobody needs the colour. A month without a
 * number is a gap, not a zero.
 */
export function trendOption({ rows }: Statistics, metrics: readonly Metric[], palette: Palette): EChartsCoreOption {
  const [main, ...others] = metrics
  if (!main) return {}
  const bars = main.unit === 'count'
  return {
    ...frame(palette),
    legend: { top: 0, left: 0, textStyle: { color: palette.ink, fontFamily: palette.font }, icon: bars ? 'rect' : undefined, selectedMode: false },
    grid: { left: 8, right: 16, top: 38, bottom: 8, containLabel: true },
    tooltip: { ...tooltip(palette), trigger: 'axis', valueFormatter: (value: unknown) => valueText(main.unit, typeof value === 'number' ? value : null) },
    xAxis: { type: 'category', data: rows.map(({ key }) => monthText(key)), ...axis(palette) },
    yAxis: { type: 'value', ...axis(palette), axisLabel: { ...axis(palette).axisLabel, formatter: (value: number) => valueText(main.unit, value) }, ...upTo(main, rows, metrics), min: 0, ...(main.unit === 'count' && { minInterval: 1 }) },
    series: [
      { name: nameOf(main), type: bars ? 'bar' : 'line', data: rows.map(({ values }) => told(values[main.id])), itemStyle: { color: palette.first }, lineStyle: { color: palette.first, width: 2.5 }, symbol: 'circle', symbolSize: 8, barMaxWidth: 34, connectNulls: false },
      ...others.map((metric) => ({ name: nameOf(metric), type: 'line', data: rows.map(({ values }) => told(values[metric.id])), itemStyle: { color: palette.second }, lineStyle: { color: palette.second, width: 2, type: 'dashed' }, symbol: 'triangle', symbolSize: 10, connectNulls: false })),
    ],
  }
}

/** A share that fills most of it is drawn against the whole; smaller ones as large as there is room. None is cut off at its foot. */
function upTo({ unit }: Metric, rows: readonly StatisticsRow[], metrics: readonly Metric[]) {
  const most = mostOf(rows, metrics)
  return unit === 'share' && most > 0.5 && most <= 1 ? { max: 1 } : {}
}

const mostOf = (rows: readonly StatisticsRow[], metrics: readonly Metric[]) => Math.max(0, ...rows.flatMap(({ values }) => metrics.map(({ id }) => told(values[id]) ?? 0)))

/** The rows of a comparison: as many as it shows, in the order of the table, without those that are not told. */
export const comparedRows = (rows: readonly StatisticsRow[], metric: Metric) => rows.filter(({ values }) => told(values[metric.id]) !== null).slice(0, COMPARED_MAX)

/** A metric of the table's rows, one bar a row, and its number at the bar's end. */
export function comparisonOption(rows: readonly StatisticsRow[], metric: Metric, palette: Palette): EChartsCoreOption {
  const shown = comparedRows(rows, metric)
  return {
    ...frame(palette),
    grid: { left: 8, right: 72, top: 8, bottom: 8, containLabel: true },
    tooltip: { ...tooltip(palette), trigger: 'item', valueFormatter: (value: unknown) => valueText(metric.unit, typeof value === 'number' ? value : null) },
    xAxis: { type: 'value', ...axis(palette), axisLabel: { show: false }, min: 0, ...upTo(metric, shown, [metric]) },
    yAxis: { type: 'category', inverse: true, data: shown.map(({ name, key }) => name || key), ...axis(palette), axisLabel: { ...axis(palette).axisLabel, width: 190, overflow: 'truncate' }, splitLine: { show: false } },
    series: [
      {
        name: nameOf(metric),
        type: 'bar',
        data: shown.map(({ values }) => told(values[metric.id])),
        itemStyle: { color: palette.first },
        barMaxWidth: 20,
        label: { show: true, position: 'right', color: palette.ink, fontFamily: palette.font, formatter: ({ value }: { value: number }) => valueText(metric.unit, value) },
      },
    ],
  }
}

/** How high a comparison of so many rows is, in pixels. */
export const comparisonHeight = (rows: number) => 24 + 28 * Math.max(1, rows)

const frame = ({ font, ink }: Palette) => ({ animation: false, textStyle: { fontFamily: font, color: ink }, backgroundColor: 'transparent' })

const tooltip = ({ paper, line, ink, font }: Palette) => ({ backgroundColor: paper, borderColor: line, textStyle: { color: ink, fontFamily: font }, renderMode: 'html' as const, confine: true })

const axis = ({ soft, line, font }: Palette) => ({
  axisLine: { lineStyle: { color: line } },
  axisTick: { show: false },
  axisLabel: { color: soft, fontFamily: font },
  splitLine: { lineStyle: { color: line } },
})
