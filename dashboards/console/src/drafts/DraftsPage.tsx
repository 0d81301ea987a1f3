// Drafts by state: what each is about, whom it waits for and until when.

import { PrintHere } from '../components/Take'
import { Badge } from '../components/pieces'
import { short } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { KINDS } from '../lists/kinds'
import type { DraftBrief, DraftState } from '../lists/model'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { list } from './api'
import { drafts } from './rights'
import { draftHash, draftsHash, newDraftHash } from './routes'
import { STATES } from './states'

export function DraftsPage({ state, of }: { state: string; of: string }) {
  const asked = useAsked(`drafts/${state}/${of}`, (signal) => list(state, of, signal))
  const drafting = drafts(useStore(sessionStore))
  return (
    <section className="card cases-found" aria-labelledby="drafts-title">
      <h2 id="drafts-title">{t('草案', 'Drafts')}</h2>
      <PrintHere />
      <nav className="lists-nav inner" aria-label={t('状态', 'State')}>
        <a className="filter" href={draftsHash({ kind: 'list', state: '', of })} aria-current={state === '' ? 'true' : undefined}>
          {t('全部', 'All')}
        </a>
        {(Object.keys(STATES) as DraftState[]).map((one) => (
          <a key={one} className="filter" href={draftsHash({ kind: 'list', state: one, of })} aria-current={state === one ? 'true' : undefined}>
            {say(STATES[one])}
          </a>
        ))}
      </nav>
      <form className="case-search" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>{t('类别', 'Kind')}</span>
          <select name="kind" value={of} onChange={(e) => (location.hash = draftsHash({ kind: 'list', state, of: e.target.value }))}>
            <option value="">{t('全部', 'All')}</option>
            {Object.entries(KINDS).map(([kind, words]) => (
              <option key={kind} value={kind}>
                {say(words)}
              </option>
            ))}
          </select>
        </label>
        {drafting && (
          <p className="sub">
            {t('修改在用的定义：在“清单”中打开它，选“以此起草”。', 'To change what is in force: open it in the lists and draft from it. ')}
            <a href={newDraftHash(of || 'flowchart')}>{t('起草全新的定义', 'Draft a new one')}</a>
          </p>
        )}
      </form>
      <Answered asked={asked}>{(found) => <Table all={found.drafts} />}</Answered>
    </section>
  )
}

function Table({ all }: { all: DraftBrief[] }) {
  if (all.length === 0) return <p className="nothing">{t('没有这样的草案', 'No such draft')}</p>
  const columns = [t('内容', 'About'), t('状态', 'State'), t('等待', 'Waits for'), t('审核期限', 'Due'), t('生效', 'In force from'), t('起草', 'Drafted')]
  return (
    <div className="cases-scroll">
      <table className="cases-table" id="drafts">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((draft) => (
            <tr key={draft.id} data-draft={draft.id} data-state={draft.state}>
              <th scope="row">
                <a href={draftHash(draft.id)}>{aboutText(draft)}</a>
                <span className="sub">
                  {draft.kind_zh} · {draft.id}
                </span>
              </th>
              <td>
                <Badge kind={STATES[draft.state].open ? 'case-open' : 'case-closed'} words={STATES[draft.state]} />
                {draft.shadow && <span className="sub">{t('影子运行', 'In shadow')}</span>}
              </td>
              <td>{draft.awaited.map((role) => role.name).join('、') || '—'}</td>
              <td className={draft.overdue ? 'over' : undefined}>
                {draft.due ?? '—'}
                {draft.overdue && <span className="sub">{t('已逾期', 'overdue')}</span>}
              </td>
              <td className="at">{draft.effective_from ?? draft.subjects[0]?.effective_from ?? '—'}</td>
              <td className="at">
                {short(draft.drafted_at)}
                <span className="sub">{draft.drafted_by.person}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What a draft is about: the first of its documents, and how many more there are. */
export function aboutText({ subjects, id }: DraftBrief): string {
  const [first, ...more] = subjects
  if (!first) return id
  const one = first.version ? t(`${first.name} 第 ${first.version} 版`, `${first.name}, version ${first.version}`) : first.name
  return more.length > 0 ? t(`${one} 等 ${subjects.length} 项`, `${one} and ${more.length} more`) : one
}
