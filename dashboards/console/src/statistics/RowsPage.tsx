// 明细: what a number counts, thing by thing, each with the way to its case or alert.

import { useEffect, useMemo, useState } from 'react'

import { inEnglish } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { casePageHash } from '../cases/routes'
import { Print, Take } from '../components/Take'
import type { Sheet } from '../components/files'
import { Placeholder } from '../components/pieces'
import { count } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { itemHash } from '../lists/routes'
import { alertHash } from '../panel/routes'
import { sampleHash } from '../sampling/routes'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { CHANNELS, word } from '../words/codes'
import { type CountedRow, type CountedRows, type Dictionary, readRows } from './api'
import { metricOf } from './columns'
import { MetricName, metricName, versionText } from './definition'
import { type Period, periodName, periodText } from './period'
import { FIRST_QUESTION, type RowsQuestion, questionHash, rowsHash } from './routes'
import { columnsOfRows, rowTitle } from './rows'
import { BYS, CASE_KINDS, OVERS, POWER_TYPES } from './words'

const PAGE_ROWS = 100
/** Rows of a file at most; what is beyond them says so. */
const FILE_ROWS = 20_000
const FILE_PAGE = 1000

interface Props {
  dictionary: Dictionary
  question: RowsQuestion
  period: Period
}

const asked = ({ metric, part, by, key, region, org, item, powerType, caseKind, channel }: RowsQuestion, period: Period) => ({ metric, part, by, key, region, org, item, powerType, caseKind, channel, period: periodText(period) })

export function RowsPage({ dictionary, question, period }: Props) {
  const metric = metricOf(dictionary, question.metric)
  const hash = rowsHash({ ...question, period })
  const first = useAsked(hash, (signal) => readRows(asked(question, period), null, PAGE_ROWS, signal))
  const names = useStore(namesStore)
  const narrowed = narrowing(question, names)
  const back = questionHash({ ...FIRST_QUESTION, ...question, period, by: question.item ? 'month' : question.org ? 'item' : 'org', group: metric?.group ?? FIRST_QUESTION.group, sort: '' })
  return (
    <section className="card cases-found" aria-labelledby="rows-title">
      <div className="page-head">
        <h2 id="rows-title">
          {t('明细：', 'Rows: ')}
          {metric ? <MetricName metric={metric} /> : question.metric}
        </h2>
        <Print />
      </div>
      <p className="statistics-told" id="rows-told">
        {[periodName(period), ...narrowed].join(t('，', ', '))}
      </p>
      <nav className="item-types" aria-label={t('哪一部分', 'Which part')}>
        <a className="plain" href={back}>
          ← {t('返回统计', 'Back to statistics')}
        </a>
        <a className="filter" href={rowsHash({ ...question, period, part: 'numerator' })} aria-current={question.part === 'numerator' ? 'true' : undefined}>
          {t('计入的（分子）', 'What was counted')}
        </a>
        {metric && metric.unit !== 'count' && (
          <a className="filter" href={rowsHash({ ...question, period, part: 'base' })} aria-current={question.part === 'base' ? 'true' : undefined}>
            {t('全部基数', 'The whole base')}
          </a>
        )}
      </nav>
      {metric && <p className="sub">{question.part === 'base' ? metric.base : metric.formula}</p>}
      <Answered asked={first}>{(page) => <Found key={hash} first={page} dictionary={dictionary} question={question} period={period} narrowed={narrowed} title={metric ? metricName(metric) : question.metric} />}</Answered>
    </section>
  )
}

function narrowing({ region, org, item, powerType, caseKind, channel, by, key }: RowsQuestion, names: Names): string[] {
  const row = by === 'office' ? key : by === 'handler' ? names.officer(key) : key
  return [
    region && t(`区划 ${region}`, `region ${region}`),
    org && names.org(org),
    item && names.item(item),
    powerType && say(word(POWER_TYPES, powerType)),
    caseKind && say(word(CASE_KINDS, caseKind)),
    channel && say(word(CHANNELS, channel)),
    by && `${say(BYS[by])} ${row || t('未报', 'not told')}`,
  ].filter((text) => text !== '')
}

interface FoundProps {
  first: CountedRows
  dictionary: Dictionary
  question: RowsQuestion
  period: Period
  narrowed: string[]
  title: string
}

