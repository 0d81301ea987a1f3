// 审计: who did or looked at what, when, from where, and what was answered. A day or some, the newest first; and as a file.

import { type FormEvent, useState } from 'react'

import { download } from '../api/client'
import { save } from '../components/files'
import { Badge, Both, Placeholder } from '../components/pieces'
import { count } from '../format'
import { Refusal, failureText } from '../people/fields'
import { say, t } from '../words/language'
import { AUDIT_PAGE, type AuditDay, type AuditEntry, audit, auditFile } from './api'
import { useAsked } from './asked'
import { answerWords, auditSubject, auditWords } from './audit-words'
import { Again, Answered, Head, useSending, when } from './parts'
import { type AuditQuery, TODAY, auditHash } from './routes'

export function AuditTab({ query }: { query: AuditQuery }) {
  const key = auditHash(query)
  const asked = useAsked(key, (signal) => audit(query, signal))
  const day = asked.found?.day ?? query.day
  const until = query.until || day
  const days = until === day ? day : t(`${day} 至 ${until}`, `${day} to ${until}`)
  return (
    <section className="card" aria-labelledby="audit-title">
      <Head
        id="audit-title"
        title={t('审计记录', 'Audit trail')}
        told={asked.found ? t(`${days} 共 ${count(asked.found.total)} 条`, `${count(asked.found.total)} on ${days}`) : ''}
      >
        <Again asked={asked} />
      </Head>
      <Filter key={`${key} ${day}`} query={{ ...query, day }} />
      <Answered asked={asked}>
        {(found) => (
          <>
            <Chain found={found} />
            {found.entries.length === 0 ? (
              <Placeholder state="empty" words={{ zh: '没有符合条件的记录', en: 'No such entry' }} />
            ) : (
              <Entries entries={found.entries} query={query} dated={found.until !== found.day} />
            )}
            <Turn found={found} query={query} />
          </>
        )}
      </Answered>
      <Export query={query} day={day} until={until} />
    </section>
  )
}

const WHAT = {
  '': { zh: '全部', en: 'Everything' },
  changes: { zh: '办理', en: 'What was done' },
  views: { zh: '查看', en: 'What was seen' },
  refused: { zh: '被拒绝、未成', en: 'What was refused' },
} as const

function Filter({ query }: { query: AuditQuery }) {
  const [wanted, want] = useState(query)
  const set = (some: Partial<AuditQuery>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { account, person, path } = wanted
    location.hash = auditHash({ ...wanted, account: account.trim(), person: person.trim(), path: path.trim(), after: 0 })
  }
  const text = (label: string, name: 'account' | 'person' | 'path') => (
    <label>
      <span>{label}</span>
      <input name={name} value={wanted[name]} autoComplete="off" maxLength={200} onChange={(event) => set({ [name]: event.target.value })} />
    </label>
  )
  return (
    <form className="admin-filter" role="search" aria-label={t('筛选审计记录', 'Choose entries')} onSubmit={submit}>
      <label>
        <span>{t('日期', 'Day')}</span>
        <input type="date" name="day" value={wanted.day} onChange={(event) => set({ day: event.target.value })} />
      </label>
      <label>
        <span>{t('至（可不填，最多 31 天）', 'Until (optional, 31 days at most)')}</span>
        <input type="date" name="until" min={wanted.day} value={wanted.until} onChange={(event) => set({ until: event.target.value })} />
      </label>
      {text(t('账号', 'Account'), 'account')}
      {text(t('人员编号', 'Person'), 'person')}
      <label>
        <span>{t('种类', 'Kind')}</span>
        <select name="what" value={wanted.what} onChange={(event) => set({ what: event.target.value as AuditQuery['what'] })}>
          {Object.entries(WHAT).map(([what, words]) => (
            <option key={what} value={what}>
              {say(words)}
            </option>
          ))}
        </select>
      </label>
      {text(t('内容（路径或编号中的一段）', 'Content: a part of path or number'), 'path')}
      <div className="take">
        <button type="submit" className="primary">
          {t('查询', 'Find')}
        </button>
        <a className="plain" href={auditHash(TODAY)}>
          {t('今日全部', 'All of today')}
        </a>
      </div>
    </form>
  )
}

