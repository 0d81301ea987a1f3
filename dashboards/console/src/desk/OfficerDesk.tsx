// 监察部门: what must I decide today.

import { Others } from '../alerts/Others'
import { hashOf, parametersOf, wholeCaseHash } from '../alerts/query'
import { zone } from '../alerts/model'
import * as api from '../api/client'
import { clock, nowStore } from '../api/clock'
import { namesStore } from '../api/names'
import type { Alert, AlertRow } from '../api/types'
import type { CalendarDay } from '../lists/model'
import { LevelBadge, Placeholder } from '../components/pieces'
import { count, short } from '../format'
import { ACT_KINDS } from '../dispositions/act-kinds'
import { extensionWaiting, openOrderOf } from '../dispositions/order-tree'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { subjectText } from '../subject'
import { headline } from '../words/codes'
import { say, t } from '../words/language'
import { KINDS, type Kind } from './decisions'
import { daysSince, overText, workingDaysOver } from './over'
import { useReading } from './reading'
import { leftText } from './tasks'

/** Of each kind; the rest is in the list. */
const ROWS = 5

interface Found {
  alerts: AlertRow[]
  total: number
  /** Of the calendar, where a term in working days has passed. */
  days: CalendarDay[]
}

export function OfficerDesk() {
  const { found, failure, again } = useReading('decisions', async (signal) => {
    const one = async (kind: Kind): Promise<Found> => {
      const page = (await api.alerts({ ...parametersOf(kind.query, zone()), total: 'true' }, null, signal, ROWS)) as { alerts: AlertRow[]; total?: number }
      const first = kind.id === 'appeals' && page.alerts[0] ? kind.dueAt(page.alerts[0]) : null
      const isOver = first !== null && Date.parse(first) < (clock.now() ?? Infinity)
      return { alerts: page.alerts, total: page.total ?? page.alerts.length, days: isOver ? await daysSince(first, signal) : [] }
    }
    return Promise.all(KINDS.map(one))
  })
  return (
    <section className="card desk-card" aria-labelledby="desk-title">
      <div className="page-head">
        <h2 id="desk-title">{t('今天要决定的', 'To decide today')}</h2>
        {found && (
          <p className="page-told" role="status" id="to-decide">
            {t(`共 ${count(found.reduce((sum, { total }) => sum + total, 0))} 件，按全部预警计`, `${count(found.reduce((sum, { total }) => sum + total, 0))} alerts in all`)}
          </p>
        )}
        {found && failure && <p role="alert">{t(`未能更新：${failure.message}`, `Not brought up to date: ${api.inEnglish(failure)}`)}</p>}
      </div>
      <div className="scroll">
        {!found && failure && <Placeholder state="failed" words={{ zh: `未能载入：${failure.message}`, en: `Not loaded: ${api.inEnglish(failure)}` }} retry={again} />}
        {!found && !failure && <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
        {found?.every(({ total }) => total === 0) && <Placeholder state="empty" words={{ zh: '没有等待决定的事项', en: 'Nothing waits to be decided' }} />}
        {found && KINDS.map((kind, place) => <Group key={kind.id} kind={kind} found={found[place] as Found} />)}
      </div>
    </section>
  )
}

function Group({ kind, found }: { kind: Kind; found: Found }) {
  const now = useStore(nowStore)
  const names = useStore(namesStore)
  if (found.total === 0) return null
  return (
    <section className="desk-group" aria-labelledby={`kind-${kind.id}`} data-kind={kind.id}>
      <h3 id={`kind-${kind.id}`}>
        <a href={hashOf(kind.query)}>{say(kind.words)}</a> <span>{count(found.total)}</span>
        <small>{say(kind.asks)}</small>
      </h3>
      <ol>
        {found.alerts.map((alert) => {
          const dueAt = kind.dueAt(alert)
          const acts = kind.acts.filter((act) => ACT_KINDS[act].refused(alert) === null)
          const over = dueAt && now !== null ? workingDaysOver(dueAt, now, found.days) : null
          return (
            <li key={alert.alert_id} className="desk-row">
              <LevelBadge level={alert.level} />
              <div className="desk-what">
                <a href={alertHash(alert.alert_id)} data-alert={alert.alert_id}>
                  {headline(alert, names).name}
                </a>
                <span className="sub">
                  {subjectText(alert, names)} · {names.org(alert.org_code)}
                </span>
                <Others alert={alert} href={wholeCaseHash(kind.query, alert)} />
              </div>
              <div className={`desk-left${dueAt && now !== null && Date.parse(dueAt) < now ? ' over' : ''}`}>
                {dueAt && now !== null ? <b>{over === null ? leftText(dueAt, now) : overText(over)}</b> : <b>{short(alert.raised_at)}</b>}
                <span className="sub">{dueAt ? short(dueAt) : t('提出', 'Raised')}</span>
              </div>
              <div className="desk-cure">
                <span>{reasonOf(kind, alert)}</span>
                <a className="primary" href={alertHash(alert.alert_id)}>
                  {acts.length > 0 ? acts.map((act) => say(ACT_KINDS[act])).join(' / ') : t('查看', 'See it')}
                </a>
              </div>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

/** What somebody said last, on which it is to be decided. */
function reasonOf(kind: Kind, alert: Alert): string {
  const { disposition } = alert
  if (kind.id === 'appeals') return disposition?.appeal?.by.reason ?? ''
  if (kind.id === 'recheck') return disposition?.recheck_reason ?? ''
  if (kind.id === 'asked-extensions') {
    const order = openOrderOf(alert)
    return (order && extensionWaiting(order)?.by.reason) ?? ''
  }
  if (kind.id === 'rectifications') return openOrderOf(alert)?.rectifications?.at(-1)?.by.reason ?? ''
  if (kind.id === 'overdue-orders') return disposition?.order?.by.reason ?? ''
  if (kind.id === 'answered-orders') return disposition?.order?.answers.at(-1)?.by.reason ?? ''
  return ''
}