function Found({ first, dictionary, question, period, narrowed, title }: FoundProps) {
  const names = useStore(namesStore)
  const [pages, setPages] = useState([first])
  const [reading, setReading] = useState(false)
  const [failure, setFailure] = useState<Error | null>(null)
  useEffect(() => setPages([first]), [first])
  const rows = useMemo(() => pages.flatMap((page) => page.rows), [pages])
  const next = pages.at(-1)?.next ?? null
  const of = say(word(OVERS, first.over))
  const more = async () => {
    setReading(true)
    setFailure(null)
    try {
      const page = await readRows(asked(question, period), next, PAGE_ROWS, new AbortController().signal)
      setPages((before) => [...before, page])
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setReading(false)
    }
  }
  if (rows.length === 0) return <Placeholder state="empty" words={{ zh: '没有计入的记录', en: 'Nothing was counted' }} />
  return (
    <>
      <div className="table-head">
        <p className="page-told" role="status" id="rows-count">
          {t(`${of}：已列出 ${count(rows.length)} 条${next ? '，还有更多' : '，已全部列出'}`, `${of}: ${count(rows.length)} listed${next ? ', there are more' : ', that is all'}`)}
        </p>
        <Take
          name={`${t('明细', 'rows')}-${question.metric}`}
          of={t('明细', 'the rows')}
          sheet={() => sheetOf(question, period, names, [`${title}${t('，', ', ')}${question.part === 'base' ? t('全部基数', 'the whole base') : t('计入的', 'what was counted')}`, periodName(period), ...narrowed, versionText(dictionary.version)])}
        />
      </div>
      <Table over={first.over} rows={rows} names={names} />
      {failure && (
        <p className="stale" role="alert">
          {t(`后面的未能载入：${failure.message}`, `The rest could not be loaded: ${inEnglish(failure)}`)}
        </p>
      )}
      {next && (
        <button type="button" className="plain more" disabled={reading} onClick={() => void more()}>
          {reading ? t('正在载入…', 'Loading') : t('更多', 'More')}
        </button>
      )}
    </>
  )
}

function Table({ over, rows, names }: { over: string; rows: readonly CountedRow[]; names: Names }) {
  const columns = columnsOfRows(rows)
  return (
    <div className="cases-scroll">
      <table className="cases-table statistics-table" id="rows">
        <thead>
          <tr>
            <th scope="col">{t('编号', 'Number')}</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              <th scope="row">
                <RowLink over={over} row={row} names={names} />
              </th>
              {columns.map(({ name, text }) => (
                <td key={name}>{text(row, names)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Alerts lead to their panel, all that is about a case to the case, what was drawn to its sample, too, and an item to the list. */
function RowLink({ over, row, names }: { over: string; row: CountedRow; names: Names }) {
  const { source, case_no: caseNo, alert_id: alert, sub } = row
  const title = rowTitle(over, row, names)
  const to = caseNo !== '' ? casePageHash(source, caseNo) : over === 'items' && sub ? itemHash(sub) : null
  return (
    <>
      {to ? <a href={to}>{title}</a> : title}
      {source && <span className="sub">{names.source(source)}</span>}
      {alert && (
        <a className="sub" href={alertHash(alert)}>
          {t('查看预警', 'The alert')}
        </a>
      )}
      {over === 'samples' && (
        <a className="sub" href={sampleHash(sub)}>
          {t('查看抽查', 'The sample')}
        </a>
      )}
    </>
  )
}

/** All rows, page after page, up to what a file holds. */
async function sheetOf(question: RowsQuestion, period: Period, names: Names, notes: string[]): Promise<Sheet> {
  const rows: CountedRow[] = []
  const { signal } = new AbortController()
  let after: string | null = null
  let over = ''
  do {
    const page: CountedRows = await readRows(asked(question, period), after, FILE_PAGE, signal)
    rows.push(...page.rows)
    over = page.over
    after = page.next
  } while (after !== null && rows.length < FILE_ROWS)
  const columns = columnsOfRows(rows)
  return {
    head: [t('编号', 'Number'), t('来源', 'Source'), ...columns.map(({ name }) => name), t('预警编号', 'Alert')],
    body: rows.map((row) => [rowTitle(over, row, names), row.source ? names.source(row.source) : '', ...columns.map(({ text }) => text(row, names)), row.alert_id ?? '']),
    notes: after === null ? notes : [...notes, t(`只列出前 ${count(rows.length)} 条`, `Only the first ${count(rows.length)} are listed`)],
  }
}
