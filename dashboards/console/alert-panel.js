// One alert, explained: what happened, by which article, who answers, until when, and why the deadline is when it is.

import { accountView } from './account-view.js'
import { badge, el, facts, section } from './dom.js'
import { full, roughly } from './format.js'
import { clock, names } from './platform.js'
import { SUBJECTS, isAboutOrder, isCase, isInspections, subjectText } from './subject.js'
import { CAUSES, CHANGES, LEVELS, STATUSES, headline, limitWords, word } from './words.js'

/** The panel's content for `/api/v1/alerts/{id}`. */
export function alertPanel({ alert, account, history }) {
  const { name, text } = headline(alert, names)
  const counted = accountView(account, alert.evidence)
  return [
    el(
      'header',
      { class: `panel-head edge-${alert.level}` },
      el('div', { class: 'badges' }, badge('level', alert.level, word(LEVELS, alert.level)), badge('status', alert.status, word(STATUSES, alert.status)), lateness(alert)),
      el('h2', {}, name),
      el('p', { class: 'message', id: 'message' }, text),
      closing(alert),
      isCase(alert) ? caseLink(alert.source, alert.case_no, `查看办件全程 ${alert.case_no} →`, 'to-case') : about(alert),
    ),
    el('div', { class: 'pair' }, section({ zh: '责任与依据', en: 'Who answers, by what' }, who(alert)), section({ zh: '时间', en: 'When' }, when(alert))),
    counted.length > 0 ? section({ zh: '期限逐日计算', en: 'Day-by-day account' }, ...counted) : null,
    section({ zh: '证据', en: 'Evidence' }, evidenceList(alert.evidence)),
    section({ zh: '预警经过', en: 'History of this alert' }, historyList(history)),
    el(
      'footer',
      { class: 'versions' },
      `预警 ${alert.alert_id} · 规则 ${alert.rule} · 监察点 ${alert.control_point} · 定义 ${alert.definitions_version} · 日历 ${alert.calendar_version} · 判定程序 ${alert.engine_version}`,
    ),
  ].filter(Boolean)
}

/** A link to a case's page. */
function caseLink(source, caseNo, text, kind) {
  return el('a', { class: kind, href: `#/case/${encodeURIComponent(source)}/${encodeURIComponent(caseNo)}` }, text)
}

/** Whom or what it is about where that is no case: it has no page of its own. */
function about(alert) {
  const kind = word(SUBJECTS, alert.subject_kind)
  return el('p', { class: 'subject', 'data-subject': alert.subject_kind }, el('b', {}, `${kind.zh}：`), subjectText(alert, names))
}

/** How long over, or how long left. */
function lateness(alert) {
  const now = clock.now()
  const end = alert.completed_at ? Date.parse(alert.completed_at) : now
  if (end === null || STATUSES[alert.status]?.open === false) return null
  // What is no matter of time has no lateness: it happened, and that is all.
  if (alert.breached_at && !alert.due_at) return null
  if (alert.breached_at) {
    const span = roughly(end - Date.parse(alert.breached_at))
    return span ? el('span', { class: 'late' }, `${alert.completed_at ? '办结时已' : '已'}超期${span}`) : null
  }
  if (!alert.due_at || alert.completed_at) return null
  const span = roughly(Date.parse(alert.due_at) - end)
  return span ? el('span', { class: 'left' }, `距届满${span}`) : null
}

function closing(alert) {
  const why = [
    [alert.withdrawn_reason, alert.withdrawn_at, word(STATUSES, alert.status).zh],
    [alert.ended_reason, alert.ended_at, '已结束'],
  ].find(([reason, at]) => reason || at)
  if (!why) return null
  const [reason, at, what] = why
  return el('p', { class: 'closing' }, el('b', {}, at ? `${full(at)} ${what}` : what), reason ? `：${reason}` : '')
}

function who(alert) {
  return facts([
    [{ zh: '责任机构', en: 'Body' }, names.org(alert.responsible_org ?? alert.org_code)],
    [{ zh: '科室', en: 'Office' }, names.office(alert.responsible_org ?? alert.org_code, alert.responsible_office)],
    [{ zh: '经办人', en: 'Officer' }, names.officer(alert.responsible_actor)],
    [{ zh: '事项', en: 'Power item' }, names.item(alert.item_code)],
    [stepWords(alert), alert.step && `${names.stepOf(alert)}${alert.visit > 1 ? `（第${alert.visit}次）` : ''}`],
    [{ zh: '依据', en: 'Legal basis' }, alert.legal_basis],
    [{ zh: '来源', en: 'Source' }, names.source(alert.source)],
  ])
}

