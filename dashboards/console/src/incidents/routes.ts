// Addresses of the pages of incidents: the list, which keeps what is looked for, the form that opens one, and one.

import { CAUSE_CODES, type CauseKind, type IncidentState, STATE_CODES } from './words'

export const INCIDENTS_HASH = '#/incidents'
export const NEW_INCIDENT_HASH = '#/incidents/new'

/** What is looked for; empty parts ask for all. */
export interface IncidentSearch {
  state: '' | IncidentState
  cause: '' | CauseKind
  org: string
}

export const EVERY_INCIDENT: IncidentSearch = { state: '', cause: '', org: '' }

export type IncidentPlace = { kind: 'list'; search: IncidentSearch } | { kind: 'new' } | { kind: 'one'; id: string }

/** The page that an address names; null where it names none. */
export function incidentPageOf(hash: string): IncidentPlace | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  if (path === INCIDENTS_HASH) {
    const state = STATE_CODES.find((code) => code === read('state')) ?? ''
    const cause = CAUSE_CODES.find((code) => code === read('cause')) ?? ''
    return { kind: 'list', search: { state, cause, org: read('org') } }
  }
  if (path === NEW_INCIDENT_HASH) return { kind: 'new' }
  const [, id] = /^#\/incidents\/([0-9a-f]+)$/.exec(path) ?? []
  return id === undefined ? null : { kind: 'one', id }
}

export function incidentsHash(search: IncidentSearch) {
  const query = new URLSearchParams(Object.entries(search).filter(([, value]) => value !== '')).toString()
  return query ? `${INCIDENTS_HASH}?${query}` : INCIDENTS_HASH
}

export const incidentHash = (id: string) => `${INCIDENTS_HASH}/${id}`
