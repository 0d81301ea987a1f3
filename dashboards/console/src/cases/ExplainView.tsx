// Why a case stands as it does: as of an instant, by what was known then or by what is known now.

import { type FormEvent, useState } from 'react'

import type { Names } from '../api/names'
import type { CaseFound, Explanation, PointStory } from '../api/types'
import { Facts, LevelBadge, Section, StatusBadge } from '../components/pieces'
import { full } from '../format'
import { alertHash } from '../panel/routes'
import { CHANGES, headline, word } from '../words/codes'
import { say, t } from '../words/language'
import { causeText } from '../panel/cause'
import { kept, typedOf } from './explain-model'
import { groupsOf } from './points'
import { type AskedFor, NOW, casePageHash } from './routes'

export function ExplainForm({ found, asked }: { found: CaseFound; asked: AskedFor }) {
  const [at, setAt] = useState(typedOf(asked.at))
  const [known, setKnown] = useState(typedOf(asked.known))
  // The address asks; the form is a new one then.
  const go = (asked: AskedFor) => {
    location.hash = casePageHash(found.source, found.case_no, asked)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    go({ at: kept(at, asked.at), known: kept(known, asked.known) })
  }
  const issued = found.alerts.flatMap(({ alert }) => (alert.issued_at ? [{ alert, at: alert.issued_at }] : []))
  return (
    <form id="explain-form" className="explain-form" onSubmit={submit}>
      <label>
        <span>{t('所问时点', 'As of')}</span>
        <input type="datetime-local" step={1} name="at" value={at} onChange={(e) => setAt(e.target.value)} />
      </label>
      <label>
        <span>{t('只按此前已知的', 'By what was known until')}</span>
        <input type="datetime-local" step={1} name="known" value={known} onChange={(e) => setKnown(e.target.value)} />
      </label>
      <button type="submit" className="main">
        {t('解释', 'Explain')}
      </button>
      <button type="button" className="plain" aria-pressed={asked.at === '' && asked.known === ''} onClick={() => go(NOW)}>
        {t('现在', 'Now')}
      </button>
      {issued.map(({ alert, at: then }) => (
        <button key={alert.alert_id} type="button" className="plain" aria-pressed={asked.known === then} onClick={() => go({ at: '', known: then })}>
          {t(`${full(then).slice(5, 16)} 发出${alert.level === 'review' ? '待核' : '预警'}时所知`, `Known when ${alert.level === 'review' ? 'a review' : 'a card'} went out ${full(then).slice(5, 16)}`)}
        </button>
      ))}
      <p className="hint">
        {t(
          '两项都不填为现在；只填“只按此前已知的”，即还原那一刻平台所知道的情形，可用于申诉。时间按平台时区。',
          'Both empty: now. The second alone: as the platform knew it at that instant, for an appeal. Times are in the platform’s zone.',
        )}
      </p>
    </form>
  )
}

interface Props {
  told: Explanation
  names: Names
  /** Another answer is on its way. */
  busy: boolean
}

export function ExplainView({ told, names, busy }: Props) {
  return (
    <div className="explained" aria-busy={busy} data-view={told.view} data-at={told.at}>
      <p className="explained-head" id="explained">
        {told.view === 'course' ? t('当时所见', 'As it was seen then') : t('以后来所知回看', 'Looked back at by what is known since')}
        {t('：截至', ', as of')} <b>{full(told.at)}</b>
        {told.as_known_at
          ? t(`，只计平台在 ${full(told.as_known_at)} 之前收到的。`, `, by what had come before ${full(told.as_known_at)}. `)
          : t('，按现在已知的全部记录。', ', by every record that is known now. ')}
        <Agreement told={told} />
      </p>
      {told.notes.map((note) => (
        <p key={note} className="stale">
          {note}
        </p>
      ))}
      <Section words={{ zh: '适用的定义', en: 'What it is judged by' }}>
        <Definitions told={told} names={names} />
      </Section>
      <Section words={{ zh: '各监察点的结论', en: 'What each control point says' }}>
        <Points told={told} />
      </Section>
      <Section words={{ zh: '各记录改变了什么', en: 'What each record changed' }}>
        <Events told={told} names={names} />
      </Section>
      <Section words={{ zh: '预警的变化', en: 'How the alerts changed' }}>
        <Changes told={told} names={names} />
      </Section>
    </div>
  )
}

function Agreement({ told: { agrees } }: { told: Explanation }) {
  if (agrees === null) return null
  if (agrees) return <span className="agrees"> {t('与平台当时已发布的预警一致。', 'It agrees with the alerts that were published.')}</span>
  return (
    <b className="disagrees" role="alert">
      {' '}
      {t('与已发布的预警不完全一致：判定程序版本不同、日志早于定义归档，或者数据尚在归档。', 'It does not wholly agree with the alerts that were published: another engine, a log older than the kept definitions, or data that is still being archived.')}
    </b>
  )
}

