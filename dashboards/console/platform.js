// What the platform says of itself: its clock, names for codes, and whether all this is a demonstration.

import * as api from './api.js'

const ASK_EVERY_MS = 2000
const ASK_AT_ONCE_MS = 250

/** Names for codes; a code without a name is shown as it is. */
class Names {
  tables = {
    orgs: {},
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

  org = (code) => (code ? (this.tables.orgs[code] ?? code) : '未报机构')
  item = (code) => (code ? (this.tables.items[code] ?? code) : '未报事项')

  /** A step; of a case whose flowchart is known, like `permit@2`, as that one calls it: two may mean other things by one code. */
  step(code, flowchart) {
    const own = this.tables.flowchart_steps[flowchart?.split('@')[0]]
    return code ? (own?.[code] ?? this.tables.steps[code] ?? code) : ''
  }

  /** What an alert names as its step: a step of its item's flowchart, or a duty of its item's responsibility list. */
  stepOf(alert) {
    const duty = alert.rule === 'F1' && this.tables.duties[alert.item_code]?.[alert.step]
    return duty || this.step(alert.step, this.tables.item_flowcharts[alert.item_code])
  }

  controlPoint = (code) => this.tables.control_points[code] ?? code
  source = (code) => this.tables.sources[code] ?? code
  office = (org, code) => (code ? (this.tables.offices[org]?.[code] ?? code) : '')
  special = (code) => this.tables.special_procedures[code] ?? code

  /** An officer's post and id: the id alone says nothing to a reader, and names are not kept here. */
  officer = (id) => (id && this.tables.posts[id] ? `${this.tables.posts[id]} ${id}` : id)

  /** A flowchart like `permit@2`. */
  flowchart(version) {
    const [id, number] = version.split('@')
    const name = this.tables.flowcharts[id]
    return name ? `${name} 第${number}版` : version
  }
}

export const names = new Names()

/** The platform's clock, which in a demonstration is neither the machine's nor as slow. */
class Clock {
  #seen = null
  #rate = 1

  /** Takes what the platform says its time is. */
  set(nowAt) {
    const seen = { platform: Date.parse(nowAt), here: performance.now(), printed: nowAt }
    if (this.#seen) {
      const here = seen.here - this.#seen.here
      if (here > 0) this.#rate = Math.max(0, (seen.platform - this.#seen.platform) / here)
    }
    this.#seen = seen
  }

  /** Milliseconds since 1970 as the platform takes it; null before it was asked. */
  now() {
    if (!this.#seen) return null
    // No further ahead than to the next answer.
    const since = Math.min(performance.now() - this.#seen.here, 2 * ASK_EVERY_MS)
    return this.#seen.platform + since * this.#rate
  }

  /** An instant as the platform prints them; its zone is that of `now()`. */
  printed() {
    return this.#seen?.printed ?? null
  }
}

export const clock = new Clock()

/** Asks again and again; `onNames` is called when names or the watermark changed. */
export function watch(onChange) {
  let known = null
  const ask = async () => {
    let wait = ASK_EVERY_MS
    try {
      const answer = await api.platform()
      clock.set(answer.now_at)
      names.tables = answer.names
      // Right after the start the definitions may not be published yet.
      if (!answer.names.version) wait = ASK_AT_ONCE_MS
      const told = JSON.stringify(answer.names)
      if (known !== told) {
        known = told
        onChange(answer)
      }
    } catch {
      // The connection's state is shown by the stream; the clock stands still meanwhile.
    }
    setTimeout(ask, wait)
  }
  ask()
}
