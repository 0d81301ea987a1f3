// 逐级升级: the unanswered orders that were brought before somebody, since when, and what comes next.

import type { BroughtAlert } from '../api/types'
import { type Instance, type Rung, standingOf } from '../panel/ladder'
import type { DeskKind } from '../people/roles'
import type { Person } from '../people/session'

/** Somebody before whom orders are brought, as the platform is asked for it (`Brought` in services/store). */
export interface Before {
  instance: Instance
  /** Their region; of a department's supervisor the body. Empty: wherever. */
  of: string
}

export const codeOf = ({ instance, of }: Before) => (of ? `${instance}@${of}` : instance)

/** 行政区划代码 of six digits, as instances have it: 51 and 5105 are written out. Below a county nobody supervises; there it is nobody's. */
const six = (region: string) => (region.length <= 6 ? region.padEnd(6, '0') : region)

/** Who somebody is to the ladder. Where nobody signs in, whoever's desk it is; a department's only once its body is chosen. */
export function instancesOf(person: Pick<Person, 'roles' | 'body' | 'region'> | null, desk: DeskKind, body: string): Before[] {
  if (!person) {
    if (desk === 'department') return body ? [{ instance: 'department_supervisor', of: body }] : []
    const wherever: Instance[] = desk === 'officer' ? ['supervision', 'supervision_above'] : ['leadership']
    return wherever.map((instance) => ({ instance, of: '' }))
  }
  const here = person.region && six(person.region)
  const found: Before[] = []
  if (person.roles.includes('department_supervisor')) found.push({ instance: 'department_supervisor', of: person.body })
  if (person.roles.includes('supervision')) found.push({ instance: 'supervision', of: here }, { instance: 'supervision_above', of: here })
  if (person.roles.includes('leadership')) found.push({ instance: 'leadership', of: here })
  return found
}

export interface Brought {
  alert: BroughtAlert
  /** The instant of the first rung on which it was brought before them. */
  since: string | null
  /** The rung that comes next if nobody answers, before whomever; none as things stand: null. */
  next: Rung | null
}

export function broughtOf(alert: BroughtAlert, mine: Before[]): Brought {
  const isMine = ({ before }: Rung) =>
    before.some(({ instance, region }) => {
      const where = instance === 'department_supervisor' ? alert.responsible_org : region
      return mine.some((one) => one.instance === instance && (one.of === '' || one.of === where))
    })
  const reached = alert.ladder.filter((rung) => rung.reached && rung.at && isMine(rung)).map(({ at }) => at as string)
  const [since = null] = reached.sort((a, b) => Date.parse(a) - Date.parse(b))
  const { next } = standingOf(alert.ladder, alert.status)
  return { alert, since, next: alert.ladder[next] ?? null }
}

/** What is due first comes first: the longest overdue. */
export function byDue(all: Brought[]): Brought[] {
  const due = ({ alert }: Brought) => (alert.due_at ? Date.parse(alert.due_at) : Infinity)
  return [...all].sort((a, b) => {
    const [x, y] = [due(a), due(b)]
    return x === y ? (a.alert.alert_id < b.alert.alert_id ? -1 : 1) : x - y
  })
}
