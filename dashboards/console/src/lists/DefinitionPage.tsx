// Definitions of one kind, and one definition with its versions, what differs between two of them, and everything that was done with it.

import { type FormEvent, Suspense, lazy, useState } from 'react'

import { PrintHere } from '../components/Take'
import { Badge, Placeholder } from '../components/pieces'
import { draftHash, newDraftHash } from '../drafts/routes'
import { drafts as mayDraft } from '../drafts/rights'
import { full } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { definitions, diff, history } from './api'
import { Answered, useAsked } from './asked'
import { KINDS } from './kinds'
import type { Draft, Listed, Subject } from './model'
import { definitionHash, itemHash, listsHash } from './routes'
import { comparable } from './versions'

const ChartView = lazy(() => import('../chart/ChartView'))

export function KindPage({ of }: { of: string }) {
  const asked = useAsked(`kind/${of}`, (signal) => definitions(of, signal))
  const title = say(KINDS[of] ?? { zh: of })
  return (
    <section className="card cases-found" aria-labelledby="kind-title">
      <h2 id="kind-title">{title}</h2>
      {of !== 'flowchart' && (
        <nav className="lists-nav inner" aria-label={t('类别', 'Kinds')}>
          {Object.entries(KINDS).map(([kind, words]) => (
            <a key={kind} className="filter" href={listsHash({ kind: 'kind', of: kind })} aria-current={kind === of ? 'true' : undefined}>
              {say(words)}
            </a>
          ))}
        </nav>
      )}
      <Answered asked={asked}>{(found) => <KindTable of={of} listed={found.definitions} />}</Answered>
    </section>
  )
}

