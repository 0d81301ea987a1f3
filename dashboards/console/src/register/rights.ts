// Who reads the register, as in services/api/src/people/permissions.rs: it shows persons, and those of everywhere. The platform decides; this only
// spares a reader what it would refuse.

import type { Role } from '../people/roles'
import type { Session } from '../people/session'

const READERS: readonly Role[] = ['establishment', 'supervision', 'legal']

/** Who enters changes of posts, offices and officers. */
const KEEPERS: readonly Role[] = ['establishment']

const has = ({ phase, person }: Session, some: readonly Role[]) => phase === 'off' || (person !== null && person.region === '' && person.roles.some((role) => some.includes(role)))

export const keepsRegister = (session: Session) => has(session, KEEPERS)
export const readsRegister = (session: Session) => has(session, READERS)
