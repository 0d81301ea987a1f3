// 部门承办人、部门监督员: my list by hours left, and the one thing that cures each.

import { Fragment, useState } from 'react'

import { ALERTS_HASH } from '../alerts/query'
import * as api from '../api/client'
import { nowStore } from '../api/clock'
import { namesStore } from '../api/names'
import type { Alert } from '../api/types'
import { LevelBadge, Placeholder } from '../components/pieces'
import { Line } from '../foresight/Beside'
import { type Foresight, foreseeOf, keyOf } from '../foresight/api'
import { isReminder } from '../foresight/words'
import { full } from '../format'
import { alertHash, caseHash } from '../panel/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { isAboutOrder, isCase, subjectText } from '../subject'
import { headline } from '../words/codes'
import { say, t } from '../words/language'
import { BroughtBefore } from './BroughtBefore'
import { OwnData } from './OwnData'
import { useReading } from './reading'
import { type Task, type Urgency, byCase, byUrgency, eachOnce, leftText, owesRectification, taskOf } from './tasks'

/** Nobody works more at a time; the rest is in the list of alerts. */
const TASKS_MAX = 200
const KEPT = 'mingjing.desk.body'

const GROUPS: Record<Urgency, { zh: string; en: string }> = {
  over: { zh: '已逾期', en: 'Overdue' },
  today: { zh: '24 小时内', en: 'Within 24 hours' },
  soon: { zh: '三天内', en: 'Within three days' },
  later: { zh: '以后', en: 'Later' },
  waiting: { zh: '等待他人', en: 'Waiting for others' },
}

function keptBody(): string {
  try {
    return localStorage.getItem(KEPT) ?? ''
  } catch {
    return ''
  }
}

export function DepartmentDesk() {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const [chosen, setChosen] = useState(keptBody)
  const [all, setAll] = useState(false)
  // Whose account is a department's, to them the platform shows nothing else.
  const body = person ? person.body : chosen
  const choose = (code: string) => {
    setChosen(code)
    try {
      localStorage.setItem(KEPT, code)
    } catch {
      // It is asked again the next time.
    }
  }
  return (
    <>
      <BroughtBefore desk="department" body={body} />
      <section className="card desk-card" aria-labelledby="desk-title">
        <div className="page-head">
          <h2 id="desk-title">{t('我的待办', 'My list')}</h2>
          {person ? (
            <p className="page-told">{names.org(person.body)}</p>
          ) : (
            <label className="query-field">
              <span>{t('机构', 'Body')}</span>
              <select value={chosen} onChange={(event) => choose(event.target.value)}>
                <option value="">{t('请选择机构', 'Choose a body')}</option>
                {Object.entries(names.tables.orgs)
                  .sort(([, a], [, b]) => a.localeCompare(b, 'zh-CN'))
                  .map(([code, name]) => (
                    <option key={code} value={code}>
                      {name}
                    </option>
                  ))}
              </select>
            </label>
          )}
          <button type="button" className="filter" id="show-all" aria-pressed={all} title={t('不选时，同一办件同一时段只列最重的一条', 'Else of each case only the gravest of a span of time')} onClick={() => setAll(!all)}>
            {t('显示全部', 'Show all')}
          </button>
        </div>
        <div className="scroll">
          {body ? <Tasks body={body} narrowed={person !== null} all={all} /> : <Placeholder state="empty" words={{ zh: '请选择机构，查看其待办', en: 'Choose a body to see its list' }} />}
        </div>
      </section>
      {body && <OwnData key={body} body={body} />}
    </>
  )
}

