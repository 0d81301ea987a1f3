// What the board makes of counts.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Names, NO_NAMES } from '../api/names'
import { NO_COUNTS, regionsOf } from './counts'

test('regions come with the most open alerts first, and those that tell none have a row', () => {
  const names = new Names({ ...NO_NAMES, region_names: { 510502: '江阳区' } })
  const row = (region_code: string | null, level: 'red' | 'yellow' | 'notice', alerts: number) => ({ region_code, level, alerts })
  const counts = { ...NO_COUNTS, by_region: [row('510502', 'red', 1), row('510503', 'yellow', 2), row('510502', 'yellow', 3), row(null, 'notice', 2)] }
  const found = regionsOf(counts, names)
  assert.deepEqual(
    found.map(({ code, alerts, red }) => [code, alerts, red]),
    [
      ['510502', 4, 1],
      ['510503', 2, 0],
      [null, 2, 0],
    ],
  )
  assert.deepEqual([names.region('510502'), names.region('510503')], ['江阳区', '510503'])
})
