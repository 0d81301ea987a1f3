// 统计: a period's figures, how they went, and a table to go down by.

import { useMemo } from 'react'

import { namesStore } from '../api/names'
import { Print } from '../components/Take'
import { full } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { CHANNELS } from '../words/codes'
import { say, t } from '../words/language'
import { type Dictionary, type Statistics, readStatistics } from './api'
import { Breakdown, Chips, Comparison } from './Breakdown'
import { HEADLINES, answered, bysOf, charted, columnsOf, withBeside } from './columns'
import { metricName, versionText } from './definition'
import { Filters, Path, useRegions } from './Filters'
import { Headlines } from './Headlines'
import { type Period, periodName, periodText } from './period'
import { FIRST_QUESTION, type Question, questionHash } from './routes'
import { Trend } from './Trend'
import { CASE_KINDS, GROUPS, POWER_TYPES } from './words'

/** The most rows of an answer (services/store/src/metrics). */
const ROWS_MAX = 1000

interface Props {
  dictionary: Dictionary
  question: Question
  period: Period
}

export function OverviewPage({ dictionary, question: given, period }: Props) {
  const question = useMemo(() => {
    const by = bysOf(dictionary, given.group).includes(given.by) ? given.by : FIRST_QUESTION.by
    return { ...given, by, period }
  }, [dictionary, questionHash(given), period])
  const regions = useRegions(period)
  const { region, org, item, powerType, caseKind, channel } = question
  const narrowing = { region, org, item, powerType, caseKind, channel }
  const text = periodText(period)
  const key = JSON.stringify([text, narrowing])
  const heads = useAsked(`headlines ${key}`, (signal) => readStatistics({ ...narrowing, period: text, by: '', metrics: withBeside(dictionary, HEADLINES).map(({ id }) => id), compare: true }, signal))
  return (
    <>
      <section className="card cases-found" aria-labelledby="statistics-title">
        <div className="page-head">
          <h2 id="statistics-title">{t('效能统计', 'Statistics')}</h2>
          <Print />
        </div>
        <Filters question={question} period={period} />
        <Path question={question} regions={regions} />
        <Answered asked={heads}>
          {(found) => (
            <>
              <Told found={found} period={period} question={question} regions={regions} />
              <Headlines dictionary={dictionary} found={found} question={question} />
            </>
          )}
        </Answered>
      </section>
      <Tables dictionary={dictionary} question={question} period={period} regions={regions} />
    </>
  )
}

interface ToldProps {
  found: Statistics
  period: Period
  question: Question
  regions: [string, string][]
}

/** How far the numbers reach; on paper, what was asked for and by whom, too. */
function Told({ found, period, question, regions }: ToldProps) {
  const { person } = useStore(sessionStore)
  return (
    <div className="statistics-told">
      <p className="page-told" role="status" id="statistics-told">
        {found.period.running && <b>{t('本期尚未结束，环比、同比只比到相应时点；', 'Still running, and compared up to the same moment; ')}</b>}
        {t(`统计截至 ${full(found.as_of)}`, `counted until ${full(found.as_of)}`)}
        {t('；', '; ')}
        {versionText(found.dictionary_version)}
        {t('；', '; ')}
        {t(`基数不足 ${found.min_base} 的比率不予显示`, `rates of a base below ${found.min_base} are not shown`)}
      </p>
      <p className="on-paper">
        {notesOf(question, period, regions, found).join(t('；', '; '))}
        {person && t(`；打印人 ${person.name || person.account}`, `; printed by ${person.name || person.account}`)}
      </p>
    </div>
  )
}

/** What was asked for, in words: on paper, and under a table that was taken along. */
function notesOf(question: Question, period: Period, regions: [string, string][], found: Statistics): string[] {
  const names = namesStore.get()
  const { region, org, item, powerType, caseKind, channel } = question
  return [
    t(`统计周期：${periodName(period)}`, `Period: ${periodName(period)}`),
    region && t(`区划：${regions.find(([code]) => code === region)?.[1] ?? region}`, `Region: ${regions.find(([code]) => code === region)?.[1] ?? region}`),
    org && t(`部门：${names.org(org)}`, `Body: ${names.org(org)}`),
    item && t(`事项：${names.item(item)}`, `Item: ${names.item(item)}`),
    powerType && t(`权力类型：${POWER_TYPES[powerType]?.zh ?? powerType}`, `Category: ${POWER_TYPES[powerType]?.en ?? powerType}`),
    caseKind && t(`办件类型：${CASE_KINDS[caseKind]?.zh ?? caseKind}`, `Kind of case: ${CASE_KINDS[caseKind]?.en ?? caseKind}`),
    channel && t(`办理渠道：${CHANNELS[channel]?.zh ?? channel}`, `Channel: ${CHANNELS[channel]?.en ?? channel}`),
    t(`统计截至 ${full(found.as_of)}${found.period.running ? '（本期尚未结束）' : ''}`, `Counted until ${full(found.as_of)}${found.period.running ? ' (still running)' : ''}`),
    versionText(found.dictionary_version),
    t(`基数不足 ${found.min_base} 的比率不予显示`, `Rates of a base below ${found.min_base} are not shown`),
    `${location.origin}/${questionHash({ ...question, period })}`,
  ].filter((note) => note !== '')
}

function Tables({ dictionary, question, period, regions }: Props & { regions: [string, string][] }) {
  const { region, org, item, powerType, caseKind, channel, by, group } = question
  const text = periodText(period)
  const columns = columnsOf(dictionary, group, by)
  const key = JSON.stringify([text, region, org, item, powerType, caseKind, channel, by, group])
  const table = { period: text, by, region, org, item, powerType, caseKind, channel, metrics: columns.map(({ id }) => id), compare: true }
  const asked = useAsked(`table ${key}`, (signal) => readStatistics(table, signal))
  const more = () => readStatistics({ ...table, limit: ROWS_MAX }, new AbortController().signal)
  const metric = charted(asked.found ? answered(columns, asked.found) : columns, question.metric)
  return (
    <>
      <div className="statistics-group">
        <Chips dictionary={dictionary} question={question} />
        {metric && columns.length > 1 && (
          <label className="charted">
            <span>{t('图中指标', 'In the charts')}</span>
            <select name="metric" value={metric.id} onChange={(event) => (location.hash = questionHash({ ...question, metric: event.target.value }))}>
              {(asked.found ? answered(columns, asked.found) : columns).map((other) => (
                <option key={other.id} value={other.id}>
                  {metricName(other)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {metric && (
        <div className="statistics-charts">
          <Trend dictionary={dictionary} question={question} period={period} metric={metric} />
          {asked.found && <Comparison question={question} found={asked.found} metric={metric} />}
        </div>
      )}
      <section className="card cases-found" aria-labelledby="breakdown-title">
        <h3 id="breakdown-title">{say(GROUPS[group])}</h3>
        <Answered asked={asked}>{(found) => <Breakdown dictionary={dictionary} question={question} found={found} told={notesOf(question, period, regions, found)} more={more} />}</Answered>
      </section>
    </>
  )
}
