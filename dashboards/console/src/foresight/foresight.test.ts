// What foresight says: the number with its base and likeness, or why there is none.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Alert } from '../api/types'
import { type Foresight, keyOf } from './api'
import { LIKENESSES, UNSAID, caveat, isReminder, percent, sentence, weight } from './words'

const SAID: Foresight = {
  likelihood: 0.37,
  base: 112,
  undecided: 0,
  likeness: 'office',
  elapsed_days: 3,
  left_days: 4,
  due: 'promised',
  due_at: '2026-11-30T23:59:59+08:00',
  entered_at: '2026-11-23T09:00:00+08:00',
  as_of_at: '2026-11-26T09:00:00+08:00',
  unsaid: null,
}

const unsaid = (why: keyof typeof UNSAID): Foresight => ({ ...SAID, likelihood: null, base: null, undecided: null, likeness: null, unsaid: why })

test('a number comes with its base and the likeness it stands on', () => {
  assert.equal(sentence(SAID), '同类办件在此环节停留这么久的，有 37% 最终超期（基数 112，同事项、同环节、同科室）')
  assert.equal(sentence({ ...SAID, likeness: 'item', base: 1200 }), '同事项办件办到这么久的，有 37% 最终超期（基数 1,200）')
  for (const likeness of Object.keys(LIKENESSES) as (keyof typeof LIKENESSES)[]) assert.match(sentence({ ...SAID, likeness }) ?? '', /基数 112/)
})

test('it says that it is no finding, and how many nobody knows of yet', () => {
  assert.match(caveat(SAID), /^所指为全件的承诺期限（11-30 23:59 届满）；.*不是认定，也不计分$/)
  assert.match(caveat({ ...SAID, undecided: 5 }), /其中 5 件仍在办/)
  assert.equal(caveat(unsaid('too_few')), '')
})

test('where nothing is foretold the reason is said, unless it goes without saying', () => {
  assert.equal(sentence(unsaid('too_few')), '样本不足，不作超期推算')
  for (const [why, words] of Object.entries(UNSAID)) assert.equal(sentence(unsaid(why as keyof typeof UNSAID)) === null, words === null, why)
})

test('none and all are told from nearly none and nearly all', () => {
  assert.deepEqual([0, 0.004, 0.01, 0.375, 0.99, 0.995, 1].map(percent), ['0%', '不到 1%', '1%', '38%', '99%', '超过 99%', '100%'])
})

test('a half stands out, and nothing does where nothing is said', () => {
  assert.deepEqual([null, 0, 0.2, 0.49, 0.5, 1].map(weight), ['none', 'low', 'some', 'some', 'high', 'high'])
})

test('it stands beside reminders of cases that are still ahead, and beside nothing else', () => {
  const alert = (more: object = {}) => ({ subject_kind: 'case', level: 'notice', status: 'issued', due_at: '2026-11-30T23:59:59+08:00', breached_at: null, completed_at: null, ...more }) as unknown as Alert
  assert.equal(isReminder(alert()), true)
  assert.equal(isReminder(alert({ status: 'pending' })), true)
  for (const more of [{ level: 'yellow' }, { status: 'ended' }, { due_at: null }, { breached_at: '2026-11-30T00:00:00+08:00' }, { subject_kind: 'source' }, { completed_at: '2026-11-30T00:00:00+08:00' }]) {
    assert.equal(isReminder(alert(more)), false, JSON.stringify(more))
  }
})

test('two cases have one key only where source and number are the same', () => {
  assert.notEqual(keyOf('a', 'b/c'), keyOf('a/b', 'c'))
  assert.equal(keyOf('a', 'b'), keyOf('a', 'b'))
})
