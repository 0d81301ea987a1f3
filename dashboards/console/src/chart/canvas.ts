// The drawing in the page: bpmn-js shows the published flowchart, and its steps are marked. What bpmn-js is asked for is asked here only.
// The mark of bpmn.io in the corner belongs to its licence and stays as it is.

import 'bpmn-js/dist/assets/diagram-js.css'

import Viewer from 'bpmn-js/lib/Viewer'
import type { ModdleElement } from 'bpmn-js/lib/model/Types'
import type Canvas from 'diagram-js/lib/core/Canvas'
import type ElementRegistry from 'diagram-js/lib/core/ElementRegistry'
import type Overlays from 'diagram-js/lib/features/overlays/Overlays'
import MoveCanvas from 'diagram-js/lib/navigation/movecanvas'

import { say, t } from '../words/language'
import { type FlowsDrawn, drawFlows } from './flows'
import { PROGRESS, type StepState } from './steps'

/** A step of the drawing. */
export interface DrawnStep {
  code: string
  name: string
}

/** A flowchart as a graph: its steps have codes, gateways and events have none; from a gateway that forks, several ways are gone at once. */
export interface Graph {
  nodes: { id: string; code: string | null; forks: boolean }[]
  edges: { id: string; from: string; to: string }[]
}

/** What is written on a step, and how it is marked. */
export interface StepNote {
  code: string
  text: string
  kind: string
}

const FORKS = new Set(['bpmn:ParallelGateway', 'bpmn:InclusiveGateway'])

const ZOOM_STEP = 1.25
const ZOOM_MIN = 0.2
const ZOOM_MAX = 2
/** Smaller than this its names cannot be read: then a part of it is shown, around where the case stands. */
const READABLE = 0.62
const MARGIN = 16
const HEIGHT_MAX = 640
/** Of the window: what stands below it must be seen to be there. */
const HEIGHT_SHARE = 0.6
const PAN = 80

export class FlowchartCanvas {
  readonly #viewer: Viewer
  /** The elements of steps, by their code. */
  readonly #elements = new Map<string, string>()
  #marked: [string, string][] = []

