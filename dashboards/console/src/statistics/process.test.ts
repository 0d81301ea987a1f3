import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Graph } from '../chart/canvas'
import type { ProcessFlow, ProcessStep } from './api'
import { bottleneckOf, carriedBy, widthOf } from './process-model'

// start → accept → gateway → (review | refuse) → end; review goes on to decide.
const GRAPH: Graph = {
  nodes: [
    { id: 'start', code: null, forks: false },
    { id: 'A', code: 'accept', forks: false },
    { id: 'g', code: null, forks: false },
    { id: 'R', code: 'review', forks: false },
    { id: 'N', code: 'refuse', forks: false },
    { id: 'D', code: 'decide', forks: false },
    { id: 'end', code: null, forks: false },
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

// start → accept → fork → (review → weigh | visit) → join → decide → end.
const FORKED: Graph = {
  nodes: ['start', 'A', 'fork', 'R', 'W', 'V', 'join', 'D', 'end'].map((id) => ({ id, code: { A: 'accept', R: 'review', W: 'weigh', V: 'visit', D: 'decide' }[id] ?? null, forks: id === 'fork' || id === 'join' })),
  edges: [
    ['start', 'A'],
    ['A', 'fork'],
    ['fork', 'R'],
    ['R', 'W'],
    ['W', 'join'],
    ['fork', 'V'],
    ['V', 'join'],
    ['join', 'D'],
    ['D', 'end'],
  ].map(([from = '', to = '']) => ({ id: `${from}-${to}`, from, to })),
}

test('steps that run at once may be entered in any order, each by its own way', () => {
  const { edges, off } = carriedBy(FORKED, [flow('accept', 'review', 8), flow('review', 'visit', 5), flow('visit', 'weigh', 5), flow('weigh', 'decide', 5), flow('visit', 'review', 2)])
  assert.deepEqual(off, [])
  assert.deepEqual(Object.fromEntries(edges), { 'A-fork': 8, 'fork-R': 10, 'fork-V': 5, 'R-W': 5, 'W-join': 5, 'join-D': 5 })
  const wrong = [flow('weigh', 'review', 1), flow('decide', 'visit', 1), flow('accept', 'decide', 1), flow('accept', 'weigh', 1)]
  assert.deepEqual(carriedBy(FORKED, wrong).off, wrong, 'within one way, and before and behind the fork, the order counts')
})

test('a way back to a fork’s step, as after a reconsideration, makes no order of what runs at once', () => {
  const again: Graph = { ...FORKED, edges: [...FORKED.edges.filter(({ id }) => id !== 'D-end'), { id: 'D-g', from: 'D', to: 'g' }, { id: 'g-end', from: 'g', to: 'end' }, { id: 'g-R', from: 'g', to: 'R' }], nodes: [...FORKED.nodes, { id: 'g', code: null, forks: false }] }
  const { edges, off } = carriedBy(again, [flow('review', 'visit', 5), flow('visit', 'review', 2), flow('decide', 'review', 1), flow('decide', 'visit', 1)])
  assert.deepEqual(off, [flow('decide', 'visit', 1)])
  assert.deepEqual(Object.fromEntries(edges), { 'fork-V': 5, 'fork-R': 2, 'D-g': 1, 'g-R': 1 })
})

test('a loop of the flowchart ends the search', () => {
  const loop: Graph = { nodes: [{ id: 'A', code: 'a', forks: false }, { id: 'g', code: null, forks: false }, { id: 'h', code: null, forks: false }], edges: [{ id: '1', from: 'A', to: 'g' }, { id: '2', from: 'g', to: 'h' }, { id: '3', from: 'h', to: 'g' }] }
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
