// One entry: what was done and found, what is demanded until when, what came of it, and who wrote each of it down.

import { useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { bulletinHash } from '../bulletins/routes'
import { casePageHash } from '../cases/routes'
import { PrintHere } from '../components/Take'
import { type Fact, Facts, Placeholder } from '../components/pieces'
import { full } from '../format'
import { alertHash } from '../panel/routes'
import { seesCases, sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { ClosedBy, OrderOf } from './Instructions'
import { EntryBadge } from './ListPage'
import { OrderForm } from './OrderForm'
import { ResultForm, VoidForm } from './ResultForms'
import type { Entry, Signed } from './api'
import { one } from './model'
import { LEDGER_HASH } from './routes'
import { LEDGER_KINDS, kindsKept, leftText } from './words'

export function EntryPage({ id }: { id: string }) {
  const { phase, failure, value } = useStore(one.state)
  const names = useStore(namesStore)
  useEffect(() => {
    // What was just entered is there already.
    if (one.state.get().value?.id !== id) void one.look(id)
    // Whoever comes back later is told anew.
    return () => one.state.set({ phase: 'waiting', failure: null, value: null })
  }, [id])
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={LEDGER_HASH}>{t('← 台账', '← Ledger')}</a>
      </p>
      {value?.id === id ? (
        <Whole entry={value} names={names} />
      ) : phase === 'failed' ? (
        <Placeholder state="failed" words={{ zh: `未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }} retry={() => void one.look(id)} />
      ) : (
        <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
      )}
    </main>
  )
}

function Whole({ entry, names }: { entry: Entry; names: Names }) {
  const left = leftText(entry.working_days_left)
  const due = entry.assigned?.due ?? entry.due
  const facts: Fact[] = [
    [{ zh: '所涉机构', en: 'Body' }, names.org(entry.org_code)],
    [{ zh: '所涉人员', en: 'Officer' }, entry.officer && names.officer(entry.officer)],
    [{ zh: '日期', en: 'Day' }, entry.on],
    [{ zh: '文号', en: 'Document number' }, entry.document_no],
    [{ zh: '受移送的机关', en: 'Handed over to' }, entry.handed_to],
    [{ zh: '依据', en: 'Legal basis' }, entry.legal_basis],
    [{ zh: '参加人员', en: 'Present' }, entry.present.join(t('、', ', '))],
    [{ zh: '要求达到的结果', en: 'Demanded' }, entry.demand],
    [
      { zh: '期限', en: 'Due' },
      due && (
        <span id="ledger-due">
          {due}
          {entry.last_day !== due && t(`（非工作日，顺延至 ${entry.last_day}）`, ` (not worked; counts until ${entry.last_day})`)}
          {left && <span className={entry.state === 'overdue' ? 'over' : 'sub'}>{left}</span>}
        </span>
      ),
    ],
    [
      { zh: '针对的通报', en: 'About the bulletin' },
      entry.passage && (
        <>
          <a href={bulletinHash(entry.passage.bulletin)}>{t('查看通报', 'Open it')}</a>
          <span className="sub">{entry.passage.text}</span>
        </>
      ),
    ],
    [{ zh: '交办', en: 'Ordered' }, entry.assigned && `${names.org(entry.assigned.to)} · ${entry.assigned.why}`],
    [{ zh: '交办人', en: 'Ordered by' }, entry.assigned && signedText(entry.assigned.by, entry.assigned.at, names)],
    [{ zh: '关联预警', en: 'Alerts' }, entry.alerts.length > 0 && <Alerts ids={entry.alerts} />],
    [{ zh: '关联办件', en: 'Cases' }, entry.cases.length > 0 && <Cases entry={entry} />],
    [{ zh: '登记', en: 'Entered' }, signedText(entry.entered_by, entry.entered_at, names)],
  ]
  return (
    <section className="card cases-found voice" aria-labelledby="entry-title" data-entry={entry.id}>
      <h2 id="entry-title">
        {say(LEDGER_KINDS[entry.kind])} <EntryBadge entry={entry} />
      </h2>
      <PrintHere />
      <p className="voice-said" id="ledger-facts">
        {entry.facts}
      </p>
      <Facts entries={facts} />
      <OrderOf entry={entry} names={names} />
      <ClosedBy entry={entry} names={names} />
      {entry.result && (
        <>
          <h3>{t('结果', 'Result')}</h3>
          <p className="voice-said" id="ledger-result">
            {entry.result.text}
          </p>
          <Facts
            entries={[
              [{ zh: '结果日期', en: 'Day' }, `${entry.result.on}${entry.result.late ? t('（晚于期限）', ' (late)') : ''}`],
              [{ zh: '由谁作出', en: 'By whom' }, entry.result.by],
              [{ zh: '证明材料', en: 'Files' }, entry.result.evidence.length > 0 && <Files hashes={entry.result.evidence} />],
              [{ zh: '登记', en: 'Entered' }, signedText(entry.result.entered_by, entry.result.entered_at, names)],
            ]}
          />
        </>
      )}
      {entry.voided && (
        <>
          <h3>{t('作废', 'Entered in error')}</h3>
          <p className="voice-said">{entry.voided.why}</p>
          <p className="sub">{signedText(entry.voided.by, entry.voided.at, names)}</p>
        </>
      )}
      <Acts entry={entry} names={names} />
    </section>
  )
}

function Acts({ entry, names }: { entry: Entry; names: Names }) {
  const { person } = useStore(sessionStore)
  const [act, choose] = useState<'order' | 'result' | 'void' | null>(null)
  // What was sent changes the entry, and with it what there is left to do.
  useEffect(() => choose(null), [entry.state, entry.assigned?.at])
  if (!kindsKept(person).includes(entry.kind) || entry.voided) return null
  return (
    <section className="acts" aria-label={t('办理', 'Work')}>
      <div className="act-buttons">
        {entry.passage && !entry.assigned && !entry.result && (
          <button type="button" className="plain" aria-expanded={act === 'order'} onClick={() => choose(act === 'order' ? null : 'order')}>
            {t('交办', 'Order upon it')}
          </button>
        )}
        {!entry.result && (
          <button type="button" className="plain" aria-expanded={act === 'result'} onClick={() => choose(act === 'result' ? null : 'result')}>
            {t('登记结果', 'Enter the result')}
          </button>
        )}
        <button type="button" className="plain" aria-expanded={act === 'void'} onClick={() => choose(act === 'void' ? null : 'void')}>
          {t('登记有误，作废', 'Entered in error')}
        </button>
      </div>
      {act === 'order' && <OrderForm entry={entry} names={names} cancel={() => choose(null)} />}
      {act === 'result' && <ResultForm entry={entry} names={names} cancel={() => choose(null)} />}
      {act === 'void' && <VoidForm entry={entry} names={names} cancel={() => choose(null)} />}
    </section>
  )
}

function Alerts({ ids }: { ids: string[] }) {
  const opens = seesCases(useStore(sessionStore))
  return (
    <ul>
      {ids.map((id) => (
        <li key={id}>{opens ? <a href={alertHash(id)}>{id}</a> : <code>{id}</code>}</li>
      ))}
    </ul>
  )
}

function Cases({ entry }: { entry: Entry }) {
  const opens = seesCases(useStore(sessionStore))
  return (
    <ul>
      {entry.cases.map(({ source, case_no: caseNo }) => (
        <li key={`${source}/${caseNo}`}>{opens ? <a href={casePageHash(source, caseNo)}>{caseNo}</a> : caseNo}</li>
      ))}
    </ul>
  )
}

const Files = ({ hashes }: { hashes: string[] }) => (
  <ul>
    {hashes.map((hash) => (
      <li key={hash}>
        SHA-256 <code>{hash}</code>
      </li>
    ))}
  </ul>
)

const signedText = ({ person, body, office }: Signed, at: string, names: Names) =>
  [body && names.org(body), office && names.office(body, office), names.officer(person), full(at)].filter(Boolean).join(' · ')
