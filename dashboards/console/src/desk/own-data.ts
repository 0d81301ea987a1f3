// Which sources are a department's own, and what is told of how far its records are to be relied on.

import type { SourceRow } from '../api/types'
import type { Words } from '../words/codes'

/** So many days are looked back: a month may have too few closed cases to tell a rate. */
export const DAYS = 90
const DAY_MS = 86_400_000

/** Of the dictionary of metrics (`truth` in services/store), by their names there. */
export const FIGURES: readonly { id: string; words: Words }[] = [
  { id: 'late_entry_rate', words: { zh: '补录率', en: 'Late entry' } },
  { id: 'resent_rate', words: { zh: '重报率', en: 'Sent anew' } },
  { id: 'reversed_rate', words: { zh: '时间倒序率', en: 'Impossible order' } },
]

/** The sources that a body owns. What is shown to a department's account is narrowed by the platform already. */
export const ownOf = (rows: readonly SourceRow[], body: string) => rows.filter((row) => row.org_code === body)

/** The last days as a period, today included; `dayOf` says on which day an instant lies. */
export const spanOf = (now: number, dayOf: (at: number) => string) => `${dayOf(now - (DAYS - 1) * DAY_MS)}..${dayOf(now)}`
