// One case on a page of its own: its limits with their days, its alerts, its line of time, and why it stands as it does.

import { Suspense, lazy, useEffect } from 'react'

import { ApiFailure } from '../api/client'
import { namesStore } from '../api/names'
import type { CaseFound } from '../api/types'
import { registerHash } from '../complaints/routes'
import { mayRegister } from '../complaints/words'
import { PrintHere } from '../components/Take'
import { Placeholder, Section } from '../components/pieces'
import { Raise } from '../dispositions/Raise'
import { Beside } from '../foresight/Beside'
import { full } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { AlertLinks, CaseFacts, CaseState } from './CaseView'
import { ExplainForm, ExplainView } from './ExplainView'
import { LimitList } from './LimitList'
import { QuerySlip } from './QuerySlip'
import { Timeline } from './Timeline'
import { instantOf } from './explain-model'
import { casePage, explained } from './model'
import { type AskedFor, CASES_HASH } from './routes'

/** The drawing's library is larger than the rest of the page. */
const FlowchartView = lazy(() => import('../chart/FlowchartView'))

interface Props {
  source: string
  caseNo: string
  asked: AskedFor
}

export function CasePage({ source, caseNo, asked }: Props) {
  const { found, failure } = useStore(casePage.state)
  const shown = found?.kind === 'case' ? found.found : null
  if (shown) return <Shown found={shown} asked={asked} />
  if (failure) {
    const words = { zh: `办件 ${caseNo} 未能载入：${failure.message}`, en: failure instanceof ApiFailure ? failure.en : '' }
    return (
      <main className="case-page">
        <BackToSearch />
        <Placeholder state="failed" words={words} retry={() => casePage.reload()} />
      </main>
    )
  }
  return (
    <main className="case-page" data-source={source}>
      <BackToSearch />
      <Placeholder state="waiting" words={{ zh: '正在载入办件…', en: 'Loading' }} />
    </main>
  )
}

const BackToSearch = () => (
  <p className="case-back">
    <a href={CASES_HASH}>{t('← 办件查询', '← Find cases')}</a>
  </p>
)

function Shown({ found, asked }: { found: CaseFound; asked: AskedFor }) {
  const names = useStore(namesStore)
  const { told, phase, failure } = useStore(explained.state)
  const { person } = useStore(sessionStore)
  const { source, case_no: caseNo, case: known, alerts, timeline } = found
  const like = timeline[0]?.at ?? ''
  // Asked again whenever the case was read anew, for it has changed.
  useEffect(() => {
    void explained.ask(source, caseNo, { at: instantOf(asked.at, like), known: instantOf(asked.known, like) })
  }, [source, caseNo, asked.at, asked.known, like, found])
  return (
    <main className="case-page">
      <BackToSearch />
      <header className="card case-head">
        <div className="badges">{known && <CaseState known={known} />}</div>
        <h2>{known?.item_code ? names.item(known.item_code) : t('办件', 'Case')}</h2>
        <PrintHere />
        <p className="message" id="case-no">
          {t('办件编号', 'Case')} {caseNo}
        </p>
        {known && !known.closed_at && <Beside source={source} caseNo={caseNo} changed={found.events} />}
        {known ? <CaseFacts found={found} known={known} names={names} /> : <p className="nothing">{t('首条记录尚在判定', 'Its first record is being judged')}</p>}
        {known && <Raise names={names} subject={{ kind: 'case', source, key: caseNo }} to={known.org_code ?? ''} raised={() => casePage.reload()} />}
        {known && (!person || mayRegister(person.roles)) && (
          <p>
            <a href={registerHash(source, caseNo)}>{t('登记投诉、评价', 'Register a complaint or rating')}</a>
          </p>
        )}
        {known && <QuerySlip key={`${source}/${caseNo}`} source={source} caseNo={caseNo} known={known} names={names} />}
      </header>
      {known?.flowchart && (
        <div className="card case-chart" id="chart">
          <Section words={{ zh: '流程图', en: 'On its flowchart' }}>
            <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入流程图…', en: 'Loading the flowchart' }} />}>
              <FlowchartView known={known} flowchart={known.flowchart} alerts={alerts.map(({ alert }) => alert)} names={names} />
            </Suspense>
          </Section>
        </div>
      )}
      <div className="case-columns">
        <div className="card" id="limits">
          <Section words={{ zh: '期限', en: 'Limits' }}>
            {told ? <LimitList told={told} /> : <Waiting phase={phase} failure={failure} />}
          </Section>
        </div>
        <div className="card">
          {alerts.length > 0 && (
            <Section words={{ zh: '本办件预警', en: 'Alerts of this case' }}>
              <AlertLinks alerts={alerts} names={names} />
            </Section>
          )}
          <Section words={{ zh: '全程', en: 'Timeline' }}>
            <Timeline found={found} names={names} told={told} />
          </Section>
        </div>
        <div className="card case-why" id="why">
          <Section words={{ zh: '为何这样判定', en: 'Why it stands as it does' }}>
            <ExplainForm key={`${asked.at}/${asked.known}`} found={found} asked={asked} />
            {told ? <ExplainView told={told} names={names} busy={phase === 'waiting'} /> : <Waiting phase={phase} failure={failure} />}
          </Section>
        </div>
      </div>
      {told && (
        <p className="versions">
          {t(
            `判定程序 ${told.engine_version} · 定义 ${told.definitions.version} · 日历 ${told.definitions.calendar} · 截至 ${full(told.at)}`,
            `engine ${told.engine_version} · definitions ${told.definitions.version} · calendar ${told.definitions.calendar} · as of ${full(told.at)}`,
          )}
        </p>
      )}
    </main>
  )
}

function Waiting({ phase, failure }: { phase: string; failure: Error | null }) {
  if (phase === 'failed') return <Placeholder state="failed" words={{ zh: failure?.message ?? '未能载入', en: failure instanceof ApiFailure ? failure.en : '' }} />
  return <Placeholder state="waiting" words={{ zh: '正在重读办件的记录…', en: 'Reading the case again' }} />
}
