// Names for codes; a code without a name is shown as it is.

import { Store } from '../store'
import { isAboutOrder } from '../subject'
import { t } from '../words/language'
import type { Alert, NameTables } from './types'

export const NO_NAMES: NameTables = {
  version: '',
  orgs: {},
  region_names: {},
  offices: {},
  posts: {},
  items: {},
  item_flowcharts: {},
  duties: {},
  flowcharts: {},
  special_procedures: {},
  flowchart_steps: {},
  steps: {},
  control_points: {},
  sources: {},
}

type Code = string | null | undefined

export class Names {
  constructor(readonly tables: NameTables) {}

  org = (code: Code) => (code ? (this.tables.orgs[code] ?? code) : t('未报机构', 'No body told'))
  region = (code: Code) => (code ? (this.tables.region_names[code] ?? code) : t('未报区划', 'No region told'))
  item = (code: Code) => (code ? (this.tables.items[code] ?? code) : t('未报事项', 'No item told'))
  controlPoint = (code: string) => this.tables.control_points[code] ?? code
  source = (code: string) => this.tables.sources[code] ?? code
  office = (org: Code, code: Code) => (code ? (this.tables.offices[org ?? '']?.[code] ?? code) : '')
  special = (code: string) => this.tables.special_procedures[code] ?? code

  /** An officer's post and id: the id alone says nothing to a reader, and names are not kept here. */
  officer = (id: Code) => (id && this.tables.posts[id] ? `${this.tables.posts[id]} ${id}` : (id ?? ''))

  /** A step; of a case whose flowchart is known, like `permit@2`, as that one calls it: two may mean other things by one code. */
  step(code: Code, flowchart?: Code) {
    const own = flowchart ? this.tables.flowchart_steps[flowchart.split('@')[0] ?? ''] : undefined
    return code ? (own?.[code] ?? this.tables.steps[code] ?? code) : ''
  }

  /** What an alert names as its step: a step of its item's flowchart, a duty of its item's responsibility list, or the alert that an order is about. */
  stepOf(alert: Alert) {
    const item = alert.item_code ?? ''
    if (isAboutOrder(alert)) return this.#ordered(alert.step, this.tables.item_flowcharts[item])
    const duty = alert.rule === 'F1' && this.tables.duties[item]?.[alert.step]
    return duty || this.step(alert.step, this.tables.item_flowcharts[item])
  }

  /** The alert that an order is about, like `late@review×2` (`order_step` in services/domain): its control point, its step, which time. */
  #ordered(named: string, flowchart?: string) {
    const [, code = named, step, visit] = /^(.+?)(?:\/(?:source|org|item|officer|party))?(?:@(.+?))?(?:×(\d+))?$/.exec(named) ?? []
    const where = [this.step(step, flowchart), visit && t(`第${visit}次`, `time ${visit}`)].filter(Boolean).join(t('，', ', '))
    return this.#point(code) + (where && t(`（${where}）`, ` (${where})`))
  }

  /** A control point, or what stands in its place on alerts that no point raised (`papers/facts.rs` has the same words). */
  #point(code: string) {
    if (code === 'disposition/manual') return t('人工预警', 'Raised by hand')
    const [, inspection] = /^inspection\/(.+)$/.exec(code) ?? []
    return inspection ? t(`${inspection} 定期巡检`, `inspection ${inspection}`) : this.controlPoint(code)
  }

  /** A flowchart like `permit@2`. */
  flowchart(version: string) {
    const [id = '', number] = version.split('@')
    const name = this.tables.flowcharts[id]
    return name ? t(`${name} 第${number}版`, `${name}, version ${number}`) : version
  }
}

export const namesStore = new Store(new Names(NO_NAMES))
