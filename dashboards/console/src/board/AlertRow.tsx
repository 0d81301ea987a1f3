// One alert as a row: what, who, until when, how it stands.

import { memo } from 'react'

import { Others } from '../alerts/Others'
import type { Names } from '../api/names'
import type { Alert, AlertRow as Row } from '../api/types'
import { LevelBadge, StatusBadge } from '../components/pieces'
import { ago, short } from '../format'
import { alertHash } from '../panel/routes'
import { SUBJECTS, isCase, subjectText } from '../subject'
import { LEVELS, STATUSES, headline, word } from '../words/codes'
import { say, t } from '../words/language'

interface Props {
  alert: Row
  /** Where all of its case stand, if it stands for others. */
  whole: string
  names: Names
  /** How often it changed live. */
  fresh: number
  current: boolean
  /** The platform's time, as far as spans need it. */
  now: number | null
}

export const AlertRow = memo(function AlertRow({ alert, whole, names, fresh, current, now }: Props) {
  const { name } = headline(alert, names)
  const status = STATUSES[alert.status]
  const subject = subjectText(alert, names)
  const kind = say(word(SUBJECTS, alert.subject_kind))
  const classes = ['alert-row', fresh > 0 && 'fresh', fresh > 0 && fresh % 2 === 0 && 'again', !status.open && 'closed']
  return (
    <li>
      <button
        type="button"
        className={classes.filter(Boolean).join(' ')}
        data-alert={alert.alert_id}
        data-level={alert.level}
        data-status={alert.status}
        aria-label={[say(LEVELS[alert.level]), name, names.org(alert.org_code), `${kind} ${subject}`, say(status)].join(t('，', ', '))}
        aria-current={current ? 'true' : undefined}
        onClick={() => (location.hash = alertHash(alert.alert_id))}
      >
        <LevelBadge level={alert.level} />
        <span className="what">
          <b>{name}</b>
          <span className="sub">{isCase(alert) ? `${subject} · ${names.item(alert.item_code)}` : subject}</span>
        </span>
        <span className="who">{names.org(alert.org_code)}</span>
        <Due alert={alert} />
        <StatusBadge status={alert.status} />
        <time className="ago" dateTime={alert.raised_at} title={alert.raised_at}>
          {/* The clock shown is a guess between two answers: what was just raised may seem to lie ahead of it. */}
          {now === null ? '' : ago(alert.raised_at, Math.max(now, Date.parse(alert.raised_at)))}
        </time>
      </button>
      <Others alert={alert} href={whole} />
    </li>
  )
})

function Due({ alert }: { alert: Alert }) {
  const { breached_at: breached, due_at: due } = alert
  const [words, at] = breached ? [due ? t('超期于', 'Late since') : t('发生于', 'Happened'), breached] : due ? [t('期限至', 'Due'), due] : [t('无期限', 'No limit'), null]
  return (
    <span className={`due${breached && due ? ' over' : ''}`}>
      <small>{words}</small>
      {at && short(at)}
    </span>
  )
}
