import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { PointStory } from '../api/types'
import { groupsOf } from './points'

const point = (id: string, ...outcomes: string[]) => ({ control_point: id, verdicts: outcomes.map((outcome) => ({ outcome })) }) as unknown as PointStory

test('what is alleged is read first, and nothing that was said is left out', () => {
  const groups = groupsOf([point('a', 'not_begun'), point('b', 'in_time', 'alleged', 'alleged'), point('c', 'brand_new'), point('d', 'in_time')])
  assert.deepEqual(
    groups.map((g) => [g.outcome, g.first, g.points.map((p) => `${p.point.control_point}${p.verdicts.length}`).join(' ')]),
    [
      ['alleged', true, 'b2'],
      ['in_time', false, 'b1 d1'],
      ['not_begun', false, 'a1'],
      ['brand_new', false, 'c1'],
    ],
  )
  assert.equal(groups.at(-1)?.words.zh, 'brand_new')
})
