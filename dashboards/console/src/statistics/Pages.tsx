// The pages of statistics: figures, the rows behind one, the dictionary of metrics, how cases really went.

import '../styles/statistics.css'
import '../styles/process.css'
import '../styles/statistics-print.css'

import { type ReactNode, useMemo, useState } from 'react'

import { nowStore } from '../api/clock'
import { Placeholder } from '../components/pieces'
import { today } from '../ledger/today'
import { Answered, useAsked } from '../lists/asked'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { type Dictionary, type Metric, readDictionary } from './api'
import { DecidersPage } from './DecidersPage'
import { DefinitionDialog, DefinitionOpener } from './definition'
import { DictionaryPage } from './DictionaryPage'
import { OverviewPage } from './OverviewPage'
import { type Period, periodOf, periodText } from './period'
import { ProcessPage } from './ProcessPage'
import { readsDeciders } from './rights'
import { FIRST_QUESTION, type StatisticsPage, statisticsHash } from './routes'
import { RowsPage } from './RowsPage'

export default function Pages({ page }: { page: StatisticsPage }) {
  const asked = useAsked('dictionary', readDictionary)
  // The platform's clock says which month runs.
  useStore(nowStore)
  const day = today()
  const given = page.kind === 'metrics' ? null : page.question.period
  const text = given ? periodText(given) : day.slice(0, 'yyyy-mm'.length)
  const period = useMemo(() => periodOf(text), [text])
  return (
    <main className="cases-page statistics-page">
      <Nav page={page} />
      <Answered asked={asked}>
        {(dictionary) => (
          <WithDefinitions dictionary={dictionary}>
            {page.kind === 'metrics' ? <DictionaryPage key={statisticsHash(page)} dictionary={dictionary} text={page.text} metric={page.metric} /> : period ? <Shown page={page} dictionary={dictionary} period={period} /> : <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
          </WithDefinitions>
        )}
      </Answered>
    </main>
  )
}

function Shown({ page, dictionary, period }: { page: Exclude<StatisticsPage, { kind: 'metrics' }>; dictionary: Dictionary; period: Period }) {
  switch (page.kind) {
    case 'overview':
      return <OverviewPage dictionary={dictionary} question={page.question} period={period} />
    case 'rows':
      return <RowsPage dictionary={dictionary} question={page.question} period={period} />
    case 'process':
      return <ProcessPage question={page.question} period={period} />
    case 'deciders':
      return <DecidersPage period={period} />
  }
}

function WithDefinitions({ dictionary, children }: { dictionary: Dictionary; children: ReactNode }) {
  const [opened, open] = useState<Metric | null>(null)
  return (
    <DefinitionOpener value={open}>
      {children}
      {opened && <DefinitionDialog key={opened.id} metric={opened} version={dictionary.version} close={() => open(null)} />}
    </DefinitionOpener>
  )
}

function Nav({ page }: { page: StatisticsPage }) {
  const session = useStore(sessionStore)
  const places: [StatisticsPage, string, string][] = [
    [{ kind: 'overview', question: FIRST_QUESTION }, '统计', 'Statistics'],
    [{ kind: 'process', question: { item: '', period: null, region: '', org: '' } }, '流程图实况', 'Process map'],
    [{ kind: 'metrics', text: '', metric: '' }, '指标词典', 'Dictionary'],
  ]
  if (readsDeciders(session)) places.splice(2, 0, [{ kind: 'deciders', question: { period: null } }, '认定情况', 'Who decided'])
  const here = page.kind === 'rows' ? 'overview' : page.kind
  return (
    <nav className="lists-nav" aria-label={t('效能统计', 'Statistics')}>
      {places.map(([to, zh, en]) => (
        <a key={to.kind} className="filter" href={statisticsHash(to)} aria-current={to.kind === here ? 'page' : undefined}>
          {t(zh, en)}
        </a>
      ))}
    </nav>
  )
}
