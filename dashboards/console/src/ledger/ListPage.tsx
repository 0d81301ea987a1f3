// What is in the ledger, the last day first, with what is demanded until when and what came of it.

import { useEffect } from 'react'

import { type Names, namesStore } from '../api/names'
import { BodyChoice, Choice, Found, SearchForm, Table } from '../components/Searched'
import { TakeList } from '../components/Take'
import { Badge, Both, Placeholder } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { count } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Entry, type LedgerPage, findEntries } from './api'
import { list } from './model'
import { type LedgerSearch, WHOLE_LEDGER, entryHash, ledgerHash, newEntryHash } from './routes'
import { LEDGER_KINDS, LEDGER_STATES, STATE_BADGES, STATE_CODES, keepsLedger, kindsSeen, leftText } from './words'

export function ListPage({ search }: { search: LedgerSearch }) {
  const key = ledgerHash(search)
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
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
        <SearchForm key={key} id="ledger-search" search={search} whole={WHOLE_LEDGER} hashOf={ledgerHash}>
          {(wanted, set) => (
            <>
              <Choice label={t('类别', 'Kind')} name="kind" value={wanted.kind} options={kindsSeen(person).map((kind) => [kind, say(LEDGER_KINDS[kind])])} set={(kind) => set({ kind: kind as LedgerSearch['kind'] })} />
              <BodyChoice label={t('所涉机构', 'Body')} value={wanted.org} set={(org) => set({ org })} />
              <Choice label={t('办理情况', 'State')} name="state" value={wanted.state} options={STATE_CODES.map((state) => [state, say(LEDGER_STATES[state])])} set={(state) => set({ state: state as LedgerSearch['state'] })} />
            </>
          )}
        </SearchForm>
        <TakeList name={t('台账', 'ledger')} of={t('台账', 'the ledger')} columns={() => columnsOf(names)} asked={askedFor(search, names)} read={async (cursor, signal) => rowsOf(await findEntries(search, cursor, signal))} />
        <Found list={list} what={{ zh: '台账', en: 'The ledger' }} rows={({ entries }) => entries.length}>
          {({ tally, entries }) => (
            <>
              <Tally search={search} tally={tally} />
              {entries.length === 0 ? <Placeholder state="empty" words={{ zh: '没有符合条件的台账', en: 'None' }} /> : <Rows entries={entries} />}
            </>
          )}
        </Found>
      </section>
    </main>
  )
}

const rowsOf = ({ entries, next }: LedgerPage) => ({ rows: entries, next })

const askedFor = ({ kind, org, state }: LedgerSearch, names: Names): Asked[] => [
  [t('类别', 'Kind'), kind && say(LEDGER_KINDS[kind])],
  [t('所涉机构', 'Body'), org && names.org(org)],
  [t('办理情况', 'State'), state && say(LEDGER_STATES[state])],
]

const columnsOf = (names: Names): Column<Entry>[] => [
  [t('日期', 'Day'), (entry) => entry.on],
  [t('文号', 'Document'), (entry) => entry.document_no],
  [t('类别', 'Kind'), (entry) => say(LEDGER_KINDS[entry.kind])],
  [t('机构', 'Body'), (entry) => names.org(entry.org_code)],
  [t('人员', 'Officer'), (entry) => entry.officer && names.officer(entry.officer)],
  [t('事实', 'Facts'), (entry) => entry.facts],
  [t('依据', 'Basis'), (entry) => entry.legal_basis],
  [t('要求、移送对象', 'Demanded, or handed to'), (entry) => entry.demand || entry.handed_to],
  [t('期限', 'Due'), (entry) => entry.last_day],
  [t('情况', 'State'), (entry) => say(LEDGER_STATES[entry.state])],
  [t('结果日期', 'Result on'), (entry) => entry.result?.on ?? entry.order_closed?.at.slice(0, 'yyyy-mm-dd'.length) ?? null],
  [t('结果', 'Result'), (entry) => entry.result?.text ?? entry.order_closed?.why ?? null],
]

function Tally({ search, tally }: { search: LedgerSearch; tally: LedgerPage['tally'] }) {
  return (
    <ul className="ledger-tally" id="ledger-tally" aria-label={t('各有多少条', 'How many')}>
      {STATE_CODES.map((state) => (
        <li key={state}>
          <a href={ledgerHash({ ...search, state: search.state === state ? '' : state })} data-state={state} data-count={tally[state]} aria-current={search.state === state}>
            {say(LEDGER_STATES[state])} <b>{count(tally[state])}</b>
          </a>
        </li>
      ))}
    </ul>
  )
}

function Rows({ entries }: { entries: Entry[] }) {
  const names = useStore(namesStore)
  return (
    <Table id="ledger" columns={[t('日期', 'Day'), t('类别', 'Kind'), t('对象', 'About'), t('事实', 'Facts'), t('要求', 'Demanded'), t('期限', 'Due'), t('情况', 'State')]}>
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
    </Table>
  )
}

export const EntryBadge = ({ entry }: { entry: Entry }) => <Badge kind={STATE_BADGES[entry.state]} words={LEDGER_STATES[entry.state]} />
