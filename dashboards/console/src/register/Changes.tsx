// Every change of a body's register, the last first: what it changed, from which day, who entered it, when and why.

import { Badge } from '../components/pieces'
import { draftHash } from '../drafts/routes'
import { full } from '../format'
import type { Draft } from '../lists/model'
import { t } from '../words/language'

export function Changes({ changes }: { changes: Draft[] }) {
  if (changes.length === 0) return <p className="nothing">{t('随整套定义安装，没有逐件的记录', 'Installed with the whole set: no records of its own')}</p>
  const last = [...changes].sort((a, b) => b.drafted_at.localeCompare(a.drafted_at))
  return (
    <ol className="history records" id="register-changes">
      {last.map((change) => (
        <li key={change.id} data-draft={change.id} data-state={change.state}>
          <time>{full(change.drafted_at)}</time>
          <div>
            <b>{change.effective_from ? t(`自 ${change.effective_from} 起生效`, `In force from ${change.effective_from}`) : t('尚未生效', 'Not in force')}</b>{' '}
            <Badge kind={change.effective_from ? 'case-open' : 'case-closed'} words={{ zh: change.state_zh, en: change.state }} />{' '}
            <a href={draftHash(change.id)}>{t(`草案 ${change.id}`, `draft ${change.id}`)}</a>
            <span className="sub">
              {[change.drafted_by.body, change.drafted_by.office, change.drafted_by.person].filter(Boolean).join(' ')} · {change.history[0]?.why}
            </span>
            <ol className="numbered changes">
              {change.changes.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ol>
          </div>
        </li>
      ))}
    </ol>
  )
}
