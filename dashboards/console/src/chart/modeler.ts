// The canvas on which a flowchart is drawn: bpmn-js with its tools, and the few things that are done from beside the drawing, by the
// keyboard too. The mark of bpmn.io in the corner belongs to its licence and stays as it is.

import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import 'bpmn-js/dist/assets/diagram-js.css'

import icons from 'bpmn-js/dist/assets/bpmn-font/font/bpmn.woff2'
import Modeler from 'bpmn-js/lib/Modeler'
import type BpmnFactory from 'bpmn-js/lib/features/modeling/BpmnFactory'
import type ElementFactory from 'bpmn-js/lib/features/modeling/ElementFactory'
import type Modeling from 'bpmn-js/lib/features/modeling/Modeling'
import type { Element, Moddle, ModdleElement, Shape } from 'bpmn-js/lib/model/Types'
import { is } from 'bpmn-js/lib/util/ModelUtil'
import type CommandStack from 'diagram-js/lib/command/CommandStack'
import type Canvas from 'diagram-js/lib/core/Canvas'
import type ElementRegistry from 'diagram-js/lib/core/ElementRegistry'
import type EventBus from 'diagram-js/lib/core/EventBus'
import type AutoPlace from 'diagram-js/lib/features/auto-place/AutoPlace'
import type Selection from 'diagram-js/lib/features/selection/Selection'

import { codeOf } from './canvas'
import { modelerWords } from './modeler-words'

/** Our extension elements (`wire::bpmn::MINGJING`). */
const NAMESPACE = 'urn:mingjing:bpmn:1'
const ZOOM_STEP = 1.25
/** The palette, with some air. */
const TOOLS_WIDTH = 130
const MARGIN = 20

/** A step as it is drawn. */
export interface ModelledStep {
  id: string
  /** Its code; a new step gets one when it is saved, where none is written. */
  code: string | null
  name: string
}

interface Hooks {
  /** Something was changed, undone or done again. */
  changed: () => void
  /** Another step is chosen, or none. */
  chosen: (step: ModelledStep | null) => void
}

let iconsLoaded: Promise<unknown> | null = null

/** The tools' signs; only in the one format that every browser in use takes. */
function loadIcons() {
  iconsLoaded ??= new FontFace('bpmn', `url(${icons})`).load().then((font) => document.fonts.add(font))
  return iconsLoaded
}

export class FlowchartModeler {
  readonly #modeler: Modeler

  private constructor(box: HTMLElement, chinese: boolean) {
    const colour = (name: string) => getComputedStyle(box).getPropertyValue(name).trim()
    this.#modeler = new Modeler({
      container: box,
      bpmnRenderer: { defaultFillColor: colour('--paper'), defaultStrokeColor: colour('--ink-soft'), defaultLabelColor: colour('--ink') },
      textRenderer: { defaultStyle: { fontFamily: getComputedStyle(box).fontFamily, fontSize: 15 } },
      additionalModules: [{ translate: ['value', modelerWords(chinese)] }],
    })
  }

  /** Opens a document on the canvas. */
  static async open(box: HTMLElement, xml: string, chinese: boolean, hooks: Hooks): Promise<FlowchartModeler> {
    const opened = new FlowchartModeler(box, chinese)
    await Promise.all([opened.#modeler.importXML(xml), loadIcons()])
    const bus = opened.#get<EventBus>('eventBus')
    const tell = () => hooks.chosen(opened.chosen())
    bus.on('selection.changed', tell)
    bus.on('commandStack.changed', () => {
      hooks.changed()
      tell()
    })
    opened.whole()
    return opened
  }

  /** The document as it is drawn now. */
  async xml(): Promise<string> {
    const { xml } = await this.#modeler.saveXML({ format: true })
    if (xml === undefined) throw new Error('the drawing cannot be written')
    return xml
  }

  /** Its steps, in the order of the document. */
  steps(): ModelledStep[] {
    return this.#registry.filter((element) => is(element as Element, 'bpmn:Activity') && !is(element as Element, 'bpmn:SubProcess')).map((element) => stepOf(element as Element))
  }

  /** The step that is chosen; null where none or several are. */
  chosen(): ModelledStep | null {
    const [one, ...more] = this.#get<Selection>('selection').get() as Element[]
    return one && more.length === 0 && is(one, 'bpmn:Activity') ? stepOf(one) : null
  }

  choose(id: string) {
    const element = this.#element(id)
    this.#get<Selection>('selection').select(element)
    this.#canvas.scrollToElement(element)
  }

  rename(id: string, name: string) {
    this.#get<Modeling>('modeling').updateProperties(this.#element(id), { name })
  }

  /** Gives a step without a code one; the code of a step that has one is what cases name it by and stays. */
  encode(id: string, code: string) {
    const element = this.#element(id)
    const drawn = element.businessObject as ModdleElement
    const others = ((drawn.extensionElements?.values ?? []) as ModdleElement[]).filter((extension) => extension.$type !== 'mingjing:step')
    const factory = this.#get<BpmnFactory>('bpmnFactory')
    const own = code ? [this.#get<Moddle>('moddle').createAny('mingjing:step', NAMESPACE, { code })] : []
    const extensionElements = factory.create('bpmn:ExtensionElements', { values: [...others, ...own] })
    this.#get<Modeling>('modeling').updateProperties(element, { extensionElements })
  }

  /** A new step behind this one; answers its id. */
  append(id: string): string {
    const shape = this.#get<ElementFactory>('elementFactory').createShape({ type: 'bpmn:UserTask' })
    const placed = this.#get<AutoPlace>('autoPlace').append(this.#element(id) as Shape, shape)
    return placed.id
  }

  connect(from: string, to: string) {
    this.#get<Modeling>('modeling').connect(this.#element(from), this.#element(to))
  }

  remove(id: string) {
    this.#get<Modeling>('modeling').removeElements([this.#element(id)])
  }

  get canUndo() {
    return this.#stack.canUndo()
  }

  get canRedo() {
    return this.#stack.canRedo()
  }

  undo() {
    this.#stack.undo()
  }

  redo() {
    this.#stack.redo()
  }

  zoom(closer: boolean) {
    const now = this.#canvas.zoom()
    this.#canvas.zoom(closer ? now * ZOOM_STEP : now / ZOOM_STEP)
  }

  /** The whole of it, beside the tools that stand on the canvas. */
  whole() {
    const { inner, outer } = this.#canvas.viewbox()
    const [wide, high] = [outer.width - TOOLS_WIDTH - MARGIN, outer.height - 2 * MARGIN]
    const scale = Math.min(1, wide / Math.max(1, inner.width), high / Math.max(1, inner.height))
    this.#canvas.viewbox({ x: inner.x - TOOLS_WIDTH / scale, y: inner.y - MARGIN / scale, width: outer.width / scale, height: outer.height / scale })
  }

  destroy() {
    this.#modeler.destroy()
  }

  #element(id: string): Element {
    const element = this.#registry.get(id)
    if (!element) throw new Error(`${id} is not drawn`)
    return element as Element
  }

  #get<T>(name: string): T {
    return this.#modeler.get<T>(name)
  }

  get #canvas() {
    return this.#get<Canvas>('canvas')
  }

  get #registry() {
    return this.#get<ElementRegistry>('elementRegistry')
  }

  get #stack() {
    return this.#get<CommandStack>('commandStack')
  }
}

function stepOf(element: Element): ModelledStep {
  const drawn = element.businessObject as ModdleElement
  return { id: element.id, code: codeOf(drawn), name: String(drawn.name ?? '') }
}
