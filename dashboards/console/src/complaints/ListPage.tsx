// Complaints and ratings, the last first, with what is due of each.

import { type FormEvent, useEffect, useMemo, useState } from 'react'

import { ApiFailure } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { Badge, Both, Placeholder } from '../components/pieces'
import { full } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import type { Voice } from './api'
import { list } from './model'
import { EVERY_VOICE, REGISTER_HASH, type VoiceSearch, voiceHash, voicesHash } from './routes'
import { nextDue } from './terms'
import { KINDS, VOICE_STATES, mayRegister } from './words'

export function ListPage({ search }: { search: VoiceSearch }) {
  const key = voicesHash(search)
  const { person } = useStore(sessionStore)
  useEffect(() => {
    void list.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="complaints-title">
        <div className="voices-head">
          <h2 id="complaints-title">
            <Both words={{ zh: '投诉与评价', en: 'Complaints and ratings' }} />
          </h2>
          {(!person || mayRegister(person.roles)) && (
            <a className="button main" href={REGISTER_HASH}>
              {t('登记', 'Register')}
            </a>
          )}
        </div>
        <SearchForm key={key} search={search} />
        <Found />
      </section>
    </main>
  )
}

function SearchForm({ search }: { search: VoiceSearch }) {
  const names = useStore(namesStore)
  const orgs = useMemo(() => Object.entries(names.tables.orgs).sort((a, b) => a[0].localeCompare(b[0])), [names])
  const [wanted, want] = useState(search)
  const set = (some: Partial<VoiceSearch>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = voicesHash({ ...wanted, receipt: wanted.receipt.trim() })
  }
  return (
    <form id="voice-search" className="case-search" role="search" onSubmit={submit}>
      <label className="wide">
        <span>{t('登记编号', 'Receipt number')}</span>
        <input type="search" name="receipt" value={wanted.receipt} maxLength={200} placeholder="TS-…、PJ-…" onChange={(e) => set({ receipt: e.target.value })} />
      </label>
      <label>
        <span>{t('类别', 'Kind')}</span>
        <select name="kind" value={wanted.kind} onChange={(e) => set({ kind: e.target.value as VoiceSearch['kind'] })}>
          <option value="">{t('全部', 'All')}</option>
          <option value="complaint">{say(KINDS.complaint)}</option>
          <option value="rating">{say(KINDS.rating)}</option>
        </select>
      </label>
      <label>
        <span>{t('机构', 'Body')}</span>
        <select name="org" value={wanted.org} onChange={(e) => set({ org: e.target.value })}>
          <option value="">{t('全部', 'All')}</option>
          {wanted.org && !(wanted.org in names.tables.orgs) && <option value={wanted.org}>{wanted.org}</option>}
          {orgs.map(([code, called]) => (
            <option key={code} value={code}>
              {called}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('办理情况', 'State')}</span>
        <select name="open" value={wanted.open} onChange={(e) => set({ open: e.target.value as VoiceSearch['open'] })}>
          <option value="">{t('全部', 'All')}</option>
          <option value="true">{t('未办结', 'Open')}</option>
          <option value="false">{t('已办结', 'Done')}</option>
        </select>
      </label>
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <button type="button" className="plain" onClick={() => (location.hash = voicesHash(EVERY_VOICE))}>
          {t('清空', 'Clear')}
        </button>
      </div>
    </form>
  )
}

function Found() {
  const { phase, failure, voices, next } = useStore(list.state)
  const names = useStore(namesStore)
  if (phase === 'failed' && voices.length === 0) {
    const words = { zh: `投诉与评价未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }
    return <Placeholder state="failed" words={words} retry={() => void list.more()} />
  }
  if (voices.length === 0) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在查询…', en: 'Looking' }} />
    return <Placeholder state="empty" words={{ zh: '没有符合条件的投诉、评价', en: 'None' }} />
  }
  return (
    <>
      <div className="cases-scroll">
        <table className="cases-table" id="voices">
          <thead>
            <tr>
              {[t('登记编号', 'Number'), t('类别', 'Kind'), t('内容', 'Content'), t('机构', 'Body'), t('来件', 'Received'), t('期限', 'Due'), t('情况', 'State')].map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {voices.map((voice) => (
              <Row key={`${voice.source}/${voice.case_no}/${voice.event_id}`} voice={voice} names={names} />
            ))}
          </tbody>
        </table>
      </div>
      {phase === 'failed' && (
        <p className="stale" role="alert">
          {t('下一页未能载入', 'The next page could not be read')}：{failure?.message}
        </p>
      )}
      {next ? (
        <button type="button" className="more plain" disabled={phase === 'waiting'} onClick={() => void list.more()}>
          <Both words={{ zh: '更多', en: 'More' }} />
        </button>
      ) : (
        <p className="end">{t('已全部列出', 'That is all')}</p>
      )}
    </>
  )
}

function Row({ voice, names }: { voice: Voice; names: Names }) {
  const due = nextDue(voice.terms)
  const place = { source: voice.source, caseNo: voice.case_no, eventId: voice.event_id }
  return (
    <tr data-voice={voice.receipt_no} data-state={voice.state}>
      <th scope="row">
        <a href={voiceHash(place)}>{voice.receipt_no}</a>
        <span className="sub">{voice.linked ? voice.case_no : t('未关联办件', 'About no case')}</span>
      </th>
      <td>
        {say(KINDS[voice.kind])}
        <span className="sub">{voice.kind === 'complaint' ? voice.topic_zh : voice.grade_zh}</span>
      </td>
      <td className="voice-text">{voice.text ?? '—'}</td>
      <td>{names.org(voice.responsible_org)}</td>
      <td className="at">{full(voice.at).slice(0, 16)}</td>
      <td className={voice.overdue ? 'at over' : 'at'}>
        {due ? full(due.due_at).slice(0, 10) : '—'}
        {due && (
          <span className="sub">
            {due.what_zh}
            {due.late && t(' 已超期', ' late')}
          </span>
        )}
      </td>
      <td>
        <VoiceBadge voice={voice} />
      </td>
    </tr>
  )
}

export function VoiceBadge({ voice }: { voice: Voice }) {
  return <Badge kind={voice.open ? 'case-open' : 'case-closed'} words={VOICE_STATES[voice.state] ?? { zh: voice.state_zh }} />
}