  private constructor(private readonly box: HTMLElement) {
    const colour = (name: string) => getComputedStyle(box).getPropertyValue(name).trim()
    this.#viewer = new Viewer({
      container: box,
      additionalModules: [MoveCanvas],
      bpmnRenderer: { defaultFillColor: colour('--paper'), defaultStrokeColor: colour('--ink-soft'), defaultLabelColor: colour('--ink') },
      textRenderer: { defaultStyle: { fontFamily: getComputedStyle(box).fontFamily, fontSize: 17 } },
    })
  }

  /** Draws a document; its colours are those that the page has now. */
  static async draw(box: HTMLElement, xml: string): Promise<FlowchartCanvas> {
    const drawn = new FlowchartCanvas(box)
    await drawn.#viewer.importXML(xml)
    for (const element of drawn.#registry.getAll()) {
      const code = codeOf(element.businessObject as ModdleElement | undefined)
      if (code) drawn.#elements.set(code, element.id)
    }
    return drawn
  }

  /** Its steps, in the order of the document. */
  steps(): DrawnStep[] {
    return [...this.#elements].map(([code, id]) => ({ code, name: String(this.#registry.get(id)?.businessObject?.name ?? code) }))
  }

  /** Marks the steps, and nothing else any more. */
  mark(states: StepState[]) {
    for (const [id, marker] of this.#marked) this.#canvas.removeMarker(id, marker)
    this.#marked = []
    this.#overlays.clear()
    for (const state of states) {
      const id = this.#elements.get(state.code)
      if (!id) continue
      for (const marker of [`step-${state.progress}`, ...(state.late ? ['step-late'] : [])]) {
        this.#canvas.addMarker(id, marker)
        this.#marked.push([id, marker])
      }
      const tag = tagOf(state)
      if (tag) this.#overlays.add(id, { position: { bottom: 14, left: 6 }, scale: { min: 0.9 }, html: tag })
    }
  }

  /** Its steps, gateways and events, and what leads from one to another. */
  graph(): Graph {
    const codes = new Map([...this.#elements].map(([code, id]) => [id, code]))
    const edges: Graph['edges'] = []
    const nodes = new Map<string, boolean>()
    for (const element of this.#registry.getAll()) {
      const { id, source, target } = element as typeof element & { source?: typeof element; target?: typeof element }
      if (element.businessObject?.$type !== 'bpmn:SequenceFlow' || !source || !target) continue
      edges.push({ id, from: source.id, to: target.id })
      for (const end of [source, target]) nodes.set(end.id, FORKS.has(String(end.businessObject?.$type)))
    }
    return { nodes: [...nodes].map(([id, forks]) => ({ id, code: codes.get(id) ?? null, forks })), edges }
  }

  /** Writes on steps, and draws what went between them; and nothing else any more. `off` names steps by their codes. */
  flows(notes: StepNote[], { edges, off }: FlowsDrawn) {
    this.#overlays.clear()
    for (const [id, marker] of this.#marked) this.#canvas.removeMarker(id, marker)
    this.#marked = []
    for (const { code, text, kind } of notes) {
      const id = this.#elements.get(code)
      if (!id) continue
      const marker = `step-${kind}`
      this.#canvas.addMarker(id, marker)
      this.#marked.push([id, marker])
      const tag = document.createElement('span')
      tag.className = `step-tag tag-${kind}`
      tag.textContent = text
      this.#overlays.add(id, { position: { bottom: 12, left: 4 }, scale: { min: 0.9 }, html: tag })
    }
    const idOf = (code: string) => this.#elements.get(code) ?? ''
    drawFlows(this.#canvas, this.#registry, { edges, off: off.map((way) => ({ ...way, from: idOf(way.from), to: idOf(way.to) })) })
  }

  /** As wide as its box, if it can be read so; else a part of it, around a step. The box becomes as high as that needs, with so much room above. */
  fit(around: string | null, above = 0) {
    const canvas = this.#canvas
    const { inner } = canvas.viewbox()
    const scale = Math.min(1, Math.max(READABLE, this.box.clientWidth / (inner.width + 2 * MARGIN)))
    const highest = Math.min(HEIGHT_MAX, window.innerHeight * HEIGHT_SHARE)
    this.box.style.height = `${Math.min(highest, Math.ceil((inner.height + 2 * MARGIN + above) * scale))}px`
    canvas.resized()
    const [width, height] = [this.box.clientWidth / scale, this.box.clientHeight / scale]
    canvas.viewbox({ x: inner.x - MARGIN, y: inner.y - MARGIN - above, width, height })
    const element = around ? this.#registry.get(this.#elements.get(around) ?? '') : undefined
    const cut = inner.width + MARGIN > width || inner.height + MARGIN + above > height
    const beside = Math.min(200, this.box.clientWidth / 4)
    if (element && cut) canvas.scrollToElement(element, { top: 60, bottom: 60, left: beside, right: beside })
  }

  /** The whole of it, however small. */
  whole() {
    this.#canvas.zoom('fit-viewport', { x: 0, y: 0 })
  }

  zoom(closer: boolean) {
    const now = this.#canvas.zoom()
    this.#canvas.zoom(Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, closer ? now * ZOOM_STEP : now / ZOOM_STEP)))
  }

  pan(right: number, down: number) {
    this.#canvas.scroll({ dx: -right * PAN, dy: -down * PAN })
  }

  destroy() {
    this.#viewer.destroy()
  }

  get #canvas() {
    return this.#viewer.get<Canvas>('canvas')
  }

  get #registry() {
    return this.#viewer.get<ElementRegistry>('elementRegistry')
  }

  get #overlays() {
    return this.#viewer.get<Overlays>('overlays')
  }
}

/** What stands on a step: no state is told by colour alone. */
function tagOf({ progress, late, visits }: StepState): HTMLElement | null {
  const words = [late && t('超期', 'Late'), progress !== 'not_reached' && progress !== 'passed_by' && say(PROGRESS[progress]), visits > 1 && t(`${visits}次`, `×${visits}`)]
  const told = words.filter(Boolean).join(' ')
  if (!told) return null
  const tag = document.createElement('span')
  tag.className = `step-tag tag-${progress}${late ? ' tag-late' : ''}`
  tag.textContent = told
  return tag
}

/** The step's code: the attribute of our extension element (`mingjing:step`), wherever other extensions stand beside it. */
export function codeOf(element: ModdleElement | undefined): string | null {
  const extensions = (element?.extensionElements?.values ?? []) as (ModdleElement & { code?: unknown })[]
  const step = extensions.find((extension) => extension.$type === 'mingjing:step')
  return typeof step?.code === 'string' ? step.code : null
}
