import assert from 'node:assert/strict'
import { test } from 'node:test'

import { sampleHash, samplingPageOf } from './routes'
import { checkedWithin, checksOf, drawnText, startOf } from './values'

test('an address is read back to what it was made of, and others name none of these pages', () => {
  assert.deepEqual(samplingPageOf('#/sampling'), { kind: 'list' })
  assert.deepEqual(samplingPageOf(sampleHash('0a1b2c')), { kind: 'one', id: '0a1b2c' })
  for (const hash of ['', '#/', '#/sampling/', '#/sampling/x-y', '#/samplings']) assert.equal(samplingPageOf(hash), null, hash)
})

test('a day begins in the platform’s zone, wherever the reader sits', () => {
  assert.equal(startOf('2026-11-01', '2026-11-28T09:00:00+08:00'), '2026-11-01T00:00:00+08:00')
  assert.equal(startOf('2026-11-01', '2026-11-28T09:00:00Z'), '2026-11-01T00:00:00Z')
  assert.equal(startOf('2026-11-01', ''), '2026-11-01T00:00:00+08:00')
})

test('the checks of a sample lie between its draw and its end, or its last finding', () => {
  const found = (at: string) => ({ source: 's', case_no: 'a', stratum: '', finding: { verdicts: [], evidence: [], text: '', by: '', at } })
  const sample = { drawn_at: '2026-10-30T09:00:00+08:00', closed_at: null, cases: [found('2026-11-02T09:00:00+08:00'), found('2026-11-01T09:00:00+08:00')] }
  assert.deepEqual(checkedWithin(sample), { kind: 'range', from: '2026-10-30', until: '2026-11-02' })
  assert.deepEqual(checkedWithin({ ...sample, closed_at: '2026-11-05T18:00:00+08:00' }), { kind: 'range', from: '2026-10-30', until: '2026-11-05' })
  assert.deepEqual(checkedWithin({ ...sample, cases: [] }), { kind: 'range', from: '2026-10-30', until: '2026-10-30' })
})

test('points are one a line', () => {
  assert.deepEqual(checksOf(' 材料齐全 \n\n依法送达\n'), ['材料齐全', '依法送达'])
})

test('what was not divided is said to be so, and not to be divided by nothing', () => {
  assert.equal(drawnText(null, 5, 5), '不分层，共 5 件')
  assert.equal(drawnText({ zh: '机构', en: 'Body' }, 2, 6), '按机构分层，每层 2 件，共 6 件')
})
