// 提请我处理: unanswered orders that were brought before whoever looks (逐级升级), until they are answered.

import { ALERTS_HASH } from '../alerts/query'
import * as api from '../api/client'
import { nowStore } from '../api/clock'
import { namesStore } from '../api/names'
import type { BroughtAlert } from '../api/types'
import { LevelBadge, Placeholder } from '../components/pieces'
import { count, short } from '../format'
import { INSTANCES } from '../panel/ladder'
import { alertHash } from '../panel/routes'
import type { DeskKind } from '../people/roles'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { subjectText } from '../subject'
import { headline, word } from '../words/codes'
import { say, t } from '../words/language'
import { type Before, type Brought, broughtOf, byDue, codeOf, instancesOf } from './brought'
import { useReading } from './reading'
import { leftText } from './tasks'

/** Nobody works more at a time; the rest is in the list of alerts. */
const ROWS = 50

/** Nothing before whoever is no instance. `body`: whose desk a department's is, where nobody signs in. */
export function BroughtBefore({ desk, body = '' }: { desk: DeskKind; body?: string }) {
  const { person } = useStore(sessionStore)
  const mine = instancesOf(person, desk, body)
  return mine.length === 0 ? null : <Listed mine={mine} />
}

function Listed({ mine }: { mine: Before[] }) {
  const now = useStore(nowStore)
  const before = mine.map(codeOf).join(',')
  const { found, failure, again } = useReading(`brought ${before}`, async (signal) => {
    const asked = { brought_before: before, open: 'true', sort: 'gravest', total: 'true' }
    const page = await api.alerts<{ alerts: BroughtAlert[]; total?: number }>(asked, null, signal, ROWS)
    return { rows: byDue(page.alerts.map((alert) => broughtOf(alert, mine))), total: page.total ?? page.alerts.length }
  })
  return (
    <section className="card desk-brought" aria-labelledby="brought-title" id="brought">
      <div className="page-head">
        <h2 id="brought-title">{t('提请我处理', 'Brought before me')}</h2>
        {found && found.total > 0 && <p className="page-told">{t(`${count(found.total)} 件督办未反馈，已逐级报告`, `${count(found.total)} unanswered orders`)}</p>}
        {found && failure && <p role="alert">{t(`未能更新：${failure.message}`, `Not brought up to date: ${api.inEnglish(failure)}`)}</p>}
      </div>
      <div className="scroll">
        {!found && failure && <Placeholder state="failed" words={{ zh: `未能载入：${failure.message}`, en: `Not loaded: ${api.inEnglish(failure)}` }} retry={again} />}
        {!found && !failure && <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
        {found?.rows.length === 0 && <Placeholder state="empty" words={{ zh: '没有因未反馈而提请处理的督办', en: 'No unanswered order was brought before you' }} />}
        {found && found.rows.length > 0 && (
          <ol>
            {found.rows.map((row) => (
              <Row key={row.alert.alert_id} row={row} now={now} />
            ))}
          </ol>
        )}
        {found && found.total > found.rows.length && (
          <p className="end">
            {t(`另有 ${count(found.total - found.rows.length)} 件，见`, `${count(found.total - found.rows.length)} more: `)}
            <a href={`${ALERTS_HASH}?rule=T15`}>{t('预警列表', 'the list of alerts')}</a>
          </p>
        )}
      </div>
    </section>
  )
}

function Row({ row: { alert, since, next }, now }: { row: Brought; now: number | null }) {
  const names = useStore(namesStore)
  const { name, text } = headline(alert, names)
  const { due_at: dueAt } = alert
  const over = Boolean(dueAt) && now !== null && Date.parse(dueAt as string) < now
  return (
    <li className="desk-row" data-brought={alert.alert_id}>
      <LevelBadge level={alert.level} />
      <div className="desk-what">
        <a href={alertHash(alert.alert_id)} data-alert={alert.alert_id}>
          {name}
        </a>
        <span className="sub">
          {names.org(alert.responsible_org)} · {subjectText(alert, names)}
        </span>
      </div>
      <div className={`desk-left${over ? ' over' : ''}`}>
        <b>{dueAt && now !== null ? leftText(dueAt, now) : t('无期限', 'No day')}</b>
        {since && (
          <time className="sub" dateTime={since}>
            {t(`${short(since)} 提请`, `brought ${short(since)}`)}
          </time>
        )}
      </div>
      <div className="desk-cure">
        <div>
          <span>{text}</span>
          {next?.at && <small>{nextText(next.at, next.before.map(({ instance }) => say(word(INSTANCES, instance))))}</small>}
        </div>
        <a className="primary" href={alertHash(alert.alert_id)}>
          {t('看详情', 'See it')}
        </a>
      </div>
    </li>
  )
}

const nextText = (at: string, whom: string[]) => t(`${short(at)} 仍未反馈的，报告${whom.join('、')}`, `Unanswered by ${short(at)}, it is brought before: ${whom.join(', ')}`)
