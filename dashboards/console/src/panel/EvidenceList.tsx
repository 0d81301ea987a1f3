// What an alert stands on, besides the account of its deadline and the ladder of an order, which have places of their own.

import type { ReactNode } from 'react'

import type { Evidence } from '../api/types'
import { full } from '../format'
import { t } from '../words/language'
import { caseHash } from './routes'

type Of<K extends Evidence['kind']> = Extract<Evidence, { kind: K }>

export function EvidenceList({ evidence }: { evidence: Evidence[] }) {
  const entries = evidence.filter((e) => e.kind !== 'deadline' && e.kind !== 'escalation')
  if (entries.length === 0) return <p className="nothing">{t('除期限计算外没有其他证据', 'Nothing besides the account of the deadline')}</p>
  return (
    <ol className="evidence">
      {entries.map((entry, place) => (
        <Entry key={place} entry={entry} />
      ))}
    </ol>
  )
}

function Entry({ entry }: { entry: Evidence }): ReactNode {
  switch (entry.kind) {
    case 'event':
      return (
        <li>
          <time>{full(entry.occurred_at)}</time>
          <div>
            {entry.note}
            <span className="sub">
              {t('记录', 'Record')} {entry.event_id} · {t(`${full(entry.received_at)} 收到`, `received ${full(entry.received_at)}`)}
            </span>
          </div>
        </li>
      )
    case 'condition':
      return (
        <li>
          <span>{t('监察条件', 'Condition')}</span>
          <div>
            <code>{entry.expression}</code>
            <span className="sub">{named(entry.values).join(t('，', ', '))}</span>
          </div>
        </li>
      )
    case 'inspection':
      return <Inspected found={entry} />
    case 'note':
      return (
        <li>
          <span>{t('说明', 'Note')}</span>
          <div>{entry.text}</div>
        </li>
      )
    default:
      // A kind that is newer than this page is shown as it came.
      return (
        <li>
          <span>{entry.kind}</span>
          <code>{JSON.stringify(entry)}</code>
        </li>
      )
  }
}

const named = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => `${name} = ${value}`)

/** The records that a finding rests on, each with its case where it has one. */
function Inspected({ found }: { found: Of<'inspection'> }) {
  const numbers = named(found.parameters)
  const told = [
    t(`截至 ${full(found.known_at)} 所知`, `As known at ${full(found.known_at)}`),
    numbers.length > 0 && t(`设定值 ${numbers.join('，')}`, `set to ${numbers.join(', ')}`),
    t(`共 ${found.total} 条，列出 ${found.rows.length} 条`, `${found.total} in all, ${found.rows.length} listed`),
  ]
  return (
    <li data-kind="inspection">
      <span>{t('巡检', 'Inspection')}</span>
      <div>
        {found.window.label}
        <span className="sub">{told.filter(Boolean).join(' · ')}</span>
        <ul className="inspected">
          {found.rows.map((row, place) => (
            <li key={place}>
              {row.at && <time>{full(row.at)}</time>} {row.case_no && <a href={caseHash(row.source, row.case_no)}>{row.case_no}</a>}{' '}
              <span className="sub">{row.note}</span>
            </li>
          ))}
        </ul>
      </div>
    </li>
  )
}
