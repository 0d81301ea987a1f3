// One sample: how it was drawn and that it can be drawn again, its cases with what was found of each, and what it came to.

import { useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { casePageHash } from '../cases/routes'
import { PrintHere } from '../components/Take'
import { type Fact, Facts, Placeholder } from '../components/pieces'
import { count, date, full } from '../format'
import { sessionStore } from '../people/session'
import { FIRST_QUESTION, questionHash } from '../statistics/routes'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { CloseForm, FindForm } from './CheckForms'
import { SampleBadge } from './ListPage'
import { type Redrawn, STRATA, type SampledCase, VERDICTS, type WholeSample, redraw } from './api'
import { sample as model } from './model'
import { SAMPLES_HASH } from './routes'
import { checkedWithin, drawnText } from './values'

/** Codes that statistics narrow by; a sample may be drawn of any prefix. */
const STATISTICS_REGION = /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/

export function SamplePage({ id }: { id: string }) {
  const { phase, failure, value } = useStore(model.state)
  const names = useStore(namesStore)
  useEffect(() => {
    if (model.state.get().value?.id !== id) void model.look(id)
  }, [id])
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={SAMPLES_HASH}>{t('← 抽查', '← Samples')}</a>
      </p>
      {value?.id === id ? (
        <Whole sample={value} names={names} />
      ) : phase === 'failed' ? (
        <Placeholder state="failed" words={{ zh: `未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }} retry={() => void model.look(id)} />
      ) : (
        <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
      )}
    </main>
  )
}

function Whole({ sample, names }: { sample: WholeSample; names: Names }) {
  const { person } = useStore(sessionStore)
  const mayWork = sample.closed_at === null && (!person || person.roles.includes('supervision'))
  const { cases, checked, failed } = sample.tally
  const facts: Fact[] = [
    [{ zh: '办结时段', en: 'Closed within' }, t(`${date(sample.from)} 起，${date(sample.until)} 前`, `from ${date(sample.from)}, before ${date(sample.until)}`)],
    [{ zh: '范围', en: 'Of' }, [sample.region, sample.org_code && names.org(sample.org_code), sample.item_code && names.item(sample.item_code)].filter(Boolean).join(' · ') || t('全部', 'All')],
    [{ zh: '总体', en: 'Population' }, t(`${count(sample.population)} 件`, count(sample.population))],
    [{ zh: '抽取', en: 'Drawn' }, drawnText(sample.strata === 'whole' ? null : STRATA[sample.strata], sample.per_stratum, cases)],
    [{ zh: '种子', en: 'Seed' }, <code key="seed" id="seed">{sample.seed}</code>],
    [{ zh: '总体摘要', en: 'Population hash' }, <code key="hash">{sample.population_hash}</code>],
    [{ zh: '抽取人', en: 'Drawn by' }, `${names.officer(sample.drawn_by)} · ${full(sample.drawn_at)}`],
    [{ zh: '依据', en: 'Why' }, sample.why],
    [{ zh: '结果', en: 'Result' }, sample.result],
  ]
  return (
    <section className="card cases-found voice" aria-labelledby="sample-title" data-sample={sample.id}>
      <h2 id="sample-title">
        {sample.title} <SampleBadge sample={sample} />
      </h2>
      <PrintHere />
      <Facts entries={facts} />
      <Again id={sample.id} />
      <h3>{t('检查结果', 'What was found')}</h3>
      <p id="tally">
        {t(`抽取 ${cases} 件，已检查 ${checked} 件，其中有不符合项的 ${failed} 件`, `${checked} of ${cases} checked, ${failed} failed a point`)}
      </p>
      <p>
        <a id="sample-statistics" href={questionHash({ ...FIRST_QUESTION, group: 'samples', period: checkedWithin(sample), region: STATISTICS_REGION.test(sample.region) ? sample.region : '', org: sample.org_code, item: sample.item_code })}>
          {t('同一时段、范围的抽查统计', 'Statistics of samples: same days, same scope')}
        </a>
      </p>
      <ul className="sample-checks">
        {sample.checks.map((check, index) => {
          const [wrong = 0, asked = 0] = sample.tally.by_check[index] ?? []
          return (
            <li key={`${index}-${check}`}>
              {check}
              {t('：', ': ')}
              {t(`不符合 ${wrong} 件，适用 ${asked} 件`, `${wrong} of ${asked} failed`)}
            </li>
          )
        })}
      </ul>
      <h3>{t('抽取的办件', 'Cases drawn')}</h3>
      <ol className="sample-cases" id="sample-cases">
        {sample.cases.map((found) => (
          <Case key={`${found.source}/${found.case_no}`} found={found} sample={sample} names={names} mayWork={mayWork} />
        ))}
      </ol>
      {mayWork && checked === cases && <CloseForm sample={sample} names={names} />}
    </section>
  )
}

function Again({ id }: { id: string }) {
  const [told, tell] = useState<Redrawn | ApiFailure | null>(null)
  const check = async () => {
    try {
      tell(await redraw(id))
    } catch (error) {
      tell(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
    }
  }
  return (
    <div className="sample-again">
      <button type="button" className="plain" onClick={() => void check()}>
        {t('重新抽取比对', 'Draw again and compare')}
      </button>
      <span id="redrawn" role="status">
        {told && (told instanceof ApiFailure ? t(told.message, told.en) : wordsOf(told))}
      </span>
    </div>
  )
}

function wordsOf({ same_population: samePopulation, same_sample: sameSample, population }: Redrawn) {
  if (samePopulation) return sameSample ? t('总体相同，抽取的办件相同', 'Same population, same sample') : t('总体相同而抽取的办件不同，请报告运维人员', 'Same population and another sample: tell the operators')
  const now = count(population)
  return t(`总体现为 ${now} 件，抽取后有办件补报或者更正${sameSample ? '，抽取的办件仍然相同' : ''}`, `The population is ${now} now; cases were added or corrected since`)
}

interface CaseProps {
  found: SampledCase
  sample: WholeSample
  names: Names
  mayWork: boolean
}

function Case({ found, sample, names, mayWork }: CaseProps) {
  const [checking, check] = useState(false)
  const { finding } = found
  return (
    <li data-sampled={found.case_no} data-checked={finding !== null}>
      <div className="thread-head">
        <a href={casePageHash(found.source, found.case_no)}>{found.case_no}</a>
        <span className="sub">{stratumOf(found.stratum, sample, names)}</span>
        {mayWork && (
          <button type="button" className="plain" aria-expanded={checking} onClick={() => check(!checking)}>
            {finding ? t('重新登记', 'Check again') : t('登记检查情况', 'Check')}
          </button>
        )}
      </div>
      {finding && (
        <div className="sample-finding">
          <ul>
            {sample.checks.map((name, index) => {
              const verdict = finding.verdicts[index]
              return (
                <li key={`${index}-${name}`} data-verdict={verdict}>
                  {name}
                  {t('：', ': ')}
                  <b>{verdict && say(VERDICTS[verdict])}</b>
                </li>
              )
            })}
          </ul>
          <p>{finding.text}</p>
          <p className="sub">
            {names.officer(finding.by)} · {full(finding.at)}
          </p>
        </div>
      )}
      {checking && <FindForm found={found} sample={sample} names={names} done={() => check(false)} />}
    </li>
  )
}

function stratumOf(key: string, sample: WholeSample, names: Names) {
  if (sample.strata === 'item') return names.item(key)
  if (sample.strata === 'body') return names.org(key)
  return key || (sample.strata === 'power_type' ? t('未报事项', 'No item told') : '')
}
