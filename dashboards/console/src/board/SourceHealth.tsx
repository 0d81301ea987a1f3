// How each source stands: when it was last heard of, how far its data is complete, what is missing.

import { nowStore } from '../api/clock'
import { Both, Placeholder } from '../components/pieces'
import { ago, count } from '../format'
import { useStore } from '../store'
import { t } from '../words/language'
import { sourcesStore } from './model'

export function SourceHealth() {
  const sources = useStore(sourcesStore)
  const now = useStore(nowStore)
  return (
    <section className="card sources" aria-labelledby="sources-title">
      <h2 id="sources-title">
        <Both words={{ zh: '来源系统', en: 'Sources' }} />
      </h2>
      <div id="sources" className="scroll">
        {!sources && <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
        {sources?.length === 0 && <Placeholder state="empty" words={{ zh: '尚无来源系统', en: 'No source yet' }} />}
        {sources && sources.length > 0 && (
          <table className="bodies-table">
            <thead>
              <tr>
                <th scope="col">{t('来源', 'Source')}</th>
                <th scope="col" className="number">
                  {t('记录', 'Records')}
                </th>
                <th scope="col" className="number">
                  {t('缺号', 'Gaps')}
                </th>
                <th scope="col" className="number">
                  {t('最近接收', 'Last heard')}
                </th>
              </tr>
            </thead>
            <tbody>
              {sources.map((source) => (
                <tr key={source.source}>
                  <th scope="row">{source.name || source.source}</th>
                  <td className="number">{count(source.events)}</td>
                  <td className={`number ${source.gaps > 0 ? 'some-red' : 'none'}`}>{count(source.gaps)}</td>
                  <td className="number">{source.last_received_at && now !== null ? ago(source.last_received_at, now) : '—'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  )
}
