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
  const chart = new Chart(graph)
  for (const flow of flows) {
    const way = chart.way(flow.from, flow.to)
    if (way) for (const edge of way) edges.set(edge, (edges.get(edge) ?? 0) + flow.cases)
    else off.push(flow)
  }
  return { edges, off }
}

class Chart {
  readonly #byCode = new Map<string, string>()
  readonly #steps: ReadonlySet<string>
  readonly #starts: string[]
  readonly #ends: ReadonlySet<string>
  readonly #out = new Map<string, Graph['edges']>()
  /** Edges that lead back to where a case has been: a fork's ways reach each other by these only. */
  readonly #back: ReadonlySet<string>
  /** Of each gateway that forks, what lies on each of its ways alone. */
  readonly #forks: { gateway: string; branches: ReadonlySet<string>[] }[]

  constructor(graph: Graph) {
    const into = new Set(graph.edges.map(({ to }) => to))
    for (const edge of graph.edges) this.#out.set(edge.from, [...(this.#out.get(edge.from) ?? []), edge])
    for (const { id, code } of graph.nodes) if (code !== null) this.#byCode.set(code, id)
    this.#steps = new Set(this.#byCode.values())
    this.#starts = graph.nodes.filter(({ id, code }) => code === null && !into.has(id)).map(({ id }) => id)
    this.#ends = new Set(graph.nodes.filter(({ id, code }) => code === null && !this.#out.has(id)).map(({ id }) => id))
    this.#back = this.#returning(graph)
    this.#forks = graph.nodes.filter(({ forks }) => forks).map(({ id }) => ({ gateway: id, branches: this.#branches(id) }))
  }

  /** The edges that lead from one step to the next; null where the flowchart has no such way. */
  way(from: string, to: string): string[] | null {
    const [here, there] = [this.#byCode.get(from), this.#byCode.get(to)]
    if ((from !== '' && !here) || (to !== '' && !there)) return null
    const direct = this.#between(here ? [here] : this.#starts, there ? new Set([there]) : this.#ends)
    return direct ?? (here && there ? this.#beside(here, there) : null)
  }

  /** The shortest way along edges that passes through no other step. */
  #between(from: readonly string[], to: ReadonlySet<string>): string[] | null {
    let reached = from.map((id): { id: string; way: string[] } => ({ id, way: [] }))
    const seen = new Set<string>()
    while (reached.length > 0) {
      const next: typeof reached = []
      for (const { id, way } of reached) {
        for (const edge of this.#out.get(id) ?? []) {
          if (seen.has(edge.id)) continue
          seen.add(edge.id)
          const longer = [...way, edge.id]
          if (to.has(edge.to)) return longer
          if (!this.#steps.has(edge.to)) next.push({ id: edge.to, way: longer })
        }
      }
      reached = next
    }
    return null
  }

  /**
   * Steps on two ways of a fork run at once, so which of them was entered first is no order that the flowchart has: the later one was entered by
   * its own way, from the fork or from a step before it.
   */
  #beside(here: string, there: string): string[] | null {
    for (const { gateway, branches } of this.#forks) {
      const own = branches.find((branch) => branch.has(there) && !branch.has(here))
      if (!own || !branches.some((branch) => branch !== own && branch.has(here))) continue
      const before = [gateway, ...[...own].filter((id) => this.#steps.has(id) && id !== there)]
      for (const id of before) {
        const way = this.#between([id], new Set([there]))
        if (way) return way
      }
    }
    return null
  }

  /** What is reached by each way of a fork and by no other: what lies behind the join is reached by all. */
  #branches(gateway: string): Set<string>[] {
    const all = (this.#out.get(gateway) ?? []).map(({ to }) => this.#reached(to))
    return all.map((branch) => new Set([...branch].filter((id) => all.every((other) => other === branch || !other.has(id)))))
  }

  #reached(from: string): Set<string> {
    const reached = new Set<string>()
    const open = [from]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (reached.has(id)) continue
      reached.add(id)
      for (const edge of this.#out.get(id) ?? []) if (!this.#back.has(edge.id)) open.push(edge.to)
    }
    return reached
  }

  /** Gone through in depth, an edge to a node that is still being gone through closes a loop. */
  #returning(graph: Graph): Set<string> {
    const back = new Set<string>()
    const state = new Map<string, 'open' | 'done'>()
    const go = (id: string) => {
      state.set(id, 'open')
      for (const edge of this.#out.get(id) ?? []) {
        const next = state.get(edge.to)
        if (next === 'open') back.add(edge.id)
        else if (next === undefined) go(edge.to)
      }
      state.set(id, 'done')
    }
    for (const id of [...this.#starts, ...graph.nodes.map((node) => node.id)]) if (!state.has(id)) go(id)
    return back
  }
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