/** Whether the blocks of the days are what they were and name each other as they were written. */
function Chain({ found: { broken, journals, blocks } }: { found: AuditDay }) {
  if (broken.length > 0)
    return (
      <p className="entrance-refusal admin-chain" role="alert" data-chain="broken">
        {t(`链条断裂：${broken.join('、')}。其中有记录被删改过，应立即报告。`, `The chain is broken in ${broken.join(', ')}: entries were taken out or rewritten. Report it at once.`)}
      </p>
    )
  return (
    <p className="admin-chain" role="status" data-chain="whole">
      {blocks === 0
        ? t('所选日期没有记录可核验。', 'Nothing to verify.')
        : t(`链条完整：所选日期 ${count(journals)} 段、${count(blocks)} 块，逐块核验无删改。`, `The chain is whole: ${count(blocks)} blocks in ${count(journals)} journals, each names the one before.`)}
    </p>
  )
}

function Entries({ entries, query, dated }: { entries: AuditEntry[]; query: AuditQuery; dated: boolean }) {
  return (
    <div className="admin-scroll">
      <table className="admin-table" id="audit">
        <thead>
          <tr>
            <th scope="col">{t('时间', 'When')}</th>
            <th scope="col">{t('账号、人员', 'Account, person')}</th>
            <th scope="col">{t('办理或查看', 'What')}</th>
            <th scope="col">{t('内容', 'Of what')}</th>
            <th scope="col">{t('答复', 'Answer')}</th>
            <th scope="col">{t('来自', 'From')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry, place) => {
            const words = auditWords(entry)
            return (
              <tr key={`${entry.at} ${place}`} data-audit={`${entry.method} ${entry.path}`} data-by={entry.account} data-status={entry.status}>
                <td>
                  <time dateTime={entry.at}>{dated ? when(entry.at) : when(entry.at).slice(11)}</time>
                </td>
                <td>
                  <a href={auditHash({ ...query, account: entry.account, after: 0 })}>{entry.account}</a>
                  <span className="sub">{entry.person}</span>
                </td>
                <td>{words ? say(words) : entry.method}</td>
                <td className="admin-path">{auditSubject(entry.path)}</td>
                <td>
                  <Badge kind={entry.status < 400 ? 'status-issued' : 'status-withdrawn'} words={answerWords(entry.status)} />
                  <span className="sub">{entry.status}</span>
                </td>
                <td>{entry.from}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Turn({ found, query }: { found: AuditDay; query: AuditQuery }) {
  const { next } = found
  if (query.after === 0 && next === null) return null
  const at = (after: number) => auditHash({ ...query, day: found.day, after })
  return (
    <nav className="turn" aria-label={t('翻页', 'Pages')}>
      {query.after > 0 && (
        <a className="plain" href={at(Math.max(0, query.after - AUDIT_PAGE))}>
          {t('上一页', 'Previous')}
        </a>
      )}
      <span>{t(`第 ${Math.floor(query.after / AUDIT_PAGE) + 1} 页`, `Page ${Math.floor(query.after / AUDIT_PAGE) + 1}`)}</span>
      {next !== null && (
        <a className="plain" href={at(next)}>
          {t('下一页', 'Next')}
        </a>
      )}
    </nav>
  )
}

function Export({ query, day, until }: { query: AuditQuery; day: string; until: string }) {
  const [span, setSpan] = useState<{ from: string; to: string } | null>(null)
  const { sending, failure, send } = useSending()
  const { from, to } = span ?? { from: day, to: until }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(async () => save(await download(auditFile(query, from, to)), `${t('审计记录', 'audit')}-${from}-${to}.csv`))
  }
  return (
    <form className="admin-filter admin-export" aria-label={t('导出审计记录', 'Export the audit trail')} onSubmit={submit}>
      <label>
        <span>{t('导出自', 'Export from')}</span>
        <input type="date" name="from" required value={from} onChange={(event) => setSpan({ from: event.target.value, to })} />
      </label>
      <label>
        <span>{t('至（一次最多 31 天，按上面的筛选）', 'until (31 days at most, as chosen above)')}</span>
        <input type="date" name="to" required min={from} value={to} onChange={(event) => setSpan({ from, to: event.target.value })} />
      </label>
      <div className="take">
        <button type="submit" className="plain" disabled={sending}>
          {sending ? t('正在导出…', 'Exporting…') : <Both words={{ zh: '导出 CSV', en: 'Export CSV' }} />}
        </button>
      </div>
      {failure && <Refusal>{failureText(failure)}</Refusal>}
    </form>
  )
}
