// Cases found by number, body, item, region, and whether they are closed.

import { useEffect, useMemo } from 'react'

import { nowStore } from '../api/clock'
import { type Names, namesStore } from '../api/names'
import type { CaseBrief, CasePage } from '../api/types'
import { Choice, Found, SearchForm, Table } from '../components/Searched'
import { TakeList } from '../components/Take'
import { Badge, Both, Placeholder } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { Cell } from '../foresight/Beside'
import { sentence } from '../foresight/words'
import { full } from '../format'
import { useStore } from '../store'
import { CHANNELS, word } from '../words/codes'
import { say, t } from '../words/language'
import { findCases } from './api'
import { search as list } from './model'
import { type CaseSearch, EVERY_CASE, casePageHash, searchHash } from './routes'

/** More rows are not drawn on one page: nobody reads them, and every change draws them all. */
const ROWS_MAX = 1000

export function SearchPage({ search }: { search: CaseSearch }) {
  const key = searchHash(search)
  const names = useStore(namesStore)
  const { tables } = names
  const orgs = useMemo(() => toldApart(tables.orgs), [tables])
  const items = useMemo(() => toldApart(tables.items), [tables])
  useEffect(() => {
    void list.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="cases-title">
        <h2 id="cases-title">
          <Both words={{ zh: '办件查询', en: 'Find cases' }} />
        </h2>
        <SearchForm key={key} id="case-search" search={search} whole={EVERY_CASE} hashOf={({ number, region, ...rest }) => searchHash({ ...rest, number: number.trim(), region: region.trim() })}>
          {(wanted, set) => (
            <>
              <label className="wide">
                <span>
                  <Both words={{ zh: '办件编号（可只写一段）', en: 'Number or a part of it' }} />
                </span>
                <input type="search" name="number" value={wanted.number} maxLength={200} autoFocus onChange={(e) => set({ number: e.target.value })} />
              </label>
              <Choice label={t('承办机构', 'Body')} name="org" value={wanted.org} options={orgs} set={(org) => set({ org })} />
              <Choice label={t('事项', 'Item')} name="item" value={wanted.item} options={items} set={(item) => set({ item })} />
              <label>
                <span>{t('区划代码', 'Region')}</span>
                <input name="region" value={wanted.region} inputMode="numeric" pattern="(\d{2}){1,3}|\d{9}|\d{12}" maxLength={12} placeholder={t('如 510500', 'like 510500')} onChange={(e) => set({ region: e.target.value })} />
              </label>
              <Choice label={t('办理情况', 'Standing')} name="open" value={wanted.open} options={[['true', t('在办', 'Open')], ['false', t('已办结', 'Closed')]]} set={(open) => set({ open: open as CaseSearch['open'] })} />
            </>
          )}
        </SearchForm>
        <TakeList name={t('办件', 'cases')} of={t('办件', 'the cases')} columns={() => columnsOf(names)} asked={askedFor(search, names)} read={async (cursor, signal) => rowsOf(await findCases(search, cursor, signal))} />
        <Found list={list} what={{ zh: '办件', en: 'Cases' }} rows={({ cases }) => cases.length} most={ROWS_MAX}>
          {({ cases }) => (cases.length === 0 ? <Placeholder state="empty" words={{ zh: '没有符合条件的办件，请核对编号或者放宽条件', en: 'No such case' }} /> : <Rows cases={cases} />)}
        </Found>
      </section>
    </main>
  )
}

const rowsOf = ({ cases, next }: CasePage) => ({ rows: cases, next })

const askedFor = ({ number, org, item, region, open }: CaseSearch, names: Names): Asked[] => [
  [t('办件编号', 'Number'), number],
  [t('承办机构', 'Body'), org && names.org(org)],
  [t('事项', 'Item'), item && names.item(item)],
  [t('区划代码', 'Region'), region],
  [t('办理情况', 'Standing'), open && (open === 'true' ? t('在办', 'Open') : t('已办结', 'Closed'))],
]

const columnsOf = (names: Names): Column<CaseBrief>[] => [
  [t('办件编号', 'Number'), (found) => found.case_no],
  [t('来源', 'Source'), (found) => names.source(found.source)],
  [t('事项', 'Item'), (found) => names.item(found.item_code)],
  [t('承办机构', 'Body'), (found) => names.org(found.org_code)],
  [t('办理渠道', 'Channel'), (found) => found.channel && say(word(CHANNELS, found.channel))],
  [t('当前环节', 'Step'), (found) => names.step(found.step, found.flowchart) || null],
  [t('收到', 'Opened'), (found) => found.opened_at && full(found.opened_at)],
  [t('期限', 'Due'), (found) => found.due_at && full(found.due_at)],
  [t('办结', 'Closed'), (found) => found.closed_at && full(found.closed_at)],
  [t('超期可能', 'Likely late'), (found) => (found.foresight ? sentence(found.foresight) : null)],
  [t('情况', 'Standing'), (found) => (!found.opened_at ? t('记录均已撤回', 'All records taken back') : found.closed_at ? t('已办结', 'Closed') : t('在办', 'Open'))],
]

function Rows({ cases }: { cases: CaseBrief[] }) {
  const names = useStore(namesStore)
  const now = useStore(nowStore)
  return (
    <Table id="cases" columns={[t('办件编号', 'Number'), t('事项', 'Item'), t('承办机构', 'Body'), t('当前环节', 'Step'), t('收到', 'Opened'), t('期限', 'Due'), t('超期可能', 'Likely late'), t('情况', 'Standing')]}>
      {cases.map((found) => (
        <Row key={`${found.source}/${found.case_no}`} found={found} names={names} now={now} />
      ))}
    </Table>
  )
}

/** By their codes; those of one name are told apart. */
function toldApart(names: Record<string, string>): [string, string][] {
  const alike = repeated(Object.values(names))
  const sorted = Object.entries(names).sort((a, b) => a[0].localeCompare(b[0]))
  return sorted.map(([code, called]) => [code, alike.has(called) ? `${called} (${code})` : called])
}

function repeated(words: string[]) {
  const seen = new Set<string>()
  return new Set(words.filter((word) => seen.size === seen.add(word).size))
}

function Row({ found, names, now }: { found: CaseBrief; names: Names; now: number | null }) {
  const over = found.due_at !== null && now !== null && Date.parse(found.closed_at ?? new Date(now).toISOString()) > Date.parse(found.due_at)
  return (
    <tr data-case={found.case_no}>
      <th scope="row">
        <a href={casePageHash(found.source, found.case_no)}>{found.case_no}</a>
        <span className="sub">{names.source(found.source)}</span>
      </th>
      <td>
        {names.item(found.item_code)}
        {found.channel && <span className="sub">{say(word(CHANNELS, found.channel))}</span>}
      </td>
      <td>{names.org(found.org_code)}</td>
      <td>{names.step(found.step, found.flowchart) || '—'}</td>
      <td className="at">{found.opened_at ? full(found.opened_at).slice(0, 16) : '—'}</td>
      <td className={over ? 'at over' : 'at'}>
        {found.due_at ? full(found.due_at).slice(0, 16) : '—'}
        {over && <span className="sub">{found.closed_at ? t('超期办结', 'Closed late') : t('已超期', 'Overdue')}</span>}
      </td>
      <td className="foreseen">
        <Cell foresight={found.foresight} />
      </td>
      <td>
        <CaseBadge found={found} />
      </td>
    </tr>
  )
}

/** Whether it is open. */
export function CaseBadge({ found }: { found: Pick<CaseBrief, 'opened_at' | 'closed_at'> }) {
  if (!found.opened_at) return <Badge kind="case-closed" words={{ zh: '记录均已撤回', en: 'All records taken back' }} />
  if (found.closed_at) return <Badge kind="case-closed" words={{ zh: '已办结', en: 'Closed' }} />
  return <Badge kind="case-open" words={{ zh: '在办', en: 'Open' }} />
}
