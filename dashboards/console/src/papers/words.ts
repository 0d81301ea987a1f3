// Who may do what with papers: as in services/api/src/people/permissions.rs. The platform decides; this only spares a reader what it would refuse.

import type { Person } from '../people/session'

/** Whether somebody issues papers. Where the site has no accounts, whoever has the key does. */
export const issuesPapers = (person: Person | null) => !person || person.roles.includes('supervision')
