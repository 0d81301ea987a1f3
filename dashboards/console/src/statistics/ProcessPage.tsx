// 流程图实况: how the cases of an item really went, against the flowchart by which they should.

import { type FormEvent, Suspense, lazy, useMemo, useState } from 'react'

import { type Names, namesStore } from '../api/names'
import { Choice } from '../components/Searched'
import { Print, Take } from '../components/Take'
import { Badge, Placeholder } from '../components/pieces'
import { count } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { itemHash } from '../lists/routes'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Process, type ProcessFlow, readProcess, readStatistics } from './api'
import { ItemField, useBodies, useRegions } from './Filters'
import { type Period, periodName, periodText } from './period'
import { PeriodFields, PeriodLinks } from './PeriodChooser'
import { bottleneckOf } from './process-model'
import { EVERYWHERE, type ProcessQuestion, processHash } from './routes'
import { valueText } from './values'

const ProcessMap = lazy(() => import('./ProcessMap'))

/** Items that are offered to begin with. */
const OFFERED = 20

interface Props {
  question: ProcessQuestion
  period: Period
}

export function ProcessPage({ question, period }: Props) {
  const names = useStore(namesStore)
  return (
    <section className="card cases-found" aria-labelledby="process-title">
      <div className="page-head">
        <h2 id="process-title">{t('流程图实况', 'Process map')}</h2>
        <Print />
      </div>
      <PeriodLinks period={period} to={(other) => processHash({ ...question, period: other })} />
      <Form key={processHash({ ...question, period })} question={question} period={period} />
      {question.item === '' ? (
        <Offered period={period} question={question} />
      ) : (
        <>
          <h3 id="process-item">
            <a href={itemHash(question.item)}>{names.item(question.item)}</a> <span className="sub">{question.item}</span>
          </h3>
          <Shown question={question} period={period} />
        </>
      )}
    </section>
  )
}

function Form({ question, period }: Props) {
  const names = useStore(namesStore)
  const bodies = useBodies()
  const regions = useRegions(period)
  const [wanted, want] = useState({ ...question, period })
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = processHash({ ...wanted, item: wanted.item.trim() })
  }
  return (
    <form id="process-ask" className="case-search" role="search" onSubmit={submit}>
      <ItemField value={wanted.item} set={(item) => set({ item })} among={Object.keys(names.tables.item_flowcharts)} />
      <PeriodFields period={wanted.period} set={(other) => set({ period: other })} />
      <Choice label={t('区划（含下级）', 'Region and below')} name="region" value={wanted.region} options={regions} set={(region) => set({ region })} />
      <Choice label={t('部门', 'Body')} name="org" value={wanted.org} options={bodies} set={(org) => set({ org })} />
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
      </div>
    </form>
  )
}

/** The items with the most cases. */
function Offered({ question, period }: Props) {
  const names = useStore(namesStore)
  const { region, org } = question
  const text = periodText(period)
  const asked = useAsked(JSON.stringify(['items', text, region, org]), (signal) => readStatistics({ ...EVERYWHERE, region, org, period: text, by: 'item', metrics: ['received'], compare: false, limit: OFFERED }, signal))
  return (
    <Answered asked={asked}>
      {(found) => {
        const rows = found.rows.filter(({ key }) => key !== '')
        if (rows.length === 0) return <Placeholder state="empty" words={{ zh: '这个周期没有办件，请换一个周期', en: 'No cases in this period: choose another' }} />
        return (
          <>
            <h3>{t('选择一个事项', 'Choose an item')}</h3>
            <p className="sub">{t('本期收件最多的事项', 'Items with the most cases of this period')}</p>
            <ul className="offered" id="offered">
              {rows.map((row) => (
                <li key={row.key}>
                  <a href={processHash({ ...question, period, item: row.key })}>{row.name || names.item(row.key)}</a> <span className="sub">{t(`收件 ${count(row.values.received?.value ?? 0)}`, `${count(row.values.received?.value ?? 0)} received`)}</span>
                </li>
              ))}
            </ul>
          </>
        )
      }}
    </Answered>
  )
}

function Shown({ question, period }: Props) {
  const names = useStore(namesStore)
  const { item, region, org } = question
  const text = periodText(period)
  const asked = useAsked(JSON.stringify([item, text, region, org]), (signal) => readProcess(item, text, region, org, signal))
  return (
    <Answered asked={asked}>
      {(process) =>
        process.steps.length === 0 ? (
          <Placeholder state="empty" words={{ zh: `${periodName(period)}没有这个事项的办件`, en: `No cases of this item in ${periodName(period)}` }} />
        ) : (
          <Found process={process} names={names} org={org} notes={[names.item(item), periodName(period), region, org && names.org(org)].filter(Boolean)} />
        )
      }
    </Answered>
  )
}

