// Who may do what with drafts, as in services/api/src/people/permissions.rs. The platform decides; this only spares a reader what it would
// refuse.

import type { Session } from '../people/session'
import type { Role as AccountRole } from '../people/roles'

const READERS: readonly AccountRole[] = ['supervision', 'legal', 'establishment', 'government_services', 'information_disclosure', 'leadership']
const DRAFTERS: readonly AccountRole[] = ['supervision', 'legal', 'establishment', 'government_services']

const has = ({ phase, person }: Session, some: readonly AccountRole[]) => phase === 'off' || Boolean(person?.roles.some((role) => some.includes(role)))

export const readsDrafts = (session: Session) => has(session, READERS)
export const drafts = (session: Session) => has(session, DRAFTERS)

/** In whose name each role of an account reviews (`own_role` in services/api/src/life/drafts.rs). */
const REVIEWS: Record<string, AccountRole> = {
  affairs: 'government_services',
  staffing: 'establishment',
  legal: 'legal',
  supervision: 'supervision',
  government: 'leadership',
}

/** Whether somebody reviews in this role. */
export const reviewsAs = (session: Session, role: string) => {
  const needed = REVIEWS[role]
  return needed !== undefined && has(session, [needed])
}
