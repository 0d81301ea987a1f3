// What is owed about a complaint or rating.

import type { Term } from './api'

/** What is owed next; none where all is done. */
export function nextDue(terms: readonly Term[]): Term | undefined {
  const owed = terms.filter((term) => term.done_at === null)
  return owed.sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at))[0]
}
