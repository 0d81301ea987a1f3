// One alert, explained: what happened, by which article, who answers, until when, and why the deadline is when it is; and worked.

import { Suspense, lazy } from 'react'

import { nowStore } from '../api/clock'
import { type Names, namesStore } from '../api/names'
import type { AlertFound, AlertRecord, Change } from '../api/types'
import { Badge, type Fact, Facts, LevelBadge, Section, StatusBadge } from '../components/pieces'
import { Acts } from '../dispositions/Acts'
import { Thread } from '../dispositions/Thread'
import { Beside } from '../foresight/Beside'
import { isReminder } from '../foresight/words'
import { full, roughly } from '../format'
import { PanelMark } from '../incidents/Mark'
import { newEntryHash } from '../ledger/routes'
import { keepsLedger, seesInstructions } from '../ledger/words'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { SUBJECTS, isAboutOrder, isCase, isInspections, isManual, subjectText } from '../subject'
import { CHANGES, DISPOSITIONS, STATUSES, type Words, headline, limitWords, word } from '../words/codes'
import { say, t } from '../words/language'
import { AccountView } from './AccountView'
import { EvidenceList } from './EvidenceList'
import { LadderView } from './LadderView'
import { causeText } from './cause'
import { ladderOf } from './ladder'
import { caseHash } from './routes'

// It brings forms with it, which a reader of the board does not need.
const Instructions = lazy(() => import('../ledger/Instructions'))
const Papers = lazy(() => import('../papers/OfAlert'))

export function AlertView({ alert, account, history, acts }: AlertFound) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const { name, text } = headline(alert, names)
  const ladder = ladderOf(alert)
  const counted = account.length > 0 && alert.evidence.some((e) => e.kind === 'deadline')
  return (
    <>
      <header className={`panel-head edge-${alert.level}`}>
        <div className="badges">
          <LevelBadge level={alert.level} />
          <StatusBadge status={alert.status} />
          {alert.disposition && <Badge kind={`disposition-${alert.disposition.state}`} words={DISPOSITIONS[alert.disposition.state]} />}
          <Lateness alert={alert} />
        </div>
        <h2>{name}</h2>
        <p className="message" id="message">
          {text}
        </p>
        <Closing alert={alert} />
        {isReminder(alert) && <Beside source={alert.source} caseNo={alert.case_no} changed={history.length} />}
        <PanelMark alertId={alert.alert_id} changed={alert.disposition?.last} />
        {isCase(alert) ? (
          <a className="to-case" href={caseHash(alert.source, alert.case_no)}>
            {t('查看办件全程', 'The whole case')} {alert.case_no} →
          </a>
        ) : (
          // It has no page of its own.
          <p className="subject" data-subject={alert.subject_kind}>
            <b>{say(word(SUBJECTS, alert.subject_kind))}{t('：', ': ')}</b>
            {subjectText(alert, names)}
          </p>
        )}
      </header>
      <Acts alert={alert} names={names} />
      {keepsLedger(person) && (
        <a className="to-ledger" href={newEntryHash({ org: alert.responsible_org ?? alert.org_code ?? '', alert: alert.alert_id })}>
          {t('记入台账（约谈、监察建议等）', 'Enter into the ledger')} →
        </a>
      )}
      <div className="pair">
        <Section words={{ zh: '责任与依据', en: 'Who answers, by what' }}>
          <Facts entries={who(alert, names)} />
        </Section>
        <Section words={{ zh: '时间', en: 'When' }}>
          <When alert={alert} />
        </Section>
      </div>
      {ladder && (
        <Section words={{ zh: '逐级升级', en: 'Escalation' }}>
          <LadderView ladder={ladder} body={alert.responsible_org} names={names} />
        </Section>
      )}
      {alert.disposition && (
        <Section words={{ zh: '处置经过', en: 'What was done about it' }}>
          <Thread disposition={alert.disposition} acts={acts} names={names} />
        </Section>
      )}
      <Suspense>
        <Papers key={alert.alert_id} alert={alert} names={names} />
      </Suspense>
      {seesInstructions(person) && (
        <Suspense>
          <Instructions key={alert.alert_id} alert={alert} names={names} />
        </Suspense>
      )}
      {counted && (
        <Section words={{ zh: '期限逐日计算', en: 'Day-by-day account' }}>
          <AccountView alert={alert} days={account} />
        </Section>
      )}
      <Section words={{ zh: '证据', en: 'Evidence' }}>
        <EvidenceList evidence={alert.evidence} />
      </Section>
      <Section words={{ zh: '经过', en: 'History' }}>
        <History history={history} />
      </Section>
      <p className="versions">
        {t('预警', 'Alert')} {alert.alert_id} · {t('规则', 'Rule')} {alert.rule} · {t('监察点', 'Control point')} {alert.control_point} · {t('定义', 'Definitions')} {alert.definitions_version} ·{' '}
        {t('日历', 'Calendar')} {alert.calendar_version} · {t('判定程序', 'Engine')} {alert.engine_version}
      </p>
    </>
  )
}

