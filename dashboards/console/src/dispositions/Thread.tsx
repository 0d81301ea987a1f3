// The thread of an alert: orders, answers, decisions and appeals, each with who, when and why.

import type { Names } from '../api/names'
import type { Disposition, DoneAct } from '../api/types'
import { full } from '../format'
import { t } from '../words/language'
import { threadOf } from './entries'

export function Thread({ disposition, acts, names }: { disposition: Disposition; acts: DoneAct[]; names: Names }) {
  return (
    <>
      {disposition.recheck_reason && (
        <p className="recheck" role="status">
          <b>{t('须重新认定：', 'To be decided again: ')}</b>
          {disposition.recheck_reason}
        </p>
      )}
      <ol className="thread" id="thread">
        {threadOf(disposition, acts).map(({ title, side, by, to, person, depth, due_at, evidence }) => (
          <li key={by.command} className={`of-${side}`} data-side={side} data-depth={depth}>
            <div className="thread-head">
              <b>{title}</b>
              {to && <span>→ {names.org(to)}</span>}
              {person && <span>→ {names.officer(person)}</span>}
              <time dateTime={by.at}>{full(by.at)}</time>
            </div>
            <p className="thread-why">{by.reason}</p>
            {evidence?.map((hash) => (
              <p key={hash} className="sub">
                {t('材料', 'File')} SHA-256 <code>{hash}</code>
              </p>
            ))}
            <p className="sub">
              {[by.body && names.org(by.body), names.office(by.body, by.office), names.officer(by.person)].filter(Boolean).join(' · ')}
              {due_at && t(` · 应于 ${full(due_at)} 前办理`, ` · due ${full(due_at)}`)}
            </p>
          </li>
        ))}
      </ol>
    </>
  )
}
