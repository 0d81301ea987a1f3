// Dead letters of one channel that were given up for one reason: what is wrong is wrong for all of them.

import type { DeadLetter } from './api'

interface Group {
  channel: string
  reason: string
  number: number
}

/** Most first. */
export function groupsOf(letters: DeadLetter[]): Group[] {
  const groups = new Map<string, Group>()
  for (const { channel, reason } of letters) {
    const key = `${channel} ${reason}`
    const group = groups.get(key) ?? { channel, reason, number: 0 }
    groups.set(key, { ...group, number: group.number + 1 })
  }
  return [...groups.values()].sort((a, b) => b.number - a.number)
}
