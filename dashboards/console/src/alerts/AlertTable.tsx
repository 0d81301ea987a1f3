// The rows of a page of alerts: chosen by their boxes, opened by their names.

import { memo } from 'react'

import { nowStore } from '../api/clock'
import { type Names, namesStore } from '../api/names'
import type { Alert, AlertRow } from '../api/types'
import { Badge, LevelBadge, StatusBadge } from '../components/pieces'
import { ago, short } from '../format'
import { ListMark } from '../incidents/Mark'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { isCase, subjectText } from '../subject'
import { DISPOSITIONS, headline } from '../words/codes'
import { t } from '../words/language'
import { Others } from './Others'
import { pages } from './model'
import { type AlertQuery, wholeCaseHash } from './query'

interface Props {
  alerts: AlertRow[]
  /** What was asked for. */
  query: AlertQuery
  chosen: ReadonlyMap<string, Alert>
  /** The one that the panel shows. */
  current: string | null
  /** On paper nothing is chosen. */
  paper?: boolean
}

export function AlertTable({ alerts, query, chosen, current, paper = false }: Props) {
  const names = useStore(namesStore)
  const now = useStore(nowStore)
  const all = alerts.length > 0 && alerts.every(({ alert_id }) => chosen.has(alert_id))
  const some = !all && alerts.some(({ alert_id }) => chosen.has(alert_id))
  return (
    <table className="alert-table">
      <thead>
        <tr>
          {!paper && (
            <th scope="col" className="pick">
              <input
                type="checkbox"
                aria-label={t('选择本页全部', 'Choose all of this page')}
                checked={all}
                ref={(box) => {
                  if (box) box.indeterminate = some
                }}
                onChange={() => pages.choose(alerts, !all)}
              />
            </th>
          )}
          <th scope="col">{t('级别', 'Level')}</th>
          <th scope="col">{t('监察点', 'What')}</th>
          <th scope="col">{t('办件 / 事项', 'Case, item')}</th>
          <th scope="col">{t('机构', 'Body')}</th>
          <th scope="col">{t('期限 / 发生', 'Due / happened')}</th>
          <th scope="col">{t('反馈期限', 'Answer due')}</th>
          <th scope="col">{t('状态', 'Standing')}</th>
          <th scope="col">{t('提出', 'Raised')}</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <Row key={alert.alert_id} alert={alert} query={query} names={names} chosen={chosen.has(alert.alert_id)} current={alert.alert_id === current} now={now} paper={paper} />
        ))}
      </tbody>
    </table>
  )
}

interface RowProps {
  alert: AlertRow
  query: AlertQuery
  names: Names
  chosen: boolean
  current: boolean
  now: number | null
  paper: boolean
}

const Row = memo(function Row({ alert, query, names, chosen, current, now, paper }: RowProps) {
  const { name } = headline(alert, names)
  const subject = subjectText(alert, names)
  const order = alert.disposition?.order
  const answerDue = order && !order.closed ? (order.answers.length > 0 ? null : order.due_at) : alert.answer_due_at
  const at = alert.breached_at ?? alert.due_at
  return (
    <tr data-alert-row={alert.alert_id} data-level={alert.level} data-status={alert.status} className={[current && 'current', chosen && 'chosen'].filter(Boolean).join(' ')}>
      {!paper && (
        <td className="pick">
          <input type="checkbox" aria-label={t(`选择 ${name} ${subject}`, `Choose ${name} ${subject}`)} checked={chosen} onChange={() => pages.choose([alert], !chosen)} />
        </td>
      )}
      <td>
        <LevelBadge level={alert.level} />
      </td>
      <td className="what-cell">
        <a href={alertHash(alert.alert_id)} data-alert={alert.alert_id} aria-current={current ? 'true' : undefined}>
          {name}
        </a>
        <ListMark alertId={alert.alert_id} />
        <Others alert={alert} href={wholeCaseHash(query, alert)} />
      </td>
      <td>
        {subject}
        {isCase(alert) && <span className="sub">{names.item(alert.item_code)}</span>}
      </td>
      <td>{names.org(alert.org_code)}</td>
      <td className={alert.breached_at && alert.due_at ? 'over' : undefined}>
        {at ? <time dateTime={at}>{short(at)}</time> : '—'}
        {at && <span className="sub">{alert.breached_at ? (alert.due_at ? t('已超期', 'Overdue') : t('发生', 'Happened')) : t('期限', 'Due')}</span>}
      </td>
      <td>{answerDue ? <time dateTime={answerDue}>{short(answerDue)}</time> : '—'}</td>
      <td>
        <StatusBadge status={alert.status} />
        {alert.disposition && <Badge kind={`disposition-${alert.disposition.state}`} words={DISPOSITIONS[alert.disposition.state]} />}
      </td>
      <td>
        <time dateTime={alert.raised_at}>{short(alert.raised_at)}</time>
        {!paper && now !== null && <span className="sub">{ago(alert.raised_at, Math.max(now, Date.parse(alert.raised_at)))}</span>}
      </td>
    </tr>
  )
})
