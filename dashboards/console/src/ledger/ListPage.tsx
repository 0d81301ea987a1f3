// What is in the ledger, the last day first, with what is demanded until when and what came of it.

import { type FormEvent, useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { Badge, Both, Placeholder } from '../components/pieces'
import { count } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import type { Entry } from './api'
import { list } from './model'
import { type LedgerSearch, WHOLE_LEDGER, entryHash, ledgerHash, newEntryHash } from './routes'
import { LEDGER_KINDS, LEDGER_STATES, STATE_BADGES, STATE_CODES, keepsLedger, kindsSeen, leftText } from './words'

export function ListPage({ search }: { search: LedgerSearch }) {
  const key = ledgerHash(search)
  const { person } = useStore(sessionStore)
  useEffect(() => {
    void list.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="ledger-title">
        <div className="voices-head">
          <h2 id="ledger-title">
            <Both words={{ zh: '台账', en: 'Ledger' }} />
          </h2>
          {keepsLedger(person) && (
            <a className="button main" href={newEntryHash({ org: search.org, alert: '' })}>
              {t('登记', 'Enter')}
            </a>
          )}
        </div>
        <p className="sub">{t('约谈、监察建议、移送线索、领导批示及其结果', 'Interviews, recommendations, leads handed over and leaders’ instructions, with their results')}</p>
        <SearchForm key={key} search={search} />
        <Found search={search} />
      </section>
    </main>
  )
}

function SearchForm({ search }: { search: LedgerSearch }) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [wanted, want] = useState(search)
  const set = (some: Partial<LedgerSearch>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = ledgerHash(wanted)
  }
  return (
    <form id="ledger-search" className="case-search" role="search" onSubmit={submit}>
      <label>
        <span>{t('类别', 'Kind')}</span>
        <select name="kind" value={wanted.kind} onChange={(e) => set({ kind: e.target.value as LedgerSearch['kind'] })}>
          <option value="">{t('全部', 'All')}</option>
          {kindsSeen(person).map((kind) => (
            <option key={kind} value={kind}>
              {say(LEDGER_KINDS[kind])}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('所涉机构', 'Body')}</span>
        <select name="org" value={wanted.org} onChange={(e) => set({ org: e.target.value })}>
          <option value="">{t('全部', 'All')}</option>
          {wanted.org && !(wanted.org in names.tables.orgs) && <option value={wanted.org}>{wanted.org}</option>}
          {Object.entries(names.tables.orgs).map(([code, called]) => (
            <option key={code} value={code}>
              {called}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('办理情况', 'State')}</span>
        <select name="state" value={wanted.state} onChange={(e) => set({ state: e.target.value as LedgerSearch['state'] })}>
          <option value="">{t('全部', 'All')}</option>
          {STATE_CODES.map((state) => (
            <option key={state} value={state}>
              {say(LEDGER_STATES[state])}
            </option>
          ))}
        </select>
      </label>
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <button type="button" className="plain" onClick={() => (location.hash = ledgerHash(WHOLE_LEDGER))}>
          {t('清空', 'Clear')}
        </button>
      </div>
    </form>
  )
}

function Found({ search }: { search: LedgerSearch }) {
  const { phase, failure, page } = useStore(list.state)
  const names = useStore(namesStore)
  if (!page) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
    const words = { zh: `台账未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }
    return <Placeholder state="failed" words={words} retry={() => void list.more()} />
  }
  return (
    <>
      <ul className="ledger-tally" id="ledger-tally" aria-label={t('各有多少条', 'How many')}>
        {STATE_CODES.map((state) => (
          <li key={state}>
            <a href={ledgerHash({ ...search, state: search.state === state ? '' : state })} data-state={state} aria-current={search.state === state}>
              {say(LEDGER_STATES[state])} <b>{count(page.tally[state])}</b>
            </a>
          </li>
        ))}
      </ul>
      {page.entries.length === 0 ? <Placeholder state="empty" words={{ zh: '没有符合条件的台账', en: 'None' }} /> : <Table entries={page.entries} names={names} />}
      {phase === 'failed' && (
        <p className="stale" role="alert">
          {t('下一页未能载入', 'The next page could not be read')}
          {t('：', ': ')}
          {failure?.message}
        </p>
      )}
      {page.next ? (
        <button type="button" className="more plain" disabled={phase === 'waiting'} onClick={() => void list.more()}>
          <Both words={{ zh: '更多', en: 'More' }} />
        </button>
      ) : (
        page.entries.length > 0 && <p className="end">{t('已全部列出', 'That is all')}</p>
      )}
    </>
  )
}

function Table({ entries, names }: { entries: Entry[]; names: Names }) {
  return (
    <div className="cases-scroll">
      <table className="cases-table" id="ledger">
        <thead>
          <tr>
            {[t('日期', 'Day'), t('类别', 'Kind'), t('对象', 'About'), t('事实', 'Facts'), t('要求', 'Demanded'), t('期限', 'Due'), t('情况', 'State')].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id} data-entry={entry.id}>
              <th scope="row">
                <a href={entryHash(entry.id)}>{entry.on}</a>
                {entry.document_no && <span className="sub">{entry.document_no}</span>}
              </th>
              <td>{say(LEDGER_KINDS[entry.kind])}</td>
              <td>
                {names.org(entry.org_code)}
                {entry.officer && <span className="sub">{names.officer(entry.officer)}</span>}
              </td>
              <td className="voice-text">{entry.facts}</td>
              <td className="voice-text">{entry.demand || entry.handed_to}</td>
              <td>
                {entry.last_day}
                {leftText(entry.working_days_left) && <span className={entry.state === 'overdue' ? 'sub over' : 'sub'}>{leftText(entry.working_days_left)}</span>}
              </td>
              <td>
                <EntryBadge entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export const EntryBadge = ({ entry }: { entry: Entry }) => <Badge kind={STATE_BADGES[entry.state]} words={LEDGER_STATES[entry.state]} />
