import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Graph } from '../chart/canvas'
import type { ProcessFlow, ProcessStep } from './api'
import { bottleneckOf, carriedBy, widthOf } from './process-model'

// start → accept → gateway → (review | refuse) → end; review goes on to decide.
const GRAPH: Graph = {
  nodes: [
    { id: 'start', code: null },
    { id: 'A', code: 'accept' },
    { id: 'g', code: null },
    { id: 'R', code: 'review' },
    { id: 'N', code: 'refuse' },
    { id: 'D', code: 'decide' },
    { id: 'end', code: null },
  ],
  edges: [
    { id: 's-A', from: 'start', to: 'A' },
    { id: 'A-g', from: 'A', to: 'g' },
    { id: 'g-R', from: 'g', to: 'R' },
    { id: 'g-N', from: 'g', to: 'N' },
    { id: 'R-D', from: 'R', to: 'D' },
    { id: 'N-e', from: 'N', to: 'end' },
    { id: 'D-e', from: 'D', to: 'end' },
  ],
}
const flow = (from: string, to: string, cases: number): ProcessFlow => ({ from, to, cases, median_hours: null })

test('what cases did lies on the ways of the flowchart, through gateways and summed where ways join', () => {
  const { edges, off } = carriedBy(GRAPH, [flow('', 'accept', 10), flow('accept', 'review', 7), flow('accept', 'refuse', 3), flow('review', 'decide', 7), flow('decide', '', 6), flow('refuse', '', 3)])
  assert.deepEqual(Object.fromEntries(edges), { 's-A': 10, 'A-g': 10, 'g-R': 7, 'g-N': 3, 'R-D': 7, 'D-e': 6, 'N-e': 3 })
  assert.deepEqual(off, [])
})

test('a way that leads through another step, back, to itself, or to a step that is not drawn is not the flowchart’s', () => {
  const strange = [flow('accept', 'decide', 2), flow('review', 'accept', 1), flow('review', 'review', 4), flow('accept', 'measured', 1), flow('', 'decide', 1)]
  const { edges, off } = carriedBy(GRAPH, strange)
  assert.deepEqual(off, strange)
  assert.equal(edges.size, 0)
})

test('a loop of the flowchart ends the search', () => {
  const loop: Graph = { nodes: [{ id: 'A', code: 'a' }, { id: 'g', code: null }, { id: 'h', code: null }], edges: [{ id: '1', from: 'A', to: 'g' }, { id: '2', from: 'g', to: 'h' }, { id: '3', from: 'h', to: 'g' }] }
  assert.deepEqual(carriedBy(loop, [flow('a', 'b', 1), flow('a', 'a', 1)]).edges.size, 0)
})

const step = (code: string, visits: number, median_hours: number | null): ProcessStep => ({ step: code, name: code, visits, cases: visits, open: 0, median_hours, p90_hours: null, over_limit: 0 })

test('the bottleneck is where the most time lies; a step that hardly ever ran is none', () => {
  const found = bottleneckOf([step('a', 100, 2), step('b', 90, 10), step('c', 2, 5000)])
  assert.equal(found?.step, 'b')
  assert.ok(found && Math.abs(found.share - 900 / (200 + 900 + 10000)) < 1e-9)
  assert.equal(bottleneckOf([step('a', 100, 2)]), null)
  assert.equal(bottleneckOf([step('a', 100, null), step('b', 100, 0)]), null)
  assert.equal(bottleneckOf([]), null)
})

test('lines are wider the more cases went, and never nothing', () => {
  assert.ok(widthOf(1, 100) > 1 && widthOf(100, 100) > widthOf(25, 100) && widthOf(0, 0) > 0)
})
