// The papers that were issued, the last first: number, what, to whom, about which alert, and both files.

import { type FormEvent, useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { namesStore } from '../api/names'
import { Both, Placeholder } from '../components/pieces'
import { count, full } from '../format'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { t } from '../words/language'
import { Files } from './Files'
import type { Paper } from './api'
import { list } from './model'
import { ALL_PAPERS, type PapersSearch, papersHash } from './routes'

export default function ListPage({ search }: { search: PapersSearch }) {
  const key = papersHash(search)
  useEffect(() => {
    void list.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="papers-title">
        <h2 id="papers-title">
          <Both words={{ zh: '文书', en: 'Papers' }} />
        </h2>
        <p className="sub">{t('已编号出具的文书。出具在预警的处置面板上办理。', 'Papers that were numbered and issued; they are issued on the panel of an alert.')}</p>
        <SearchForm key={key} search={search} />
        <Found />
      </section>
    </main>
  )
}

function SearchForm({ search }: { search: PapersSearch }) {
  const names = useStore(namesStore)
  const { page } = useStore(list.state)
  const [wanted, want] = useState(search)
  const set = (some: Partial<PapersSearch>) => want({ ...wanted, ...some })
  const kinds = page?.kinds ?? []
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = papersHash(wanted)
  }
  return (
    <form id="papers-search" className="case-search" role="search" onSubmit={submit}>
      <label>
        <span>{t('文种', 'Kind')}</span>
        <select name="kind" value={wanted.kind} onChange={(e) => set({ kind: e.target.value })}>
          <option value="">{t('全部', 'All')}</option>
          {wanted.kind && !kinds.some(({ code }) => code === wanted.kind) && <option value={wanted.kind}>{wanted.kind}</option>}
          {kinds.map(({ code, title }) => (
            <option key={code} value={code}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('年份', 'Year')}</span>
        <input name="year" inputMode="numeric" pattern="[0-9]{4}" maxLength={4} value={wanted.year} onChange={(e) => set({ year: e.target.value })} />
      </label>
      <label>
        <span>{t('主送单位', 'To')}</span>
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
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <button type="button" className="plain" onClick={() => (location.hash = papersHash(ALL_PAPERS))}>
          {t('清空', 'Clear')}
        </button>
      </div>
    </form>
  )
}

function Found() {
  const { phase, failure, page } = useStore(list.state)
  if (!page) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
    const words = { zh: `文书未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }
    return <Placeholder state="failed" words={words} retry={() => void list.more()} />
  }
  return (
    <>
      <p className="sub" id="papers-total">
        {t(`共 ${count(page.total)} 份`, `${count(page.total)} in all`)}
      </p>
      {page.papers.length === 0 ? <Placeholder state="empty" words={{ zh: '没有符合条件的文书', en: 'None' }} /> : <Table papers={page.papers} />}
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
        page.papers.length > 0 && <p className="end">{t('已全部列出', 'That is all')}</p>
      )}
    </>
  )
}

function Table({ papers }: { papers: Paper[] }) {
  const names = useStore(namesStore)
  return (
    <div className="cases-scroll">
      <table className="cases-table" id="papers-table">
        <thead>
          <tr>
            {[t('文号', 'Number'), t('文种', 'Kind'), t('主送单位', 'To'), t('针对', 'About'), t('出具', 'Issued'), t('文件', 'Files')].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {papers.map((paper) => (
            <tr key={paper.id} data-paper={paper.id}>
              <th scope="row" className="paper-number">
                {paper.number}
              </th>
              <td>{paper.title}</td>
              <td>{paper.to_name}</td>
              <td>
                <a href={alertHash(paper.alert_id)}>{paper.case_no}</a>
              </td>
              <td>
                {full(paper.issued_at)}
                <span className="sub">{names.officer(paper.issued_by.person)}</span>
              </td>
              <td>
                <Files paper={paper} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
