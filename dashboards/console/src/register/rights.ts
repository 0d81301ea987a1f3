// Who reads the register, as in services/api/src/people/permissions.rs: it shows persons, and those of everywhere. The platform decides; this only
// spares a reader what it would refuse.

import type { Role } from '../people/roles'
import type { Session } from '../people/session'

const READERS: readonly Role[] = ['establishment', 'supervision', 'legal']

export const readsRegister = ({ phase, person }: Session) => phase === 'off' || (person !== null && person.region === '' && person.roles.some((role) => READERS.includes(role)))
