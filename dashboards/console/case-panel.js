// One case: what was reported of it and what was alleged of it, in one line of time.

import { causeText } from './alert-panel.js'
import { badge, el, facts, section } from './dom.js'
import { date, daysBetween, full, weekday } from './format.js'
import { names } from './platform.js'
import { CHANGES, GRADES, LEVELS, RESULTS, STATUSES, headline, word } from './words.js'

/** A pause of more days than this is shown between two entries. */
const GAP_DAYS = 1

/** The panel's content for `/api/v1/cases/{source}/{case_no}`. */
export function casePanel(found) {
  const known = found.case
  return [
    el(
      'header',
      { class: 'panel-head' },
      el('div', { class: 'badges' }, state(known)),
      el('h2', {}, known?.item_code ? names.item(known.item_code) : '办件'),
      el('p', { class: 'message' }, `办件编号 ${found.case_no}`),
    ),
    section({ zh: '基本情况', en: 'At a glance' }, known ? el('div', { class: 'in-columns' }, caseFacts(found)) : el('p', { class: 'nothing' }, '首条记录尚在判定')),
    found.alerts.length > 0 ? section({ zh: '本办件预警', en: 'Alerts of this case' }, alertLinks(found.alerts)) : null,
    section({ zh: '全程', en: 'Timeline' }, timeline(found)),
  ].filter(Boolean)
}

function state(known) {
  if (!known) return null
  if (!known.opened_at) return badge('case', 'closed', { zh: '记录均已撤回', en: 'All records taken back' })
  return known.closed_at
    ? badge('case', 'closed', { zh: '已办结', en: 'Closed' })
    : badge('case', 'open', { zh: '在办', en: 'Open' })
}

function caseFacts({ source, case: known, events }) {
  const at = (instant) => instant && full(instant)
  return facts([
    [{ zh: '承办机构', en: 'Body' }, names.org(known.org_code)],
    [{ zh: '当前环节', en: 'Step' }, names.step(known.step, known.flowchart)],
    [{ zh: '收到', en: 'Opened' }, at(known.opened_at)],
    [{ zh: '受理', en: 'Accepted' }, at(known.accepted_at)],
    [{ zh: '期限', en: 'Due' }, at(known.due_at)],
    [{ zh: '办结', en: 'Closed' }, at(known.closed_at)],
    [{ zh: '来源', en: 'Source' }, names.source(source)],
    [{ zh: '流程图', en: 'Flowchart' }, known.flowchart ? names.flowchart(known.flowchart) : '事项不在权力清单'],
    [{ zh: '记录', en: 'Events' }, `${events} 条`],
  ])
}

function alertLinks(alerts) {
  const link = ({ alert }) =>
    el(
      'li',
      {},
      el(
        'a',
        { href: `#/alert/${encodeURIComponent(alert.alert_id)}` },
        badge('level', alert.level, word(LEVELS, alert.level)),
        el('span', {}, headline(alert, names).name),
        badge('status', alert.status, word(STATUSES, alert.status)),
      ),
    )
  return el('ul', { class: 'alert-links' }, alerts.map(link))
}

function timeline({ timeline: entries, alerts }) {
  if (entries.length === 0) return el('p', { class: 'nothing' }, '没有记录')
  const titles = new Map(alerts.map(({ alert }) => [alert.alert_id, headline(alert, names).name]))
  const lines = entries.flatMap((entry, place) => {
    const before = entries[place - 1]
    const days = before ? daysBetween(before.at, entry.at) : 0
    const gap = days > GAP_DAYS ? [el('li', { class: 'gap' }, `间隔 ${Math.floor(days)} 天`)] : []
    return [...gap, entry.kind === 'alert' ? alertLine(entry, titles) : eventLine(entry)]
  })
  return el('ol', { class: 'timeline', id: 'timeline' }, lines)
}

function moment(at) {
  return el('time', { datetime: at }, el('b', {}, `${date(at)} ${weekday(at)}`), ` ${at.slice(11, 19)}`)
}

function eventLine(entry) {
  const step = entry.step && (entry.step_zh ?? entry.step)
  const late = entry.entered_at ? daysBetween(entry.at, entry.entered_at) : 0
  const about = [
    entry.actor && `经办 ${names.officer(entry.actor)}`,
    entry.special && `特别程序 ${names.special(entry.special)}`,
    entry.result_code && `结果 ${word({ ...RESULTS, ...GRADES }, entry.result_code).zh}`,
    entry.reason,
  ]
  return el(
    'li',
    { class: 'of-event', 'data-kind': 'event' },
    moment(entry.at),
    el(
      'div',
      {},
      el('b', {}, step && step !== entry.title_zh ? `${step} · ${entry.title_zh}` : entry.title_zh),
      el('span', { class: 'sub' }, about.filter(Boolean).join(' · ')),
      late > GAP_DAYS ? el('span', { class: 'late' }, `${Math.floor(late)} 天后（${full(entry.entered_at)}）才录入`) : null,
    ),
  )
}

function alertLine(entry, titles) {
  const about = [causeText(entry.cause), entry.reason]
  return el(
    'li',
    { class: `of-alert mark-${entry.level}`, 'data-kind': 'alert' },
    moment(entry.at),
    el(
      'div',
      {},
      badge('level', entry.level, word(LEVELS, entry.level)),
      ' ',
      el('a', { href: `#/alert/${encodeURIComponent(entry.alert_id)}` }, `${word(CHANGES, entry.change).zh}：${titles.get(entry.alert_id) ?? entry.title_zh}`),
      el('span', { class: 'sub' }, about.filter(Boolean).join(' · ')),
    ),
  )
}