function Tasks({ body, narrowed, all }: { body: string; narrowed: boolean; all: boolean }) {
  const names = useStore(namesStore)
  const now = useStore(nowStore)
  const { found, failure, again } = useReading(`tasks ${body}`, async (signal) => {
    const filter = { sort: 'owed', ...(narrowed ? {} : { org_code: body }) }
    const [open, ordered, answered] = await Promise.all([
      api.alerts({ ...filter, open: 'true', total: 'true' }, null, signal, TASKS_MAX) as Promise<{ alerts: Alert[]; total?: number }>,
      // An order outlives the alert that it is about.
      api.alerts({ ...filter, order_state: 'unanswered' }, null, signal, TASKS_MAX),
      api.alerts({ ...filter, order_state: 'answered' }, null, signal, TASKS_MAX),
    ])
    const alerts = eachOnce([...ordered.alerts, ...answered.alerts.filter(owesRectification), ...open.alerts])
    // The list is of use without it.
    const foreseen = alerts.some(isReminder) ? await foreseeOf(narrowed ? '' : body, signal).catch(() => null) : null
    return { alerts, foreseen, rest: (open.total ?? open.alerts.length) - open.alerts.length }
  })
  if (!found || now === null) {
    if (failure) return <Placeholder state="failed" words={{ zh: `待办未能载入：${failure.message}`, en: `The list could not be loaded: ${api.inEnglish(failure)}` }} retry={again} />
    return <Placeholder state="waiting" words={{ zh: '正在载入待办…', en: 'Loading' }} />
  }
  const groups = byUrgency(
    found.alerts.map((alert) => taskOf(alert, names)),
    now,
  )
  if (groups.size === 0) return <Placeholder state="empty" words={{ zh: '没有待办，一切按期', en: 'Nothing to do: everything is in time' }} />
  const { rest, foreseen } = found
  const row = (task: Task) => <TaskRow key={task.alert.alert_id} task={task} now={now} foresight={isReminder(task.alert) ? foreseen?.get(keyOf(task.alert.source, task.alert.case_no)) : undefined} />
  return (
    <>
      {[...groups].map(([urgency, tasks]) => (
        <section key={urgency} className={`desk-group urgency-${urgency}`} aria-labelledby={`group-${urgency}`}>
          <h3 id={`group-${urgency}`}>
            {say(GROUPS[urgency])} <span>{tasks.length}</span>
          </h3>
          <ol>
            {all
              ? tasks.map(row)
              : byCase(tasks).map(({ task, others }) => (
                  <Fragment key={task.alert.alert_id}>
                    {row(task)}
                    {others.length > 0 && (
                      <li className="desk-others">
                        <details>
                          <summary data-others={others.length}>{t(`该件另有 ${others.length} 条`, `${others.length} more of this case`)}</summary>
                          <ol>{others.map(row)}</ol>
                        </details>
                      </li>
                    )}
                  </Fragment>
                ))}
          </ol>
        </section>
      ))}
      {rest > 0 && (
        <p className="end">
          {t(`另有 ${rest} 条更晚到期，见`, `${rest} more fall due later: `)}
          <a href={`${ALERTS_HASH}?sort=owed`}>{t('预警列表', 'the list of alerts')}</a>
        </p>
      )}
    </>
  )
}

function TaskRow({ task, now, foresight }: { task: Task; now: number; foresight: Foresight | undefined }) {
  const names = useStore(namesStore)
  const { alert, dueAt, cure, what } = task
  const over = dueAt !== null && Date.parse(dueAt) < now
  // An order is answered on the alert that it is about, which the alert names.
  const leadsToCase = cure === 'work' && isCase(alert) && !isAboutOrder(alert)
  return (
    <li className="desk-row" data-task={alert.alert_id} data-cure={cure}>
      <LevelBadge level={alert.level} />
      <div className="desk-what">
        <a href={alertHash(alert.alert_id)} data-alert={alert.alert_id}>
          {headline(alert, names).name}
        </a>
        <span className="sub">
          {subjectText(alert, names)}
          {isCase(alert) && ` · ${names.item(alert.item_code)}`}
        </span>
        <Line foresight={foresight} />
      </div>
      <div className={`desk-left${over ? ' over' : ''}`}>
        {dueAt ? <b>{leftText(dueAt, now)}</b> : <b>{cure === 'wait' ? '—' : t('无期限', 'No day')}</b>}
        {dueAt && <time dateTime={dueAt}>{full(dueAt).slice(5, 16)}</time>}
      </div>
      <div className="desk-cure">
        <span>{what}</span>
        {cure !== 'wait' && (
          <a className="primary" href={leadsToCase ? caseHash(alert.source, alert.case_no) : alertHash(alert.alert_id)}>
            {cure === 'answer' ? t('去反馈', 'Answer') : leadsToCase ? t('看办件', 'See the case') : t('看详情', 'See it')}
          </a>
        )}
      </div>
    </li>
  )
}
