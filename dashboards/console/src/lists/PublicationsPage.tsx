// 公示记录: what was published, from when on it has effect, where the public can read it, by which hash it is known.

import { PrintHere } from '../components/Take'
import { full } from '../format'
import { t } from '../words/language'
import { publications } from './api'
import { Answered, useAsked } from './asked'
import type { Publication } from './model'
import { definitionHash } from './routes'

export function PublicationsPage() {
  const asked = useAsked('publications', publications)
  return (
    <section className="card cases-found" aria-labelledby="publications-title">
      <h2 id="publications-title">{t('公示记录', 'Publications')}</h2>
      <PrintHere />
      <Answered asked={asked}>{(found) => <Table all={found.publications} />}</Answered>
    </section>
  )
}

function Table({ all }: { all: Publication[] }) {
  if (all.length === 0) return <p className="nothing">{t('还没有经审核公布的定义', 'Nothing was published after review yet')}</p>
  const columns = [t('内容', 'What'), t('公布时间', 'Published'), t('生效', 'In force'), t('公示于', 'Where'), t('摘要值', 'SHA-256')]
  return (
    <div className="cases-scroll">
      <table className="cases-table" id="publications">
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
          {all.map((one) => (
            <tr key={one.draft} data-draft={one.draft}>
              <th scope="row">
                {one.subjects.map((subject) => (
                  <span key={`${subject.id}@${subject.version}`} className="block">
                    <a href={definitionHash(subject.kind, subject.id)}>{subject.name}</a>
                    {subject.version && t(` 第 ${subject.version} 版`, ` version ${subject.version}`)}
                  </span>
                ))}
                <span className="sub">{one.kind_zh}</span>
              </th>
              <td className="at">{full(one.published_at)}</td>
              <td>
                {one.effective_from ?? '—'}
                {one.retired_from && <span className="sub">{t(`${one.retired_from} 起废止`, `retired from ${one.retired_from}`)}</span>}
                {one.superseded_by && <span className="sub">{t(`已由 ${one.superseded_by} 取代`, `replaced by ${one.superseded_by}`)}</span>}
              </td>
              <td>{one.places.map(({ place, on }) => `${place}（${on}）`).join('；') || t('尚未登记', 'Not told')}</td>
              <td>
                <code title={one.sha256}>{one.sha256.slice(0, 12)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
