// 领导: the five worst matters, each with cause, owner, date and change, and below them what came of instructions. On a phone, too.

import * as api from '../api/client'
import { nowStore, clock } from '../api/clock'
import { namesStore } from '../api/names'
import type { Alert, AlertFound, Change } from '../api/types'
import { countsStore } from '../board/model'
import { LevelBadge, Placeholder } from '../components/pieces'
import { count, date, inZoneOf, short } from '../format'
import { zone } from '../alerts/model'
import { seesInstructions } from '../ledger/words'
import { alertHash } from '../panel/routes'
import { sessionStore } from '../people/session'
import { STATISTICS_HASH } from '../statistics/routes'
import { useStore } from '../store'
import { isCase, subjectText } from '../subject'
import { STATUSES, headline } from '../words/codes'
import { t } from '../words/language'
import { Instructed } from './Instructed'
import { type Matter, lastChange, sinceText, worstOf } from './matters'
import { useReading } from './reading'

/** Alerts that are looked through for the worst matters: a matter has several. */
const LOOKED_THROUGH = 100
const DAY_MS = 86_400_000

interface Found {
  matters: (Matter & { history: Change[] })[]
  /** Red cards raised within the last day; null where the clock is not known. */
  newRed: number | null
}

export function LeaderDesk() {
  const counts = useStore(countsStore)
  const now = useStore(nowStore)
  const { person } = useStore(sessionStore)
  const { found, failure, again } = useReading('matters', read)
  const standing = (level: string) => (counts?.alerts ?? []).filter((row) => row.level === level && STATUSES[row.status].open).reduce((sum, row) => sum + row.alerts, 0)
  return (
    <>
      <section className="card desk-card leader" aria-labelledby="desk-title">
        <div className="page-head">
          <h2 id="desk-title">{t('最突出的五件事', 'The five worst matters')}</h2>
          {counts && (
            <p className="page-told">
              {t(`未了结：红牌 ${count(standing('red'))}，黄牌 ${count(standing('yellow'))}`, `Open: ${count(standing('red'))} red, ${count(standing('yellow'))} yellow`)}
              {found?.newRed !== null && found && t(`；近一日新增红牌 ${count(found.newRed ?? 0)}`, `; ${count(found.newRed ?? 0)} red within a day`)}
            </p>
          )}
          <a className="plain" href={STATISTICS_HASH}>
            {t('本月统计', 'This month’s statistics')}
          </a>
          {found && failure && <p role="alert">{t(`未能更新：${failure.message}`, `Not brought up to date: ${api.inEnglish(failure)}`)}</p>}
        </div>
        <div className="scroll">
          {!found && failure && <Placeholder state="failed" words={{ zh: `未能载入：${failure.message}`, en: `Not loaded: ${api.inEnglish(failure)}` }} retry={again} />}
          {!found && !failure && <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
          {found?.matters.length === 0 && <Placeholder state="empty" words={{ zh: '没有未了结的红牌、黄牌', en: 'No red or yellow card stands open' }} />}
          {found && (
            <ol className="matters">
              {found.matters.map((matter, place) => (
                <MatterRow key={matter.alert.alert_id} matter={matter} place={place + 1} now={now} />
              ))}
            </ol>
          )}
        </div>
      </section>
      {seesInstructions(person) && <Instructed />}
    </>
  )
}

async function read(signal: AbortSignal): Promise<Found> {
  const page = await api.alerts({ open: 'true', level: 'red,yellow', sort: 'gravest', top_of_case: 'true' }, null, signal, LOOKED_THROUGH)
  const worst = worstOf(page.alerts)
  const details: AlertFound[] = await Promise.all(worst.map(({ alert }) => api.alert(alert.alert_id, signal)))
  const matters = worst.map((matter, place) => ({ ...matter, history: details[place]?.history ?? [] }))
  const [now, printed] = [clock.now(), clock.printed()]
  if (now === null || printed === null) return { matters, newRed: null }
  const since = `${inZoneOf(printed, now - DAY_MS).slice(0, 19)}${zone()}`
  const fresh = (await api.alerts({ level: 'red', raised_from: since, total: 'true' }, null, signal, 1)) as { alerts: Alert[]; total?: number }
  return { matters, newRed: fresh.total ?? null }
}

function MatterRow({ matter, place, now }: { matter: Found['matters'][number]; place: number; now: number | null }) {
  const names = useStore(namesStore)
  const { alert, others, history } = matter
  const { name, text } = headline(alert, names)
  const owner = alert.responsible_org ?? alert.org_code
  const change = now === null ? null : lastChange(history, now)
  const at = alert.due_at ?? alert.breached_at
  const order = alert.disposition?.order
  return (
    <li className={`matter edge-${alert.level}`}>
      <span className="matter-place" aria-hidden="true">
        {place}
      </span>
      <div className="matter-head">
        <LevelBadge level={alert.level} />
        <a href={alertHash(alert.alert_id)} data-alert={alert.alert_id}>
          {name}
        </a>
        {now !== null && <b className="over">{sinceText(alert, now)}</b>}
      </div>
      <p className="sub">
        {subjectText(alert, names)}
        {isCase(alert) && ` · ${names.item(alert.item_code)}`}
        {others > 0 && t(`，另有 ${others} 条预警`, `, ${others} other alerts`)}
      </p>
      <dl className="matter-facts">
        <div>
          <dt>{t('原因', 'Cause')}</dt>
          <dd className="matter-cause">{text}</dd>
        </div>
        <div>
          <dt>{t('责任', 'Owner')}</dt>
          <dd>{[names.org(owner), names.office(owner, alert.responsible_office), names.officer(alert.responsible_actor)].filter(Boolean).join(' · ')}</dd>
        </div>
        <div>
          <dt>{alert.due_at ? t('期限', 'Due') : t('发生', 'Happened')}</dt>
          <dd>
            {at ? date(at) : '—'}
            {order && !order.closed && (order.answers.length > 0 ? t('；督办已反馈', '; the order is answered') : t(`；督办应于 ${order.due_at ? date(order.due_at) : ''} 前反馈`, `; to be answered by ${order.due_at ? date(order.due_at) : ''}`))}
          </dd>
        </div>
        <div>
          <dt>{t('变化', 'Change')}</dt>
          <dd>{change ? `${short(change.at)} ${change.text}${change.recent ? t('（近一日）', ' (within a day)') : ''}` : '—'}</dd>
        </div>
      </dl>
    </li>
  )
}
