// Cases found by number, body, item, region, and whether they are closed.

import { type FormEvent, useEffect, useMemo, useState } from 'react'

import { ApiFailure } from '../api/client'
import { nowStore } from '../api/clock'
import { type Names, namesStore } from '../api/names'
import type { CaseBrief } from '../api/types'
import { Badge, Both, Placeholder } from '../components/pieces'
import { Cell } from '../foresight/Beside'
import { full } from '../format'
import { useStore } from '../store'
import type { Words } from '../words/codes'
import { say, t } from '../words/language'
import { search as model } from './model'
import { type CaseSearch, EVERY_CASE, casePageHash, searchHash } from './routes'

/** More rows are not drawn on one page: nobody reads them, and every change draws them all. */
const ROWS_MAX = 1000

export function SearchPage({ search }: { search: CaseSearch }) {
  const key = searchHash(search)
  useEffect(() => {
    void model.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="cases-title">
        <h2 id="cases-title">
          <Both words={{ zh: '办件查询', en: 'Find cases' }} />
        </h2>
        <SearchForm key={key} search={search} />
        <Found />
      </section>
    </main>
  )
}

function SearchForm({ search }: { search: CaseSearch }) {
  const names = useStore(namesStore)
  const [wanted, want] = useState(search)
  const set = (some: Partial<CaseSearch>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = searchHash({ ...wanted, number: wanted.number.trim(), region: wanted.region.trim() })
  }
  return (
    <form id="case-search" className="case-search" role="search" onSubmit={submit}>
      <label className="wide">
        <span>
          <Both words={{ zh: '办件编号（可只写一段）', en: 'Number or a part of it' }} />
        </span>
        <input type="search" name="number" value={wanted.number} maxLength={200} autoFocus onChange={(e) => set({ number: e.target.value })} />
      </label>
      <Choice label={t('承办机构', 'Body')} name="org" value={wanted.org} names={names.tables.orgs} choose={(org) => set({ org })} />
      <Choice label={t('事项', 'Item')} name="item" value={wanted.item} names={names.tables.items} choose={(item) => set({ item })} />
      <label>
        <span>{t('区划代码', 'Region')}</span>
        <input name="region" value={wanted.region} inputMode="numeric" pattern="[0-9]*" maxLength={12} placeholder={t('如 5105', 'like 5105')} onChange={(e) => set({ region: e.target.value })} />
      </label>
      <label>
        <span>{t('办理情况', 'Standing')}</span>
        <select name="open" value={wanted.open} onChange={(e) => set({ open: e.target.value as CaseSearch['open'] })}>
          <option value="">{t('全部', 'All')}</option>
          <option value="true">{t('在办', 'Open')}</option>
          <option value="false">{t('已办结', 'Closed')}</option>
        </select>
      </label>
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <button type="button" className="plain" onClick={() => (location.hash = searchHash(EVERY_CASE))}>
          {t('清空', 'Clear')}
        </button>
      </div>
    </form>
  )
}

const COLUMNS: Words[] = [
  { zh: '办件编号', en: 'Number' },
  { zh: '事项', en: 'Item' },
  { zh: '承办机构', en: 'Body' },
  { zh: '当前环节', en: 'Step' },
  { zh: '收到', en: 'Opened' },
  { zh: '期限', en: 'Due' },
  { zh: '超期可能', en: 'Likely late' },
  { zh: '情况', en: 'Standing' },
]

interface ChoiceProps {
  label: string
  name: string
  value: string
  names: Record<string, string>
  choose(code: string): void
}

/** One of the codes that have a name; one that came with the address and has none stays. Codes of one name are told apart. */
function Choice({ label, name, value, names, choose }: ChoiceProps) {
  const sorted = useMemo(() => Object.entries(names).sort((a, b) => a[0].localeCompare(b[0])), [names])
  const alike = useMemo(() => repeated(sorted.map(([, called]) => called)), [sorted])
  return (
    <label>
      <span>{label}</span>
      <select name={name} value={value} onChange={(e) => choose(e.target.value)}>
        <option value="">{t('全部', 'All')}</option>
        {value && !(value in names) && <option value={value}>{value}</option>}
        {sorted.map(([code, called]) => (
          <option key={code} value={code}>
            {alike.has(called) ? `${called} (${code})` : called}
          </option>
        ))}
      </select>
    </label>
  )
}

function repeated(words: string[]) {
  const seen = new Set<string>()
  return new Set(words.filter((word) => seen.size === seen.add(word).size))
}

function Found() {
  const { phase, failure, cases, next } = useStore(model.state)
  const names = useStore(namesStore)
  const now = useStore(nowStore)
  if (phase === 'failed' && cases.length === 0) {
    const words = { zh: `办件未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }
    return <Placeholder state="failed" words={words} retry={() => void model.more()} />
  }
  if (cases.length === 0) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在查询…', en: 'Looking' }} />
    return <Placeholder state="empty" words={{ zh: '没有符合条件的办件，请核对编号或者放宽条件', en: 'No such case' }} />
  }
  return (
    <>
      <div className="cases-scroll">
        <table className="cases-table" id="cases">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column.zh} scope="col">
                  {say(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cases.map((found) => (
              <Row key={`${found.source}/${found.case_no}`} found={found} names={names} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      {phase === 'failed' && (
        <p className="stale" role="alert">
          {t(`下一页未能载入：${failure?.message}`, `The next page could not be loaded: ${failure instanceof ApiFailure ? failure.en : ''}`)}
        </p>
      )}
      {next && cases.length >= ROWS_MAX ? (
        <p className="end">{t(`已列出 ${cases.length} 件，请缩小范围后再查`, `${cases.length} are listed: narrow the search`)}</p>
      ) : next ? (
        <button type="button" className="more plain" disabled={phase === 'waiting'} onClick={() => void model.more()}>
          <Both words={{ zh: '更多', en: 'More' }} />
        </button>
      ) : (
        <p className="end">{t('已全部列出', 'That is all')}</p>
      )}
    </>
  )
}

function Row({ found, names, now }: { found: CaseBrief; names: Names; now: number | null }) {
  const over = found.due_at !== null && now !== null && Date.parse(found.closed_at ?? new Date(now).toISOString()) > Date.parse(found.due_at)
  return (
    <tr data-case={found.case_no}>
      <th scope="row">
        <a href={casePageHash(found.source, found.case_no)}>{found.case_no}</a>
        <span className="sub">{names.source(found.source)}</span>
      </th>
      <td>{names.item(found.item_code)}</td>
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
