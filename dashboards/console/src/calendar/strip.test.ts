import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Account } from '../api/types'
import { cellText, daysOf, stripOf } from './strip'

// 申请 on Tuesday 20 October 2026, seven working days: due on Thursday 29.
const account: Account = {
  calendar: 'cn',
  calendar_version: '2026.1',
  time_zone: 'Asia/Shanghai',
  start_at: '2026-10-20T09:51:54+08:00',
  due_at: '2026-10-29T23:59:59+08:00',
  limit: '7wd',
  provisional: false,
  days: [
    { from: '2026-10-20', to: '2026-10-20', verdict: 'start_day_not_counted', counted_total: 0 },
    { from: '2026-10-21', to: '2026-10-23', verdict: 'counted', counted_total: 3 },
    { from: '2026-10-24', to: '2026-10-25', verdict: 'rest_day', counted_total: 3 },
    { from: '2026-10-26', to: '2026-10-29', verdict: 'counted', counted_total: 7 },
  ],
}
const due = [{ at: account.due_at, label: '法定' }]
const cells = (strip: ReturnType<typeof stripOf>) => strip.months.flatMap((m) => m.weeks.flat()).filter((c) => c !== null)

test('an account is taken apart into days, each with its number', () => {
  const days = daysOf(account)
  assert.deepEqual(
    days.map((d) => d.counted),
    [0, 1, 2, 3, 3, 3, 4, 5, 6, 7],
  )
  assert.equal(days.at(-1)?.date, '2026-10-29')
})

test('days stand in weeks from Monday, month by month', () => {
  const strip = stripOf({ days: daysOf(account), dues: due, doneAt: '2026-11-03T11:15:09+08:00', now: '2026-11-28T10:00:00+08:00' })
  assert.deepEqual(
    strip.months.map((m) => [m.id, m.weeks.map((w) => w.map((c) => c?.date.slice(8) ?? '··').join(' '))]),
    [
      ['2026-10', ['·· 20 21 22 23 24 25', '26 27 28 29 30 31 ··']],
      ['2026-11', ['·· ·· ·· ·· ·· ·· 01', '02 03 ·· ·· ·· ·· ··']],
    ],
  )
})

test('what lies beyond the deadline is numbered until it was done, and no further', () => {
  const strip = stripOf({ days: daysOf(account), dues: due, doneAt: '2026-11-03T11:15:09+08:00', now: '2026-11-28T10:00:00+08:00' })
  assert.deepEqual([strip.over, strip.undrawn, strip.counted], [5, 0, 7])
  const last = cells(strip).at(-1)
  assert.equal(last && cellText(last), '11月3日周二，超期第5日（自然日），当日办结')
  const onDue = cells(strip).find((c) => c.dues.length > 0)
  assert.equal(onDue && cellText(onDue), '10月29日周四，计入，第7日，法定期限届满')
})

test('what is not done goes on until now, of which two months are drawn', () => {
  const strip = stripOf({ days: daysOf(account), dues: due, doneAt: null, now: '2027-01-29T10:00:00+08:00' })
  assert.deepEqual([strip.over, strip.undrawn], [92, 30])
  assert.equal(cells(strip).at(-1)?.date, '2026-12-30')
})

test('what was done in time is over for the days after it', () => {
  const strip = stripOf({ days: daysOf(account), dues: [{ at: '2026-10-27T23:59:59+08:00', label: '承诺' }, ...due], doneAt: '2026-10-26T08:00:00+08:00', now: '2026-11-28T10:00:00+08:00' })
  assert.equal(strip.over, 0)
  assert.deepEqual(
    cells(strip).filter((c) => c.idle).map((c) => [c.date.slice(8), ...c.dues]),
    [['27', '承诺'], ['28'], ['29', '法定']],
  )
})

test('a standstill and a holiday say why, a weekend does not', () => {
  const strip = stripOf({
    days: daysOf({
      ...account,
      days: [
        { from: '2026-09-28', to: '2026-09-30', verdict: 'counted', counted_total: 3 },
        { from: '2026-10-01', to: '2026-10-07', verdict: 'holiday', counted_total: 3, note: '国庆节' },
        { from: '2026-10-08', to: '2026-10-09', verdict: 'suspended', counted_total: 3, note: '听证' },
        { from: '2026-10-10', to: '2026-10-10', verdict: 'make_up_working_day', counted_total: 4, note: '国庆节' },
        { from: '2026-10-11', to: '2026-10-11', verdict: 'rest_day', counted_total: 4 },
      ],
    }),
    dues: [],
    doneAt: null,
    now: null,
  })
  assert.deepEqual(
    strip.reasons.map((r) => [r.from, r.to, r.verdict, r.note]),
    [
      ['2026-10-01', '2026-10-07', 'holiday', '国庆节'],
      ['2026-10-08', '2026-10-09', 'suspended', '听证'],
      ['2026-10-10', '2026-10-10', 'make_up_working_day', '国庆节'],
    ],
  )
  assert.deepEqual(strip.left, [['holiday', 7], ['suspended', 2], ['rest_day', 1]])
  assert.equal(strip.over, 0)
})

test('nothing was counted of nothing', () => {
  assert.deepEqual(stripOf({ days: [], dues: due, doneAt: null, now: '2026-11-28T10:00:00+08:00' }).months, [])
})
