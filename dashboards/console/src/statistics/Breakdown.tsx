// The table: rows of a breakdown, columns of a group of metrics. A row's name leads into it, a heading sorts, a number opens to its rows; above it
// the rows compared by one metric.

import { useCallback, useMemo } from 'react'

import { type Names, namesStore } from '../api/names'
import { Take } from '../components/Take'
import type { Sheet } from '../components/files'
import { Placeholder } from '../components/pieces'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import type { Dictionary, Group, Metric, Part, Statistics, StatisticsRow } from './api'
import { Chart } from './Chart'
import { type Palette, comparedRows, comparisonHeight, comparisonOption } from './chart-options'
import { answered, bysOf, columnsOf } from './columns'
import { MetricName, metricName } from './definition'
import { Cell } from './NumberCell'
import { readsGroup, readsHandlers } from './rights'
import { type Question, questionHash, rowsHash } from './routes'
import { ariaSort, behind, cellsOf, isOwnLevel, sortAfter, sorted, within } from './table'
import { BYS, GROUPS, GROUP_CODES } from './words'

interface Props {
  dictionary: Dictionary
  question: Question
  found: Statistics
  /** What was asked for, in words. */
  told: string[]
  /** Asks for as many rows as the platform gives. */
  more: () => Promise<Statistics>
}

export function Chips({ dictionary, question }: { dictionary: Dictionary; question: Question }) {
  const session = useStore(sessionStore)
  const bys = bysOf(dictionary, question.group).filter((by) => by !== 'handler' || (question.org !== '' && readsHandlers(session)))
  // A group that has no such breakdown is shown by body.
  const fitting = (group: Group) => (bysOf(dictionary, group).includes(question.by) ? question.by : 'org')
  return (
    <div className="statistics-chips">
      <nav className="item-types" aria-label={t('指标分组', 'Group of metrics')} id="groups">
        {GROUP_CODES.filter((group) => readsGroup(session, group)).map((group) => (
          <a key={group} className="filter" data-group={group} href={questionHash({ ...question, group, metric: '', sort: '', by: fitting(group) })} aria-current={group === question.group ? 'true' : undefined}>
            {say(GROUPS[group])}
          </a>
        ))}
      </nav>
      <nav className="item-types" aria-label={t('分列方式', 'Broken down by')} id="bys">
        <span className="chips-label">{t('按', 'By')}</span>
        {bys.map((by) => (
          <a key={by} className="filter" data-by={by} href={questionHash({ ...question, by, sort: '' })} aria-current={by === question.by ? 'true' : undefined}>
            {say(BYS[by])}
          </a>
        ))}
      </nav>
    </div>
  )
}

/** The region that whoever asks sees. */
const sight = () => sessionStore.get().person?.region ?? ''

/** What a row is called; what nobody told has no code. */
export function rowName(question: Question, { key, name }: StatisticsRow, names: Names): string {
  if (key === '') return t('未注明', 'Not told')
  if (question.by === 'handler') return names.officer(key)
  if (question.by === 'step') return names.step(key, names.tables.item_flowcharts[question.item])
  const called = name || key
  return question.by === 'region' && isOwnLevel(question, key, sight()) ? t(`${called}（本级）`, `${called} (own level)`) : called
}

