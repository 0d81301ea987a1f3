// What the last hour brought, and the open alerts by region as bars.

import { namesStore } from '../api/names'
import type { Counts, Level } from '../api/types'
import { Both, Placeholder } from '../components/pieces'
import { count } from '../format'
import { useStore } from '../store'
import { LEVELS } from '../words/codes'
import { say, t } from '../words/language'
import { regionsOf } from './counts'

const ORDER: Level[] = ['red', 'yellow', 'notice', 'review']

export function Regions({ counts }: { counts: Counts | null }) {
  const names = useStore(namesStore)
  const rows = counts ? regionsOf(counts, names) : []
  const most = Math.max(1, ...rows.map((row) => row.alerts))
  return (
    <section className="card regions" aria-labelledby="regions-title">
      <h2 id="regions-title">
        <Both words={{ zh: '各区划未了结预警', en: 'Open, by region' }} />
      </h2>
      {counts && (
        <dl className="flow" id="flow">
          <div data-flow="received" data-value={counts.received_hour}>
            <dt>{t('近1小时收到记录', 'Records, last hour')}</dt>
            <dd>{count(counts.received_hour)}</dd>
          </div>
          <div data-flow="closed" data-value={counts.closed_hour}>
            <dt>{t('近1小时办结', 'Closed, last hour')}</dt>
            <dd>{count(counts.closed_hour)}</dd>
          </div>
        </dl>
      )}
      <div id="regions" className="scroll">
        {!counts && <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
        {counts && rows.length === 0 && <Placeholder state="empty" words={{ zh: '没有未了结的预警', en: 'No alert stands open' }} />}
        <ul className="region-bars">
          {rows.map((row) => {
            const parts = ORDER.filter((level) => row[level] > 0)
            return (
              <li key={row.code ?? ''} data-region={row.code ?? ''} data-value={row.alerts} title={parts.map((level) => `${say(LEVELS[level])} ${count(row[level])}`).join(' · ')}>
                <span className="region-name">{names.region(row.code)}</span>
                <span className="region-bar" aria-hidden="true">
                  {parts.map((level) => (
                    <i key={level} className={`bar-${level}`} style={{ width: `${(row[level] / most) * 100}%` }} />
                  ))}
                </span>
                <b>{count(row.alerts)}</b>
              </li>
            )
          })}
        </ul>
      </div>
    </section>
  )
}
