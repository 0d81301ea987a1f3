// What cases did, drawn over the flowchart: how many went along each of its ways, and the ways they went that it does not have.

import type Canvas from 'diagram-js/lib/core/Canvas'
import type ElementRegistry from 'diagram-js/lib/core/ElementRegistry'
import type { Connection, Shape } from 'diagram-js/lib/model/Types'

export interface FlowsDrawn {
  /** By the id of a connection. */
  edges: { id: string; width: number; text: string }[]
  /** Between elements, by their ids. */
  off: { from: string; to: string; width: number; text: string }[]
}

interface Point {
  x: number
  y: number
}

const LAYER = 'flows'
const SVG = 'http://www.w3.org/2000/svg'
const TEXT = { height: 20, letter: 9, wide: 15, lift: 5 }
/** Before what Chinese is written with. */
const LAST_NARROW = 0x2e7f
/** How far a way that the flowchart does not have swings out, by its length. */
const SWING = { share: 0.25, least: 40, most: 130 }
/** Half as wide as an arrow is. */
const HEAD = 6

/** Room above a flowchart for ways that it does not have. */
export const ABOVE = 70

export function drawFlows(canvas: Canvas, registry: ElementRegistry, { edges, off }: FlowsDrawn) {
  const highest = canvas.viewbox().inner.y - ABOVE + TEXT.height
  const layer = canvas.getLayer(LAYER, 1)
  layer.replaceChildren()
  const texts: [Point, string, string][] = []
  for (const { id, width, text } of edges) {
    const waypoints = (registry.get(id) as Connection | undefined)?.waypoints
    if (!waypoints || waypoints.length < 2) continue
    const line = make('polyline', 'flow-line', { points: waypoints.map(({ x, y }) => `${x},${y}`).join(' ') })
    line.style.strokeWidth = `${width}px`
    layer.append(line)
    texts.push([middleOf(waypoints), text, ''])
  }
  for (const { from, to, width, text } of off) {
    const [a, b] = [registry.get(from) as Shape | undefined, registry.get(to) as Shape | undefined]
    if (!a || !b) continue
    const { path, top, head } = swing(a, b, highest)
    const line = make('path', 'flow-line off', { d: path })
    line.style.strokeWidth = `${width}px`
    layer.append(line, make('polygon', 'flow-head', { points: head }))
    texts.push([top, text, ' off'])
  }
  // Over all lines.
  for (const [at, text, kind] of texts) layer.append(label(at, text, kind))
}

/** The middle of the longest piece: a number there stands in no corner. */
function middleOf(points: Point[]): Point {
  let [longest, middle] = [-1, points[0] as Point]
  for (let place = 1; place < points.length; place++) {
    const [a, b] = [points[place - 1] as Point, points[place] as Point]
    const length = Math.hypot(b.x - a.x, b.y - a.y)
    if (length > longest) [longest, middle] = [length, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }]
  }
  return middle
}

/** From the upper side of one to the upper side of another, over what lies between them but not out of sight; a step that follows itself is a loop. */
function swing(a: Shape, b: Shape, highest: number): { path: string; top: Point; head: string } {
  const aside = a === b ? a.width / 4 : 0
  const [from, to] = [{ x: a.x + a.width / 2 - aside, y: a.y }, { x: b.x + b.width / 2 + aside, y: b.y }]
  const high = Math.min(SWING.most, Math.max(SWING.least, Math.hypot(to.x - from.x, to.y - from.y) * SWING.share))
  const between = (from.y + to.y) / 2
  // Half way a curve has come three quarters of the way to what it is drawn towards.
  const y = Math.max(Math.min(from.y, to.y) - high, (highest - between / 4) / 0.75)
  const head = [`${to.x},${to.y}`, `${to.x - HEAD},${to.y - 2 * HEAD}`, `${to.x + HEAD},${to.y - 2 * HEAD}`].join(' ')
  return { path: `M${from.x},${from.y} C${from.x},${y} ${to.x},${y} ${to.x},${to.y}`, top: { x: (from.x + to.x) / 2, y: y * 0.75 + between / 4 }, head }
}

function label({ x, y }: Point, text: string, kind: string): SVGElement {
  const width = [...text].reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) > LAST_NARROW ? TEXT.wide : TEXT.letter), 10)
  const group = make('g', `flow-text${kind}`, {})
  const ground = make('rect', '', { x: x - width / 2, y: y - TEXT.height / 2, width, height: TEXT.height, rx: 4 })
  const words = make('text', '', { x, y: y + TEXT.lift, 'text-anchor': 'middle' })
  words.textContent = text
  group.append(ground, words)
  return group
}

function make(name: string, kind: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement
  if (kind) element.setAttribute('class', kind)
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value))
  return element
}
