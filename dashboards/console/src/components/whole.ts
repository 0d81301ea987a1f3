// A list read to its end, page after page, for whoever takes it along: as far as a file goes.

/** Rows that a file of a list holds at most; who needs more narrows the search. */
export const ROWS_MOST = 5000

export interface Whole<R> {
  rows: R[]
  /** Whether there were more than a file holds. */
  cut: boolean
}

export interface Page<R> {
  rows: R[]
  next: string | null
}

/** Reads the first page and those after it; `told` hears how many rows there are so far. */
export async function whole<R>(read: (cursor: string | null) => Promise<Page<R>>, told: (rows: number) => void = () => undefined, most = ROWS_MOST): Promise<Whole<R>> {
  const rows: R[] = []
  let cursor: string | null = null
  do {
    const page: Page<R> = await read(cursor)
    rows.push(...page.rows)
    told(rows.length)
    cursor = page.next
  } while (cursor !== null && rows.length < most)
  return { rows: rows.slice(0, most), cut: cursor !== null || rows.length > most }
}