function KindTable({ of, listed }: { of: string; listed: Listed[] }) {
  if (listed.length === 0) return <p className="nothing">{t('没有这一类定义', 'None of this kind')}</p>
  return (
    <div className="cases-scroll">
      <table className="cases-table" id="definitions" data-kind={of}>
        <thead>
          <tr>
            {[t('名称', 'Name'), t('编号', 'Id'), t('版本', 'Version'), t('生效日期', 'In force from'), t('状态', 'State')].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {listed.map((one) => (
            <tr key={`${one.id}@${one.version}`} data-definition={one.id}>
              <th scope="row">
                <a href={of === 'item' ? itemHash(one.id) : definitionHash(of, one.id)}>{one.name}</a>
              </th>
              <td>{one.id}</td>
              <td>{one.version ?? '—'}</td>
              <td className="at">{one.effective_from ?? '—'}</td>
              <td>
                <InForce listed={one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function InForce({ listed }: { listed: Listed }) {
  if (listed.in_force) return <Badge kind="case-open" words={{ zh: '在用', en: 'In force' }} />
  if (listed.superseded_by) return <Badge kind="case-closed" words={{ zh: `被 ${listed.superseded_by} 取代`, en: `replaced by ${listed.superseded_by}` }} />
  return <Badge kind="case-closed" words={{ zh: '尚未生效', en: 'Not in force yet' }} />
}

interface Props {
  of: string
  id: string
  from: string
  to: string
}

export function DefinitionPage({ of, id, from, to }: Props) {
  const asked = useAsked(`definition/${of}/${id}`, (signal) => history(of, id, signal))
  return (
    <>
      <p className="case-back">
        <a href={listsHash({ kind: 'kind', of })}>← {say(KINDS[of] ?? { zh: of })}</a>
      </p>
      <Answered asked={asked}>{(found) => <Shown of={of} id={id} from={from} to={to} versions={found.versions} drafts={found.drafts} />}</Answered>
    </>
  )
}

function Shown({ of, id, from, to, versions, drafts }: Props & { versions: Subject[]; drafts: Draft[] }) {
  const name = versions.at(-1)?.name ?? drafts.at(-1)?.subjects.find((subject) => subject.id === id)?.name ?? id
  const newest = versions.at(-1)
  return (
    <article id="definition" data-kind={of} data-id={id}>
      <section className="card cases-found" aria-labelledby="definition-title">
        <h2 id="definition-title">{name}</h2>
        <PrintHere />
        <p className="sub">
          {say(KINDS[of] ?? { zh: of })} · {id}
        </p>
        <VersionList of={of} id={id} versions={versions} />
        <Compare key={`${from}/${to}`} of={of} id={id} from={from} to={to} versions={versions} drafts={drafts} />
      </section>
      {of === 'flowchart' && newest?.version && (
        <section className="card case-chart">
          <h3>{t(`第 ${newest.version} 版的图`, `Version ${newest.version} drawn`)}</h3>
          <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入流程图…', en: 'Loading the flowchart' }} />}>
            <ChartView id={id} version={newest.version} body={null} />
          </Suspense>
        </section>
      )}
      <section className="card cases-found" aria-label={t('变动记录', 'Records')}>
        <h3>{t('变动记录', 'Records')}</h3>
        <Records drafts={drafts} />
      </section>
    </article>
  )
}

function VersionList({ of, id, versions }: { of: string; id: string; versions: Subject[] }) {
  const drafting = mayDraft(useStore(sessionStore))
  if (versions.length === 0) return <p className="nothing">{t('尚未公布', 'Not published yet')}</p>
  const text = (version: string | null) => `/api/v1/definitions/${encodeURIComponent(of)}/${encodeURIComponent(id)}/text${version ? `?version=${encodeURIComponent(version)}` : ''}`
  return (
    <ul className="plain-list" id="versions">
      {versions.map((version) => (
        <li key={version.version ?? ''} data-version={version.version ?? ''}>
          <b>{version.version ? t(`第 ${version.version} 版`, `Version ${version.version}`) : t('在用', 'In force')}</b>{' '}
          {version.effective_from && t(`自 ${version.effective_from} 起`, `from ${version.effective_from}`)}{' '}
          <a href={text(version.version)} target="_blank" rel="noopener">
            {t('原文', 'As written')}
          </a>{' '}
          {drafting && (
            <a className="draft-from" href={newDraftHash(of, id, version.version ?? '')}>
              {t('以此起草', 'Draft from it')}
            </a>
          )}
        </li>
      ))}
    </ul>
  )
}

function Compare({ of, id, from, to, versions, drafts }: Props & { versions: Subject[]; drafts: Draft[] }) {
  const choices = comparable(versions, drafts)
  const [chosen, choose] = useState({ from: from || choices.at(-2)?.[0] || '', to: to || choices.at(-1)?.[0] || '' })
  if (choices.length < 2) return <p className="sub">{t('只有一个版本，没有可比较的', 'Only one version: nothing to compare')}</p>
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = definitionHash(of, id, chosen.from, chosen.to)
  }
  const select = (name: 'from' | 'to', label: string) => (
    <label>
      <span>{label}</span>
      <select name={name} value={chosen[name]} onChange={(e) => choose({ ...chosen, [name]: e.target.value })}>
        {choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <>
      <form id="compare" className="case-search" onSubmit={submit}>
        {select('from', t('原', 'From'))}
        {select('to', t('与', 'To'))}
        <div className="case-search-acts">
          <button type="submit" className="main">
            {t('比较', 'Compare')}
          </button>
        </div>
      </form>
      {from && to && <Differences of={of} id={id} from={from} to={to} />}
    </>
  )
}

function Differences({ of, id, from, to }: Props) {
  const asked = useAsked(`${of}/${id}/${from}/${to}`, (signal) => diff(of, id, from, to, signal))
  return <Answered asked={asked}>{({ changes }) => <ChangeList changes={changes} />}</Answered>
}

/** What differs, in words. */
export function ChangeList({ changes }: { changes: string[] }) {
  if (changes.length === 0) return <p className="nothing">{t('两者内容相同', 'They say the same')}</p>
  return (
    <ol className="numbered changes" id="changes">
      {changes.map((change) => (
        <li key={change}>{change}</li>
      ))}
    </ol>
  )
}

/** Everything that was done with drafts, the last first. */
export function Records({ drafts }: { drafts: Draft[] }) {
  const records = drafts.flatMap((draft) => draft.history.map((record, place) => ({ ...record, draft: draft.id, key: `${draft.id}/${place}` })))
  records.sort((a, b) => b.at.localeCompare(a.at))
  if (records.length === 0) return <p className="nothing">{t('随整套定义安装，没有逐件的记录', 'Installed with the whole set: no records of its own')}</p>
  return (
    <ol className="history records">
      {records.map((record) => (
        <li key={record.key}>
          <time>{full(record.at)}</time>
          <div>
            <b>{record.what}</b> <a href={draftHash(record.draft)}>{t(`草案 ${record.draft}`, `draft ${record.draft}`)}</a>
            <span className="sub">
              {[record.who.body, record.who.office, record.who.person].filter(Boolean).join(' ')} · {record.why}
            </span>
          </div>
        </li>
      ))}
    </ol>
  )
}
