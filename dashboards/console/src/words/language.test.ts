// Chinese first, English for whoever chose it: every word of the console's own tables has both.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'

import { CHANNEL_KINDS, KINDS as NOTIFIED, REASONS } from '../admin/notification-words'
import { TABS } from '../admin/routes'
import { Names, NO_NAMES } from '../api/names'
import type { Alert } from '../api/types'
import { ORDER_STATES, SORTS } from '../alerts/query'
import { USUAL } from '../alerts/saved'
import { SCOPES } from '../board/list-model'
import { type Cell, cellText, dayWords } from '../calendar/strip'
import { BASES } from '../cases/limits'
import { OUTCOMES } from '../cases/points'
import { PROGRESS } from '../chart/steps'
import { KINDS } from '../desk/decisions'
import { leftText, taskOf } from '../desk/tasks'
import { ACT_KINDS, actsOf } from '../dispositions/act-kinds'
import { ago, roughly, seconds, weekday } from '../format'
import { DESKS, ROLES, notTheirs } from '../people/roles'
import { SUBJECTS } from '../subject'
import { CAUSES, CHANGES, CONCLUSIONS, DISPOSITIONS, GRADES, LEVELS, OBJECTIVE_CAUSES, PROOFS, RESULTS, STATUSES, VERDICTS, type Words } from './codes'
import { languageStore, say, t } from './language'

afterEach(() => languageStore.set('zh'))

const HAN = /\p{Script=Han}/u

test('every table has English', () => {
  const tables: Record<string, Words>[] = [LEVELS, STATUSES, CHANGES, CAUSES, VERDICTS, RESULTS, GRADES, DISPOSITIONS, CONCLUSIONS, OBJECTIVE_CAUSES, PROOFS, SUBJECTS, ROLES, DESKS, SORTS, ORDER_STATES, ACT_KINDS, TABS, NOTIFIED, CHANNEL_KINDS, REASONS, BASES, OUTCOMES, PROGRESS]
  const more: Words[] = [...Object.values(ACT_KINDS).map(({ why }) => why), ...USUAL.map(({ words }) => words), ...KINDS.flatMap(({ words, asks }) => [words, asks]), ...Object.values(SCOPES).map(({ words }) => words)]
  for (const words of [...tables.flatMap((table) => Object.values(table)), ...more]) {
    assert.match(words.zh, HAN)
    assert.ok(words.en && !HAN.test(words.en), `${words.zh} has no English`)
  }
})

test('Chinese until something else is chosen, and Chinese where there is nothing else', () => {
  assert.equal(t('预警', 'Alerts'), '预警')
  languageStore.set('en')
  assert.equal(t('预警', 'Alerts'), 'Alerts')
  assert.equal(say({ zh: '预警' }), '预警')
})

test('what is put together is in one language', () => {
  languageStore.set('en')
  const now = Date.parse('2026-11-23T09:00:00+08:00')
  const at = '2026-11-20T08:00:00+08:00'
  const alert = { alert_id: 'a', subject_kind: 'case', level: 'notice', status: 'pending', message: 'm', rule: 'T3', step: 's', control_point: 'p', due_at: at } as unknown as Alert
  const told = [
    ago(at, now),
    roughly(90_000_000),
    seconds(5400),
    seconds(0),
    weekday('2026-11-23'),
    leftText(at, now),
    dayWords('2026-10-24'),
    cellText({ date: '2026-10-26', verdict: 'counted', counted: 2, counts: true, note: 'a note', dues: ['Statutory'], over: 1, done: true, idle: false } satisfies Cell),
    taskOf(alert, new Names(NO_NAMES)).what,
    notTheirs([], 'answer'),
    notTheirs([], 'order'),
    new Names(NO_NAMES).org(null),
    ...actsOf(alert).refused.map(({ why }) => why),
  ]
  for (const text of told) assert.ok(text && !HAN.test(text), `${text} is Chinese`)
  assert.equal(told[0], '3 days ago')
})
