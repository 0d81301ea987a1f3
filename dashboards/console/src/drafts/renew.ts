// A published text made the beginning of a new version.

/** The number after this one: its last run of digits counts on. */
export function nextVersion(version: string): string {
  const [, before, number, after] = /^(.*?)(\d+)(\D*)$/s.exec(version) ?? []
  return number === undefined ? `${version}-2` : `${before}${Number(number) + 1}${after}`
}

/** The day after a day like `2026-11-28`. */
export function dayAfter(day: string): string {
  const next = new Date(`${day.slice(0, 10)}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}

/** The text with another version and another day from which it counts, where it says these on lines of their own. What stands behind them explained the old ones. */
export function renewed(text: string, version: string, from: string): string {
  return text.replace(/^version:.*$/m, `version: "${version}"`).replace(/^effective_from:.*$/m, `effective_from: ${from}`)
}
