// One draft: what it changes, where it stands, what may be done; its text, its flowchart on a canvas, and what it would allege.

import { Suspense, lazy, useEffect, useState } from 'react'

import { PrintHere } from '../components/Take'
import { Badge, Facts, Placeholder, Section } from '../components/pieces'
import { full } from '../format'
import { ChangeList } from '../lists/DefinitionPage'
import { Answered, useAsked } from '../lists/asked'
import type { Draft } from '../lists/model'
import { definitionHash } from '../lists/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { ActsOnDraft } from './ActsOnDraft'
import { BacktestView } from './BacktestView'
import { aboutText } from './DraftsPage'
import { Reviews } from './Reviews'
import { ShadowView } from './ShadowView'
import { TextEditor } from './TextEditor'
import { one } from './api'
import { drafts } from './rights'
import { DRAFTS_HASH, type DraftView, draftHash } from './routes'
import { STATES, mayRevise } from './states'

/** The drawing's library is larger than the rest of the page. */
const CanvasEditor = lazy(() => import('./CanvasEditor'))

/** What was decided is carried out by itself: then it is asked until it is. */
const ASK_AGAIN_MS = 2000

export function DraftPage({ id, view }: { id: string; view: DraftView }) {
  const asked = useAsked(id, (signal) => one(id, signal))
  return (
    <>
      <p className="case-back">
        <a href={DRAFTS_HASH}>← {t('草案', 'Drafts')}</a>
      </p>
      <Answered asked={asked}>{(found) => <Shown found={found} view={view} again={asked.again} />}</Answered>
    </>
  )
}

function Shown({ found, view, again }: { found: Draft; view: DraftView; again: () => void }) {
  const [draft, setDraft] = useState(found)
  useEffect(() => setDraft(found), [found])
  useEffect(() => {
    if (draft.state !== 'publishing') return
    const timer = setTimeout(again, ASK_AGAIN_MS)
    return () => clearTimeout(timer)
  }, [draft, again])
  const drafting = drafts(useStore(sessionStore))
  return (
    <article id="draft" data-draft={draft.id} data-state={draft.state} data-text={draft.text_sha256}>
      <Head draft={draft} changed={setDraft} />
      <Tabs draft={draft} view={view} />
      <section className="card cases-found">
        {view === 'course' && <Course draft={draft} />}
        {view === 'text' && <TextEditor draft={draft} drafting={drafting} changed={setDraft} />}
        {view === 'canvas' && (
          <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入画布…', en: 'Loading the canvas' }} />}>
            <CanvasEditor draft={draft} editable={drafting && mayRevise(draft.state)} changed={setDraft} />
          </Suspense>
        )}
        {view === 'backtest' && <BacktestView draft={draft} changed={again} />}
        {view === 'shadow' && <ShadowView draft={draft} />}
      </section>
    </article>
  )
}

function Head({ draft, changed }: { draft: Draft; changed: (draft: Draft) => void }) {
  return (
    <header className="card case-head">
      <div className="badges">
        <Badge kind={STATES[draft.state].open ? 'case-open' : 'case-closed'} words={STATES[draft.state]} />
        {draft.shadow && <Badge kind="case-open" words={{ zh: '影子运行', en: 'In shadow' }} />}
      </div>
      <h2>{aboutText(draft)}</h2>
      <PrintHere />
      <div className="in-columns">
        <Facts
          entries={[
            [{ zh: '类别', en: 'Kind' }, draft.kind_zh],
            [{ zh: '草案编号', en: 'Draft' }, draft.id],
            [{ zh: '起草', en: 'Drafted' }, `${full(draft.drafted_at)} ${[draft.drafted_by.body, draft.drafted_by.office, draft.drafted_by.person].filter(Boolean).join(' ')}`],
            [{ zh: '等待', en: 'Waits for' }, draft.awaited.map((role) => role.name).join('、')],
            [{ zh: '生效日期', en: 'In force from' }, draft.effective_from ?? draft.subjects[0]?.effective_from],
            [{ zh: '退回', en: 'Returned' }, draft.returned && `${draft.returned.by.name}：${draft.returned.opinion}`],
            [{ zh: '公布', en: 'Published' }, draft.published_at && `${full(draft.published_at)} · ${t('定义版本', 'set')} ${draft.version ?? ''}`],
            [{ zh: '废止', en: 'Retired from' }, draft.retired_from],
            [{ zh: '公示', en: 'To be read' }, draft.notices.map(({ place, on }) => `${place}（${on}）`).join('；')],
          ]}
        />
      </div>
      {draft.hindered && (
        <p className="refusal" role="alert">
          {t(`公布尚未生效，自 ${full(draft.hindered.since)} 起受阻：${draft.hindered.why}`, `Not in force yet since ${full(draft.hindered.since)}: ${draft.hindered.why}`)}
        </p>
      )}
      <ActsOnDraft key={draft.state} draft={draft} changed={changed} />
    </header>
  )
}

function Tabs({ draft, view }: { draft: Draft; view: DraftView }) {
  const tabs: [DraftView, string, string][] = [
    ['course', '内容与审核', 'Changes and reviews'],
    ['text', '文本', 'Text'],
    ...(draft.kind === 'flowchart' ? ([['canvas', '画布', 'Canvas']] as [DraftView, string, string][]) : []),
    ['backtest', '回测', 'Backtest'],
    ['shadow', '影子运行', 'Shadow'],
  ]
  return (
    <nav className="lists-nav tabs" aria-label={t('草案的各页', 'Parts of the draft')}>
      {tabs.map(([name, zh, en]) => (
        <a key={name} className="filter" data-view={name} href={draftHash(draft.id, name)} aria-current={name === view ? 'page' : undefined}>
          {t(zh, en)}
        </a>
      ))}
    </nav>
  )
}

function Course({ draft }: { draft: Draft }) {
  return (
    <>
      <Section words={{ zh: '改动', en: 'What it changes' }}>
        <ChangeList changes={draft.changes} />
        <ul className="plain-list">
          {draft.subjects.map((subject) => (
            <li key={`${subject.id}@${subject.version}`}>
              <a href={definitionHash(subject.kind, subject.id)}>{t(`${subject.name}的各版本与比较`, `Versions of ${subject.name}`)}</a>
            </li>
          ))}
        </ul>
      </Section>
      <Section words={{ zh: '审核', en: 'Reviews' }}>
        <Reviews draft={draft} />
      </Section>
      {draft.questions.length > 0 && (
        <Section words={{ zh: '必答的问题', en: 'Questions to answer' }}>
          <ul className="plain-list">
            {draft.questions.map((question) => (
              <li key={question.id}>{question.text}</li>
            ))}
          </ul>
        </Section>
      )}
      <Section words={{ zh: '记录', en: 'Records' }}>
        <ol className="history records">
          {draft.history.map((record, place) => (
            <li key={place}>
              <time>{full(record.at)}</time>
              <div>
                <b>{record.what}</b>
                <span className="sub">
                  {[record.who.body, record.who.office, record.who.person].filter(Boolean).join(' ')}
                  {record.why && ` · ${record.why}`}
                </span>
              </div>
            </li>
          ))}
        </ol>
      </Section>
    </>
  )
}
