import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Explanation, LimitStory, PointStory } from '../api/types'
import { limitsOf } from './limits'

const measure = (basis: string, due: string | null) => ({ basis, basis_zh: basis, limit: '5wd', due_at: due, account: null }) as LimitStory['measures'][number]
const limit = (name: string, some: Partial<LimitStory>) =>
  ({ limit: name, control_points: [name], step: '', visit: 1, state: 'open', started_at: null, done_at: null, fell_away_at: null, measures: [], ...some }) as LimitStory
const told = (limits: LimitStory[], points: PointStory[] = []) => ({ at: '2026-11-10T12:00:00+08:00', limits, points }) as unknown as Explanation

test('what is late comes first, then what runs by its deadline, what is over last', () => {
  const views = limitsOf(
    told([
      limit('over', { state: 'done', done_at: '2026-11-01T09:00:00+08:00', measures: [measure('statutory', '2026-11-05T23:59:59+08:00')] }),
      limit('later', { measures: [measure('statutory', '2026-12-05T23:59:59+08:00')] }),
      limit('sooner', { measures: [measure('statutory', '2026-11-12T23:59:59+08:00')] }),
      limit('late', { measures: [measure('statutory', '2026-11-09T23:59:59+08:00')] }),
      limit('gone', { state: 'fell_away', fell_away_at: '2026-11-01T09:00:00+08:00' }),
      limit('still', { state: 'stopped', measures: [measure('statutory', null)] }),
    ]),
  )
  assert.deepEqual(
    views.map((v) => [v.story.limit, v.standing]),
    [
      ['late', 'late'],
      ['still', 'stopped'],
      ['sooner', 'running'],
      ['later', 'running'],
      ['over', 'done'],
      ['gone', 'fell_away'],
    ],
  )
})

test('a promise that was missed within the law is told from the law that was', () => {
  const measures = [measure('statutory', '2026-11-05T23:59:59+08:00'), measure('promised', '2026-11-03T23:59:59+08:00')]
  const standing = (done: string) => limitsOf(told([limit('x', { state: 'done', done_at: done, measures })]))[0]?.standing
  assert.equal(standing('2026-11-03T10:00:00+08:00'), 'done')
  assert.equal(standing('2026-11-04T10:00:00+08:00'), 'promise_missed')
  assert.equal(standing('2026-11-06T10:00:00+08:00'), 'late_done')
  const [view] = limitsOf(told([limit('x', { measures })]))
  assert.deepEqual(view?.dues.map((d) => d.label), ['承诺', '法定'])
})

test('what must not be done before an instant is not late after it', () => {
  const early = limit('x', { state: 'done', done_at: '2026-11-06T10:00:00+08:00', measures: [measure('at_least', '2026-11-05T00:00:00+08:00')] })
  assert.equal(limitsOf(told([early]))[0]?.standing, 'done')
})

test('a limit has the level of the gravest alert on it', () => {
  const point = (id: string, level: string | null) =>
    ({ control_point: id, verdicts: [{ outcome: level ? 'alleged' : 'in_time', level, visit: 1 }] }) as unknown as PointStory
  const [view] = limitsOf(told([limit('x', { control_points: ['a', 'b', 'c'] })], [point('a', 'notice'), point('b', 'yellow'), point('c', null), point('z', 'red')]))
  assert.equal(view?.level, 'yellow')
})
