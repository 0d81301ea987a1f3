// The process map: how cases went between steps, laid over the flowchart by which they should have gone. It draws nothing.

import type { Graph } from '../chart/canvas'
import type { ProcessFlow, ProcessStep } from './api'

export interface Carried {
  /** How many cases went along each edge. */
  edges: Map<string, number>
  /** Ways that cases went and the flowchart does not have. */
  off: ProcessFlow[]
}

/** Lays what cases did over the flowchart. An empty end of a flow is where cases come from, or where they stop. */
export function carriedBy(graph: Graph, flows: readonly ProcessFlow[]): Carried {
  const edges = new Map<string, number>()
  const off: ProcessFlow[] = []
  const byCode = new Map(graph.nodes.flatMap(({ id, code }) => (code === null ? [] : [[code, id] as const])))
  const into = new Set(graph.edges.map(({ to }) => to))
  const outOf = new Set(graph.edges.map(({ from }) => from))
  const steps = new Set(byCode.values())
  const starts = graph.nodes.filter(({ id, code }) => code === null && !into.has(id)).map(({ id }) => id)
  const ends = graph.nodes.filter(({ id, code }) => code === null && !outOf.has(id)).map(({ id }) => id)
  for (const flow of flows) {
    const from = flow.from === '' ? starts : [byCode.get(flow.from)].filter((id) => id !== undefined)
    const to = flow.to === '' ? ends : [byCode.get(flow.to)].filter((id) => id !== undefined)
    const way = wayBetween(graph, steps, from, new Set(to))
    if (!way) {
      off.push(flow)
      continue
    }
    for (const edge of way) edges.set(edge, (edges.get(edge) ?? 0) + flow.cases)
  }
  return { edges, off }
}

/** The shortest way along edges that passes through no other step. */
function wayBetween(graph: Graph, steps: ReadonlySet<string>, from: readonly string[], to: ReadonlySet<string>): string[] | null {
  let reached = from.map((id): { id: string; way: string[] } => ({ id, way: [] }))
  const seen = new Set<string>()
  while (reached.length > 0) {
    const next: typeof reached = []
    for (const { id, way } of reached) {
      for (const edge of graph.edges) {
        if (edge.from !== id || seen.has(edge.id)) continue
        seen.add(edge.id)
        const longer = [...way, edge.id]
        if (to.has(edge.to)) return longer
        if (!steps.has(edge.to)) next.push({ id: edge.to, way: longer })
      }
    }
    reached = next
  }
  return null
}

/** 瓶颈: the step in which the most time lies, and its share of it. */
export interface Bottleneck {
  step: string
  share: number
}

/** Of fewer visits nothing is said. */
const VISITS_LEAST = 5

/** Time in a step: its median stay, as often as it was visited. Null where one step says all, or nothing took time. */
export function bottleneckOf(steps: readonly ProcessStep[]): Bottleneck | null {
  const timed = steps.map((step) => ({ step: step.step, hours: (step.median_hours ?? 0) * step.visits, visits: step.visits }))
  const all = timed.reduce((sum, { hours }) => sum + hours, 0)
  const most = timed.filter(({ visits }) => visits >= VISITS_LEAST).sort((a, b) => b.hours - a.hours)[0]
  return most && all > 0 && timed.length > 1 && most.hours > 0 ? { step: most.step, share: most.hours / all } : null
}

const WIDTH = { least: 1.5, more: 6.5 }

/** How wide a line is that so many cases went along, of at most so many. */
export const widthOf = (cases: number, most: number) => WIDTH.least + WIDTH.more * Math.sqrt(most > 0 ? cases / most : 0)
