// What the address names: the board alone, an alert, a case.

import * as api from '../api/client'
import type { Alert, AlertFound, CaseFound } from '../api/types'
import { isCase } from '../subject'
import type { Words } from '../words/codes'

/** What the panel shows. */
export type Found = { kind: 'alert'; found: AlertFound } | { kind: 'case'; found: CaseFound }

/** A page of the panel. */
export interface Route {
  /** The address it was made of. */
  hash: string
  words: Words
  read(signal: AbortSignal): Promise<Found>
  /** Whether it shows something of this alert. */
  concerns(alert: Alert): boolean
}

export const alertHash = (id: string) => `#/alert/${encodeURIComponent(id)}`
export const caseHash = (source: string, caseNo: string) => `#/case/${encodeURIComponent(source)}/${encodeURIComponent(caseNo)}`

/** The panel's page that an address names; null where it names none. */
export function routeOf(hash: string): Route | null {
  const id = alertIdOf(hash)
  if (id !== null) {
    return {
      hash,
      words: { zh: '预警', en: 'Alert' },
      read: async (signal) => ({ kind: 'alert', found: await api.alert(id, signal) }),
      concerns: (alert) => alert.alert_id === id,
    }
  }
  const [, source, caseNo] = (/^#\/case\/([^/]+)\/([^/]+)$/.exec(hash) ?? []).map(decoded)
  if (source === undefined || caseNo === undefined) return null
  return {
    hash,
    words: { zh: '办件', en: 'Case' },
    read: async (signal) => ({ kind: 'case', found: await api.caseOf(source, caseNo, signal) }),
    concerns: (alert) => isCase(alert) && alert.source === source && alert.case_no === caseNo,
  }
}

/** The alert that an address names. */
export function alertIdOf(hash: string): string | null {
  const [, id] = /^#\/alert\/([^/]+)$/.exec(hash) ?? []
  return id === undefined ? null : decoded(id)
}

/** All alerts of what was found. */
export const alertsOf = (found: Found): Alert[] => (found.kind === 'alert' ? [found.found.alert] : found.found.alerts.map(({ alert }) => alert))

// A link that was cut off in the middle of a character leads nowhere rather than breaking the page.
function decoded(part: string) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