function Found({ process, names, org, notes }: { process: Process; names: Names; org: string; notes: string[] }) {
  const bottleneck = useMemo(() => bottleneckOf(process.steps), [process])
  const [off, setOff] = useState<ProcessFlow[]>([])
  const step = (code: string) => (code === '' ? '' : (process.steps.find((one) => one.step === code)?.name ?? names.step(code, process.flowchart)))
  return (
    <>
      {bottleneck && (
        <p className="bottleneck-told" id="bottleneck">
          {t(
            `瓶颈：${step(bottleneck.step)}，占各环节用时（中位用时乘办理次数）的 ${valueText('share', bottleneck.share)}`,
            `Bottleneck: ${step(bottleneck.step)}, with ${valueText('share', bottleneck.share)} of the time in steps (median stay by visits)`,
          )}
        </p>
      )}
      {process.flowchart ? (
        <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入流程图…', en: 'Loading the flowchart' }} />}>
          <ProcessMap process={process} flowchart={process.flowchart} body={org || null} bottleneck={bottleneck} found={setOff} />
        </Suspense>
      ) : (
        <Placeholder state="empty" words={{ zh: '这个事项没有发布的流程图，只列出实际流转', en: 'No flowchart is published for this item: only what happened is listed' }} />
      )}
      <div className="process-tables">
        <Steps process={process} bottleneck={bottleneck?.step ?? null} notes={notes} />
        <Flows flows={process.flows} off={process.flowchart ? off : []} step={step} notes={notes} />
      </div>
      <Variants process={process} step={step} />
    </>
  )
}

function Steps({ process, bottleneck, notes }: { process: Process; bottleneck: string | null; notes: string[] }) {
  const columns = [t('环节', 'Step'), t('办理次数', 'Visits'), t('办件数', 'Cases'), t('现在办', 'In it now'), t('中位用时', 'Median stay'), t('九成以内', 'P90'), t('超时限', 'Over the limit')]
  return (
    <section aria-labelledby="steps-title">
      <div className="table-head">
        <h4 id="steps-title">{t('环节', 'Steps')}</h4>
        <Take
          name={t('环节', 'steps')}
          of={t('环节表', 'the steps')}
          sheet={() => ({ head: [t('代码', 'Code'), ...columns], body: process.steps.map((one) => [one.step, one.name, one.visits, one.cases, one.open, one.median_hours, one.p90_hours, one.over_limit]), notes })}
        />
      </div>
      <div className="cases-scroll">
        <table className="cases-table statistics-table" id="process-steps">
          <thead>
            <tr>
              {columns.map((column, place) => (
                <th key={column} scope="col" className={place > 0 ? 'number' : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {process.steps.map((one) => (
              <tr key={one.step} data-step={one.step}>
                <th scope="row">
                  {one.name || one.step} {one.step === bottleneck && <Badge kind="bottleneck" words={{ zh: '瓶颈', en: 'Bottleneck' }} />}
                </th>
                <td className="number">{count(one.visits)}</td>
                <td className="number">{count(one.cases)}</td>
                <td className="number">{count(one.open)}</td>
                <td className="number">{valueText('hours', one.median_hours)}</td>
                <td className="number">{valueText('hours', one.p90_hours)}</td>
                <td className="number">{count(one.over_limit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** A case may begin with a later step, where its source tells no earlier one, and end in any, as by being withdrawn. */
function offWords({ from, to }: ProcessFlow) {
  if (from === '') return { zh: '中途开始', en: 'Began here' }
  return to === '' ? { zh: '中途终结', en: 'Ended early' } : { zh: '图外', en: 'Not in the flowchart' }
}

function Flows({ flows, off, step, notes }: { flows: ProcessFlow[]; off: ProcessFlow[]; step: (code: string) => string; notes: string[] }) {
  const columns = [t('从', 'From'), t('到', 'To'), t('件数', 'Cases'), t('中位间隔', 'Median between')]
  const from = (code: string) => step(code) || t('（开始）', '(start)')
  const to = (code: string) => step(code) || t('（结束）', '(end)')
  return (
    <section aria-labelledby="flows-title">
      <div className="table-head">
        <h4 id="flows-title">{t('环节之间的流转', 'Between steps')}</h4>
        <Take name={t('流转', 'flows')} of={t('流转表', 'the flows')} sheet={() => ({ head: [...columns, t('流程图外', 'Not in the flowchart')], body: flows.map((flow) => [from(flow.from), to(flow.to), flow.cases, flow.median_hours, off.includes(flow) ? say(offWords(flow)) : '']), notes })} />
      </div>
      <div className="cases-scroll">
        <table className="cases-table statistics-table" id="process-flows">
          <thead>
            <tr>
              {columns.map((column, place) => (
                <th key={column} scope="col" className={place > 1 ? 'number' : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {flows.map((flow) => (
              <tr key={`${flow.from} ${flow.to}`}>
                <th scope="row">{from(flow.from)}</th>
                <td>
                  {to(flow.to)} {off.includes(flow) && <Badge kind="off-chart" words={offWords(flow)} />}
                </td>
                <td className="number">{count(flow.cases)}</td>
                <td className="number">{valueText('hours', flow.median_hours)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Variants({ process, step }: { process: Process; step: (code: string) => string }) {
  if (process.variants.length === 0) return null
  return (
    <section aria-labelledby="variants-title" className="variants">
      <h4 id="variants-title">{t('最常见的办理路径', 'The commonest ways')}</h4>
      <ol>
        {process.variants.map((variant) => (
          <li key={variant.steps.join(' ')}>
            <b>{t(`${count(variant.cases)} 件`, `${count(variant.cases)} cases`)}</b> {variant.steps.map(step).join(' → ')}
          </li>
        ))}
      </ol>
    </section>
  )
}