/** What stands in an alert's `step`: a step of the case, a duty that was not done, the window of an inspection. */
function stepWords(alert) {
  if (isInspections(alert)) return { zh: '时段', en: 'Window' }
  if (isAboutOrder(alert)) return { zh: '督办针对', en: 'Order about' }
  return alert.rule === 'F1' ? { zh: '责任事项', en: 'Duty' } : { zh: '环节', en: 'Step' }
}

function when(alert) {
  const kind = alert.statutory === true ? '法定' : alert.statutory === false ? '承诺' : ''
  const at = (instant) => instant && full(instant)
  return facts([
    [{ zh: '时限', en: 'Limit' }, alert.limit && `${kind}${limitWords(alert.limit).zh}`],
    [{ zh: '期限', en: 'Due' }, at(alert.due_at)],
    [alert.due_at ? { zh: '超期于', en: 'Breached' } : { zh: '发生于', en: 'Happened' }, at(alert.breached_at)],
    [{ zh: '实际办结', en: 'Completed' }, at(alert.completed_at)],
    [{ zh: '提出', en: 'Raised' }, at(alert.raised_at)],
    [{ zh: '发出', en: 'Issued' }, at(alert.issued_at)],
    [{ zh: '答复期限', en: 'Answer due' }, answerDue(alert)],
  ])
}

function answerDue(alert) {
  if (!alert.answer_due_at) return null
  const now = clock.now()
  const over = now !== null && STATUSES[alert.status]?.open && Date.parse(alert.answer_due_at) < now
  return el('span', { class: over ? 'over' : null }, `${full(alert.answer_due_at)}${over ? '（已过）' : ''}`)
}

function evidenceList(evidence) {
  const entries = evidence.filter((e) => e.kind !== 'deadline').map((e) => (EVIDENCE[e.kind] ?? unknownEvidence)(e))
  if (entries.length === 0) return el('p', { class: 'nothing' }, '除期限计算外没有其他证据')
  return el('ol', { class: 'evidence' }, entries)
}

const EVIDENCE = {
  event: (e) =>
    el('li', {}, el('time', {}, full(e.occurred_at)), el('div', {}, e.note, el('span', { class: 'sub' }, `记录 ${e.event_id} · ${full(e.received_at)} 收到`))),
  condition: (e) =>
    el(
      'li',
      {},
      el('span', {}, '监察条件'),
      el('div', {}, el('code', {}, e.expression), el('span', { class: 'sub' }, Object.entries(e.values).map(([name, value]) => `${name} = ${value}`).join('，'))),
    ),
  inspection: (e) => {
    const numbers = Object.entries(e.parameters).map(([name, value]) => `${name} = ${value}`)
    const told = [`截至 ${full(e.known_at)} 所知`, numbers.length > 0 && `设定值 ${numbers.join('，')}`, `共 ${e.total} 条，列出 ${e.rows.length} 条`]
    return el('li', { 'data-kind': 'inspection' }, el('span', {}, '巡检'), el('div', {}, e.window.label, el('span', { class: 'sub' }, told.filter(Boolean).join(' · ')), inspected(e.rows)))
  },
  note: (e) => el('li', {}, el('span', {}, '说明'), el('div', {}, e.text)),
}

/** The records that a finding rests on, each with its case where it has one. */
function inspected(rows) {
  const row = (r) =>
    el('li', {}, r.at && el('time', {}, full(r.at)), ' ', r.case_no && caseLink(r.source, r.case_no, r.case_no), ' ', el('span', { class: 'sub' }, r.note))
  return el('ul', { class: 'inspected' }, rows.map(row))
}

const unknownEvidence = (e) => el('li', {}, el('span', {}, e.kind), el('code', {}, JSON.stringify(e)))

/** Why an alert changed, in words. */
export function causeText(cause) {
  const detail = cause.version ?? cause.event_id
  return `${word(CAUSES, cause.kind).zh}${detail ? ` ${detail}` : ''}`
}

function historyList(history) {
  const line = (change) =>
    el(
      'li',
      { 'data-change': change.change },
      el('time', {}, full(change.at)),
      el(
        'div',
        {},
        el('b', {}, word(CHANGES, change.change).zh),
        ' ',
        badge('level', change.level, word(LEVELS, change.level)),
        el('span', { class: 'sub' }, [causeText(change.cause), change.due_at && `期限 ${full(change.due_at)}`, change.reason].filter(Boolean).join(' · ')),
      ),
    )
  return el('ol', { class: 'history' }, history.map(line))
}
