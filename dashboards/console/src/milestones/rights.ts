// Who says how far a body has come, as in services/api/src/people/permissions.rs; who reads it reads drafts. The platform decides; this only spares a
// reader what it would refuse.

import type { Role } from '../people/roles'
import type { Session } from '../people/session'

export { readsDrafts as readsMilestones } from '../drafts/rights'

const TELLERS: readonly Role[] = ['supervision', 'establishment', 'government_services']

export const tellsMilestones = ({ phase, person }: Session) => phase === 'off' || (person !== null && person.region === '' && person.roles.some((role) => TELLERS.includes(role)))
