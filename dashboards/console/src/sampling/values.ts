// From what is typed to what the platform takes.

/** The first instant of a day in the zone that `like` is printed in. */
export function startOf(day: string, like: string): string {
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(like)?.[1] ?? '+08:00'
  return `${day}T00:00:00${zone}`
}

/** One a line; empty lines are none. */
export const checksOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