export function Breakdown({ dictionary, question, found, told, more }: Props) {
  const names = useStore(namesStore)
  const columns = useMemo(() => answered(columnsOf(dictionary, question.group, question.by), found), [dictionary, question, found])
  const rows = useMemo(() => sorted(found.rows, question.sort).map((row) => ({ ...row, name: rowName(question, row, names) })), [found, question, names])
  if (columns.length === 0) return <Placeholder state="empty" words={{ zh: '这样分列没有这一组指标', en: 'This group has no metrics by this breakdown' }} />
  if (rows.length === 0) return <Placeholder state="empty" words={{ zh: '这个周期、这个范围内没有可统计的数据，请换一个周期或放宽条件', en: 'Nothing to count in this period and range: choose another period, or a wider range' }} />
  const first = say(BYS[question.by])
  // A file holds what the page leaves off, too.
  const whole = async (): Promise<Sheet> => {
    const all = found.left_off > 0 ? await more() : found
    const named = sorted(all.rows, question.sort).map((row) => ({ ...row, name: rowName(question, row, names) }))
    const notes = all.left_off > 0 ? [...told, t(`另有 ${all.left_off} 行量小的未列出`, `${all.left_off} smaller ones are not listed`)] : told
    return { ...cellsOf({ ...all, rows: named }, columns, first), notes }
  }
  return (
    <>
      <div className="table-head">
        <p className="sub">
          {t(`${rows.length} 行，名称逐级下钻，数字打开明细，表头排序`, `${rows.length} rows; a name leads into it, a number opens its rows, a heading sorts`)}
          {found.left_off > 0 && t(`；另有 ${found.left_off} 行量小的未列出`, `; ${found.left_off} smaller ones are not listed`)}
        </p>
        <Take name={`${t('统计', 'statistics')}-${say(GROUPS[question.group])}-${first}`} of={t('统计表', 'the table')} sheet={whole} />
      </div>
      <div className="cases-scroll">
        <table className="cases-table statistics-table" id="breakdown">
          <thead>
            <tr>
              <th scope="col">{first}</th>
              {columns.map((metric) => (
                <th key={metric.id} scope="col" className="number" aria-sort={ariaSort(question.sort, metric.id)}>
                  <MetricName metric={metric} />
                  <Sorter metric={metric} question={question} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.key} row={row} columns={columns} question={question} minBase={found.min_base} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('合计', 'Total')}</th>
              {columns.map((metric) => (
                <td key={metric.id} className="number" data-metric={metric.id}>
                  <Cell metric={metric} value={found.total[metric.id]} minBase={found.min_base} of={t('合计', 'Total')} rows={(part: Part) => rowsHash(behind(question, null, metric, part))} />
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  )
}

function Sorter({ metric, question }: { metric: Metric; question: Question }) {
  const now = ariaSort(question.sort, metric.id)
  return (
    <a className="sorter" href={questionHash({ ...question, sort: sortAfter(question.sort, metric.id) })} aria-label={t(`按${metric.name}排序`, `Sort by ${metric.name_en}`)} data-sorted={now === 'none' ? undefined : now}>
      {now === 'descending' ? '▼' : now === 'ascending' ? '▲' : '⇅'}
    </a>
  )
}

function Row({ row, columns, question, minBase }: { row: StatisticsRow; columns: Metric[]; question: Question; minBase: number }) {
  const inner = within(question, row, sight())
  return (
    <tr data-key={row.key}>
      <th scope="row">
        {inner ? <a href={questionHash(inner)}>{row.name}</a> : row.name}
        {row.key !== '' && row.key !== row.name && <span className="sub">{row.key}</span>}
      </th>
      {columns.map((metric) => (
        <td key={metric.id} className="number" data-metric={metric.id}>
          <Cell metric={metric} value={row.values[metric.id]} minBase={minBase} of={row.name} rows={(part: Part) => rowsHash(behind(question, row, metric, part, sight()))} />
        </td>
      ))}
    </tr>
  )
}

/** The rows of the table beside each other, by one metric. */
export function Comparison({ question, found, metric }: { question: Question; found: Statistics; metric: Metric }) {
  const names = useStore(namesStore)
  const rows = useMemo(() => {
    const all = sorted(found.rows, question.by === 'month' ? '' : question.sort.replace('-', '') === metric.id ? question.sort : metric.id)
    return all.map((row) => ({ ...row, name: rowName(question, row, names) }))
  }, [found, question, metric.id, names])
  const option = useCallback((palette: Palette) => comparisonOption(rows, metric, palette), [rows, metric])
  const shown = comparedRows(rows, metric)
  const hidden = rows.filter(({ values }) => values[metric.id]?.hidden).length
  const press = (place: number) => {
    const row = shown[place]
    const inner = row && within(question, row, sight())
    if (inner) location.hash = questionHash(inner)
  }
  const first = say(BYS[question.by])
  return (
    <section className="card statistics-card" aria-labelledby="comparison-title">
      <h3 id="comparison-title">{t(`按${first}比较：${metricName(metric)}`, `${metricName(metric)} by ${first.toLowerCase()}`)}</h3>
      {shown.length === 0 ? (
        <Placeholder state="empty" words={{ zh: '没有可比较的数', en: 'Nothing to compare' }} />
      ) : (
        <Chart id="comparison-chart" label={t(`按${first}比较${metric.name}的条形图，数字见下面的表`, `Bars of ${metric.name_en}; the numbers are in the table below`)} height={comparisonHeight(shown.length)} option={option} press={press} />
      )}
      {hidden > 0 && <p className="sub">{t(`另有 ${hidden} 行基数不足，不列入比较`, `${hidden} more with too small a base are left out`)}</p>}
    </section>
  )
}
