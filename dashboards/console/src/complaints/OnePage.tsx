// One complaint or rating: what was said, what is due by the work calendar, what was done about it and what can be.

import { useEffect } from 'react'

import { ApiFailure } from '../api/client'
import { type Names, namesStore } from '../api/names'
import { casePageHash } from '../cases/routes'
import { PrintHere } from '../components/Take'
import { type Fact, Facts, LevelBadge, Placeholder, StatusBadge } from '../components/pieces'
import { full } from '../format'
import { ruleHash } from '../lists/routes'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { VoiceBadge } from './ListPage'
import { WorkActs } from './WorkActs'
import type { Term, ThreadEntry, WholeVoice } from './api'
import { one } from './model'
import { COMPLAINTS_HASH, type VoicePlace, voiceHash } from './routes'
import { KINDS } from './words'

export function OnePage({ place }: { place: VoicePlace }) {
  const key = voiceHash(place)
  const { phase, failure, voice } = useStore(one.state)
  const names = useStore(namesStore)
  useEffect(() => {
    void one.look(place)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={COMPLAINTS_HASH}>{t('← 投诉与评价', '← Complaints and ratings')}</a>
      </p>
      {voice ? (
        <Whole voice={voice} names={names} place={place} />
      ) : phase === 'failed' ? (
        <Placeholder state="failed" words={{ zh: `未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }} retry={() => void one.look(place)} />
      ) : (
        <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
      )}
    </main>
  )
}

function Whole({ voice, names, place }: { voice: WholeVoice; names: Names; place: VoicePlace }) {
  const facts: Fact[] = [
    [{ zh: '类别', en: 'Kind' }, `${say(KINDS[voice.kind])} · ${voice.topic_zh ?? voice.grade_zh ?? '—'}`],
    [{ zh: '机构', en: 'Body' }, voice.org_code && names.org(voice.org_code)],
    [{ zh: '现由', en: 'Now with' }, voice.responsible_org !== voice.org_code && names.org(voice.responsible_org)],
    [{ zh: '事项', en: 'Item' }, voice.item_code && names.item(voice.item_code)],
    [{ zh: '办件', en: 'Case' }, voice.linked ? <a href={casePageHash(voice.source, voice.case_no)}>{voice.case_no}</a> : t('未关联办件', 'About no case')],
    [{ zh: '来件', en: 'Received' }, full(voice.at)],
    [{ zh: '渠道', en: 'Channel' }, [voice.channel_zh, voice.reference].filter(Boolean).join(' · ')],
    [{ zh: '集中评价', en: 'One of many' }, voice.burst !== null && t(`同一设备一小时内第 ${voice.burst} 次评价，复核成立的才计入统计`, `Number ${voice.burst} of one device within an hour: it counts if a review finds that it stands`)],
    [{ zh: '匿名', en: 'Anonymous' }, voice.anonymous && t('是，不需答复', 'Yes, not answered')],
    [{ zh: '登记人', en: 'Registered by' }, voice.registered_by && names.officer(voice.registered_by)],
  ]
  return (
    <section className="card cases-found voice" aria-labelledby="voice-title" data-voice={voice.receipt_no}>
      <h2 id="voice-title">
        {voice.receipt_no} <VoiceBadge voice={voice} />
      </h2>
      <PrintHere />
      <blockquote className="voice-said">{voice.text ?? t('（来源系统未报送内容）', '(the source told no content)')}</blockquote>
      <Facts entries={facts} />
      <Terms terms={voice.terms} />
      <WorkActs key={voiceHash(place)} voice={voice} place={place} names={names} />
      <h3>{t('办理经过', 'What was done')}</h3>
      {voice.thread.length === 0 && <p className="sub">{t('尚无办理记录', 'Nothing yet')}</p>}
      <ol className="thread" id="voice-thread">
        {voice.thread.map((entry) => (
          <Entry key={entry.event_id} entry={entry} names={names} />
        ))}
      </ol>
      {voice.alerts.length > 0 && (
        <>
          <h3>{t('相关预警', 'Alerts')}</h3>
          <ul className="voice-alerts">
            {voice.alerts.map((alert) => (
              <li key={alert.alert_id}>
                <LevelBadge level={alert.level} /> <StatusBadge status={alert.status} /> <a href={alertHash(alert.alert_id)}>{alert.message}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function Terms({ terms }: { terms: Term[] }) {
  if (terms.length === 0) return null
  return (
    <table className="cases-table voice-terms" id="voice-terms">
      <caption>{t('期限（按工作日历计算）', 'Terms by the work calendar')}</caption>
      <thead>
        <tr>
          {[t('事项', 'What'), t('期限', 'Term'), t('最迟', 'Due'), t('办理', 'Done'), t('依据', 'By')].map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {terms.map((term) => (
          <tr key={term.what} data-term={term.what}>
            <th scope="row">{term.what_zh}</th>
            <td>{term.within_zh}</td>
            <td className={term.late ? 'at over' : 'at'}>
              {full(term.due_at)}
              {term.provisional && <span className="sub">{t('节假日安排尚未公布', 'Holidays not known yet')}</span>}
            </td>
            <td className="at">
              {term.done_at ? full(term.done_at) : '—'}
              {term.late && <span className="sub">{term.done_at ? t('超期办理', 'Done late') : t('已超期', 'Late')}</span>}
            </td>
            <td className="term-basis">
              {term.rule_zh}
              <span className="sub">{term.basis_zh}</span>
              <small>
                <a href={ruleHash(term.rule)}>{term.rule}</a> · {term.source.includes('@') ? t(`规则设置 ${term.source}`, `rule setting ${term.source}`) : term.source}
              </small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Entry({ entry, names }: { entry: ThreadEntry; names: Names }) {
  return (
    <li data-act={entry.act ?? entry.act_zh}>
      <div className="thread-head">
        <b>
          {entry.act_zh}
          {entry.outcome_zh && `：${entry.outcome_zh}`}
        </b>
        {entry.to && <span>→ {names.org(entry.to)}</span>}
        <time dateTime={entry.at}>{full(entry.at)}</time>
      </div>
      {entry.text && <p className="thread-why">{entry.text}</p>}
      {entry.evidence.map((hash) => (
        <p key={hash} className="sub">
          {t('材料', 'File')} SHA-256 <code>{hash}</code>
        </p>
      ))}
      <p className="sub">{[entry.by_body && names.org(entry.by_body), names.officer(entry.by)].filter(Boolean).join(' · ')}</p>
    </li>
  )
}
