// Lists by the keyboard: the arrows lead from row to row, so that nobody has to step through every box of a hundred rows.

import type { KeyboardEvent } from 'react'

/** Where a key leads from the row at this place, of so many; none: it is no key of lists, or there is nothing further. */
export function placeAfter(key: string, at: number, rows: number): number | null {
  const ways: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows - 1 }
  const place = Object.hasOwn(ways, key) ? (ways[key] as number) : at
  return place === at || place < 0 || place >= rows ? null : place
}

/** Moves on from the alert that has the focus. */
export function alongRows(event: KeyboardEvent<HTMLElement>) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-alert]')]
  const at = rows.indexOf(event.target as HTMLElement)
  const place = at < 0 ? null : placeAfter(event.key, at, rows.length)
  if (place === null) return
  event.preventDefault()
  rows[place]?.focus()
}