/** How long over, or how long left. */
function Lateness({ alert }: { alert: AlertRecord }) {
  const now = useStore(nowStore)
  const end = alert.completed_at ? Date.parse(alert.completed_at) : now
  if (end === null || !STATUSES[alert.status].open) return null
  // What is no matter of time has no lateness: it happened, and that is all.
  if (!alert.due_at) return null
  if (alert.breached_at) {
    const span = roughly(end - Date.parse(alert.breached_at))
    return span && <span className="late">{alert.completed_at ? t(`办结时已超期${span}`, `Done ${span} late`) : t(`已超期${span}`, `${span} late`)}</span>
  }
  if (alert.completed_at) return null
  const span = roughly(Date.parse(alert.due_at) - end)
  return span && <span className="left">{t(`距届满${span}`, `${span} left`)}</span>
}

function Closing({ alert }: { alert: AlertRecord }) {
  const ends = [
    [alert.withdrawn_reason, alert.withdrawn_at, say(STATUSES[alert.status])],
    [alert.ended_reason, alert.ended_at, say(STATUSES.ended)],
  ] as const
  const why = ends.find(([reason, at]) => reason || at)
  if (!why) return null
  const [reason, at, what] = why
  return (
    <p className="closing">
      <b>{at ? `${full(at)} ${what}` : what}</b>
      {reason ? `${t('：', ': ')}${reason}` : ''}
    </p>
  )
}

function who(alert: AlertRecord, names: Names): Fact[] {
  const body = alert.responsible_org ?? alert.org_code
  return [
    [{ zh: '责任机构', en: 'Body' }, names.org(body)],
    [{ zh: '科室', en: 'Office' }, names.office(body, alert.responsible_office)],
    [{ zh: '经办人', en: 'Officer' }, names.officer(alert.responsible_actor)],
    [{ zh: '事项', en: 'Power item' }, names.item(alert.item_code)],
    [stepWords(alert), alert.step && `${names.stepOf(alert)}${alert.visit > 1 ? nth(alert) : ''}`],
    [{ zh: '依据', en: 'Legal basis' }, alert.legal_basis],
    [{ zh: '来源', en: 'Source' }, names.source(alert.source)],
  ]
}

/** Which time it was there, or which order it is about: those of an alert are counted. */
const nth = (alert: AlertRecord) =>
  isAboutOrder(alert) ? t(`（第${alert.visit}次督办）`, ` (order ${alert.visit})`) : t(`（第${alert.visit}次）`, ` (time ${alert.visit})`)

/** What stands in an alert's `step`: a step of the case, a duty that was not done, the window of an inspection. */
function stepWords(alert: AlertRecord): Words {
  if (isInspections(alert)) return { zh: '时段', en: 'Window' }
  if (isAboutOrder(alert)) return { zh: '督办针对', en: 'Order about' }
  if (isManual(alert)) return { zh: '人工预警编号', en: 'Raised by hand, no.' }
  return alert.rule === 'F1' ? { zh: '责任事项', en: 'Duty' } : { zh: '环节', en: 'Step' }
}

function When({ alert }: { alert: AlertRecord }) {
  const now = useStore(nowStore)
  const kind = alert.statutory === true ? t('法定', 'Statutory, ') : alert.statutory === false ? t('承诺', 'Promised, ') : ''
  const at = (instant: string | null | undefined) => instant && full(instant)
  const answer = alert.answer_due_at
  const over = Boolean(answer && now !== null && STATUSES[alert.status].open && Date.parse(answer) < now)
  const entries: Fact[] = [
    [{ zh: '时限', en: 'Limit' }, alert.limit && `${kind}${say(limitWords(alert.limit))}`],
    [{ zh: '期限', en: 'Due' }, at(alert.due_at)],
    [alert.due_at ? { zh: '超期于', en: 'Breached' } : { zh: '发生于', en: 'Happened' }, at(alert.breached_at)],
    [{ zh: '实际办结', en: 'Completed' }, at(alert.completed_at)],
    [{ zh: '提出', en: 'Raised' }, at(alert.raised_at)],
    [{ zh: '发出', en: 'Issued' }, at(alert.issued_at)],
    [{ zh: '反馈期限', en: 'Answer due' }, answer && <span className={over ? 'over' : undefined}>{`${full(answer)}${over ? t('（已过）', ' (over)') : ''}`}</span>],
  ]
  return <Facts entries={entries} />
}

function History({ history }: { history: Change[] }) {
  return (
    <ol className="history">
      {history.map((change) => (
        <li key={change.revision} data-change={change.change}>
          <time>{full(change.at)}</time>
          <div>
            <b>{say(word(CHANGES, change.change))}</b> <LevelBadge level={change.level} />
            <span className="sub">{[causeText(change.cause), change.due_at && `${t('期限', 'Due')} ${full(change.due_at)}`, change.reason].filter(Boolean).join(' · ')}</span>
          </div>
        </li>
      ))}
    </ol>
  )
}
