import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { EventEntry, EventStory, Explanation } from '../api/types'
import { marksOf, toldOf } from './marks'

const entry = (some: Partial<EventEntry>) => ({ at: '2026-10-20T09:00:00+08:00', event_id: 'e', entered_at: null, received_at: null, ...some }) as EventEntry
const story = (some: Partial<EventStory>) => ({ event_id: 'e', data_version: 1, known: true, counts: true, ...some }) as EventStory
const told = (...events: EventStory[]) => toldOf({ events } as Explanation).get('e')

test('what was entered and sent in time and never corrected bears no mark', () => {
  const plain = entry({ entered_at: '2026-10-20T18:00:00+08:00', received_at: '2026-10-21T08:59:00+08:00' })
  assert.deepEqual(marksOf(plain, told(story({})), 24), [])
})

test('late entry and late receipt are two things, and an import is not asked for the second', () => {
  const late = entry({ entered_at: '2026-10-23T10:00:00+08:00', received_at: '2026-10-23T10:05:00+08:00' })
  assert.deepEqual(marksOf(late, undefined, 24).map((m) => m.kind), ['entered_late', 'received_late'])
  assert.match(marksOf(late, undefined, 24)[0]?.text ?? '', /3 天后（2026-10-23 10:00:00）/)
  assert.deepEqual(marksOf(late, undefined, null).map((m) => m.kind), ['entered_late'])
})

test('a corrected record says by which version it counts, and one that does not count says why', () => {
  const corrected = marksOf(entry({}), told(story({ data_version: 1, counts: false }), story({ data_version: 3 })), 24)
  assert.deepEqual(corrected.map((m) => m.text), ['已更正：共报送 2 次，以第 3 版为准'])
  const taken = marksOf(entry({}), told(story({ counts: false, note: '已被撤回' })), 24)
  assert.deepEqual(taken.map((m) => m.text), ['不计入判断：已被撤回'])
  assert.deepEqual(marksOf(entry({}), told(story({ known: false, counts: false })), 24).map((m) => m.kind), ['not_known'])
})