function Definitions({ told: { definitions: d, known, attributes }, names }: { told: Explanation; names: Names }) {
  return (
    <div className="in-columns">
      <Facts
        entries={[
          [{ zh: '流程图', en: 'Flowchart' }, d.flowchart ? names.flowchart(d.flowchart) : t('事项不在权力清单', 'Its item is not on the power list')],
          [{ zh: '版本的选定', en: 'Chosen' }, d.chosen_by],
          [{ zh: '定义版本', en: 'Definitions' }, `${d.version}${d.activated_at ? t(`，${full(d.activated_at)} 起生效`, `, in force from ${full(d.activated_at)}`) : ''}`],
          [{ zh: '工作日历', en: 'Calendar' }, d.calendar],
          [{ zh: '来源数据完整至', en: 'Complete until' }, known.complete_until && full(known.complete_until)],
          [{ zh: '允许迟报', en: 'Allowance' }, known.declared ? t('导入的数据，不计迟报', 'Imported: nothing counts as late') : t(`${known.delay_allowance_hours} 小时`, `${known.delay_allowance_hours} hours`)],
          [{ zh: '办件属性', en: 'Attributes' }, Object.entries(attributes).map(([name, value]) => `${name} = ${value}`).join(t('，', ', '))],
        ]}
      />
    </div>
  )
}

function Points({ told }: { told: Explanation }) {
  return (
    <>
      {groupsOf(told.points).map(({ outcome, words, points, first }) => (
        <details key={outcome} className="points" data-outcome={outcome} open={first}>
          <summary>
            {t(`${say(words)}（${points.length}）`, `${say(words)} (${points.length})`)}
          </summary>
          <ul>
            {points.map(({ point, verdicts }) => (
              <li key={point.control_point}>
                <PointName point={point} />
                {verdicts.map((verdict, place) => (
                  <p key={place}>
                    {verdict.level && <LevelBadge level={verdict.level} />} {verdict.status && <StatusBadge status={verdict.status} />} {verdict.text}
                    {verdict.next_at && t(`若无新的记录，${full(verdict.next_at)} 再判。`, ` Without a new record it is judged again at ${full(verdict.next_at)}.`)}{' '}
                    {verdict.alert_id && <a href={alertHash(verdict.alert_id)}>{t('查看预警', 'See the alert')}</a>}
                  </p>
                ))}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}

function PointName({ point }: { point: PointStory }) {
  return (
    <>
      <b>{point.name}</b> <span className="sub">{[point.rule, point.legal_basis].filter(Boolean).join(' · ')}</span>
    </>
  )
}

function Events({ told, names }: { told: Explanation; names: Names }) {
  return (
    <ol className="effects">
      {told.events.map((event) => (
        <li key={`${event.log_offset}`} data-known={event.known} data-counts={event.counts}>
          <time dateTime={event.occurred_at}>{full(event.occurred_at)}</time>
          <div>
            <b>{event.step ? `${event.step} · ${event.kind_zh}` : event.kind_zh}</b>{' '}
            <span className="sub">
              {event.actor && `${t('经办', 'by')} ${names.officer(event.actor)} · `}
              {t(`${full(event.received_at)} 收到`, `received ${full(event.received_at)}`)}
              {event.data_version > 1 && t(` · 第 ${event.data_version} 版`, ` · version ${event.data_version}`)}
            </span>
            {!event.known && <p className="late">{t('所问时点平台尚未收到', 'The platform did not have it then')}</p>}
            {event.known && !event.counts && <p className="late">{t('不计入判断', 'It does not count')}{event.note && `${t('：', ': ')}${event.note}`}</p>}
            {event.effects.length > 0 && (
              <ul>
                {event.effects.map((effect, place) => (
                  <li key={place} data-effect={effect.what}>
                    {effect.text}
                  </li>
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}

function Changes({ told, names }: { told: Explanation; names: Names }) {
  if (told.changes.length === 0) return <p className="nothing">{t('没有预警', 'No alert')}</p>
  const titles = new Map(told.alerts.map((alert) => [alert.alert_id, headline(alert, names).name]))
  return (
    <ol className="history">
      {told.changes.map((change) => (
        <li key={`${change.alert_id}/${change.revision}`}>
          <time>{full(change.at)}</time>
          <div>
            <b>{say(word(CHANGES, change.change))}</b> <LevelBadge level={change.level} /> {titles.get(change.alert_id) ?? change.control_point}
            <span className="sub">{causeText(change.cause)}</span>
          </div>
        </li>
      ))}
    </ol>
  )
}
