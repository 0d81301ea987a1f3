// The day-by-day account of a deadline: a calendar of weeks for limits in days, stretches for limits in hours.

import { both, el } from './dom.js'
import { date, full, seconds, weekday, weekdayNumber } from './format.js'
import { VERDICTS, limitWords, word } from './words.js'

const WEEK = ['一', '二', '三', '四', '五', '六', '日']

/** Monday is 0. */
const column = (day) => (weekdayNumber(day) + 6) % 7

/**
 * The account of an alert: `days` is the API's `account`, `evidence` the alert's. An empty list where the alert is not about a limit
 * that was counted.
 */
export function accountView(days, evidence) {
  const account = evidence.find((e) => e.kind === 'deadline')?.account
  if (!account || days.length === 0) return []
  const elapsed = account.days.some((range) => range.from_at)
  return [
    summary(account),
    elapsed ? stretches(account.days) : calendar(days, date(account.due_at)),
    elapsed ? null : legend(days),
    elapsed ? null : el('details', { class: 'by-day' }, el('summary', {}, both({ zh: '逐日说明', en: 'Day by day' })), dayList(days)),
  ].filter(Boolean)
}

function summary(account) {
  const more = (account.extensions ?? []).map((e) => `，延长${limitWords(e.limit).zh}${e.label ? `（${e.label}）` : ''}`)
  return el(
    'p',
    { class: 'account-summary' },
    `自 ${full(account.start_at)} 起算，时限 `,
    el('b', {}, limitWords(account.limit).zh),
    `${more.join('')}，`,
    el('b', {}, `${full(account.due_at)} 届满`),
    account.provisional ? '（暂定：有年份的节假日安排尚未公布）' : '',
    el('small', {}, ` 工作日历 ${account.calendar} ${account.calendar_version}`),
  )
}

function calendar(days, dueDate) {
  const weeks = []
  for (const day of days) {
    if (weeks.length === 0 || column(day.date) === 0) weeks.push(Array(7).fill(null))
    weeks.at(-1)[column(day.date)] = day
  }
  const head = el('tr', {}, WEEK.map((name) => el('th', { scope: 'col' }, name)))
  const rows = weeks.map((week) => el('tr', {}, week.map((day) => (day ? dayCell(day, day.date === dueDate) : el('td', { class: 'outside' })))))
  return el(
    'table',
    { class: 'account', id: 'account' },
    el('caption', { class: 'unseen' }, '期限逐日计算 Day-by-day account'),
    el('thead', {}, head),
    el('tbody', {}, rows),
  )
}

function dayCell(day, due) {
  const verdict = word(VERDICTS, day.verdict)
  const [, month, number] = day.date.split('-').map(Number)
  const text = day.counts ? `第${day.counted}日` : (day.note || verdict.short)
  return el(
    'td',
    { class: `verdict-${day.verdict}${due ? ' due-day' : ''}`, title: dayText(day) },
    el('span', { class: 'day-date' }, `${month}/${number}`),
    verdict.short && day.counts ? el('i', {}, verdict.short) : null,
    el('span', { class: 'day-count' }, text),
    due ? el('span', { class: 'day-due' }, '届满') : null,
  )
}

function dayText(day) {
  const counted = day.counts ? `，第 ${day.counted} 日` : ''
  return `${day.date} ${weekday(day.date)} ${word(VERDICTS, day.verdict).zh}${counted}${day.note ? `（${day.note}）` : ''}`
}

function dayList(days) {
  return el('ol', {}, days.map((day) => el('li', {}, dayText(day))))
}

function legend(days) {
  const present = Object.entries(VERDICTS).filter(([code]) => days.some((day) => day.verdict === code))
  const entry = ([code, words]) => el('li', {}, el('span', { class: `swatch verdict-${code}` }), both(words))
  return el('ul', { class: 'legend', 'aria-label': '图例 Legend' }, present.map(entry))
}

function stretches(ranges) {
  const line = (range) =>
    el(
      'tr',
      { class: `verdict-${range.verdict}` },
      el('td', {}, range.from_at ? `${full(range.from_at)} – ${full(range.to_at)}` : range.from),
      el('td', {}, word(VERDICTS, range.verdict).zh, range.note ? `（${range.note}）` : ''),
      el('td', { class: 'number' }, `累计 ${seconds(range.counted_total)}`),
    )
  return el('table', { class: 'stretches', id: 'account' }, el('tbody', {}, ranges.map(line)))
}
