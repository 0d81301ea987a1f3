// Who reads statistics, as in services/api/src/people/permissions.rs. The platform decides, and shows each only what lies in their sight; this only
// spares a reader what it would refuse.

import { type Role, readsSamples } from '../people/roles'
import type { Session } from '../people/session'
import type { Group } from './api'

const READERS: readonly Role[] = ['supervision', 'leadership', 'auditor', 'department_supervisor', 'department_handler', 'legal', 'government_services']
/** Who reads numbers of single persons: the second of their own body. */
const OF_PERSONS: readonly Role[] = ['supervision', 'department_supervisor']

/** Who reads who decided what. */
const OF_DECIDERS: readonly Role[] = ['supervision', 'auditor']

const has = (some: readonly Role[]) => ({ phase, person }: Session) => phase === 'off' || (person !== null && person.roles.some((role) => some.includes(role)))

export const readsStatistics = has(READERS)
export const readsHandlers = has(OF_PERSONS)
export const readsDeciders = has(OF_DECIDERS)

/** What is counted of samples is for who reads samples. */
export const readsGroup = ({ phase, person }: Session, group: Group) => group !== 'samples' || phase === 'off' || (person !== null && readsSamples(person.roles))
