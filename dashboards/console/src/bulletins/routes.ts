// Addresses of the pages of bulletins, and where a number in one leads to.

import { STATISTICS_HASH } from '../statistics/routes'

export const BULLETINS_HASH = '#/bulletins'

export type BulletinPlace = { kind: 'list' } | { kind: 'one'; id: string }

/** The page that an address names; null where it names none. */
export function bulletinPageOf(hash: string): BulletinPlace | null {
  const [path = ''] = hash.split('?', 1)
  if (path === BULLETINS_HASH) return { kind: 'list' }
  const [, id = ''] = /^#\/bulletins\/([0-9a-f]{1,64})$/.exec(path) ?? []
  return id ? { kind: 'one', id } : null
}

export const bulletinHash = (id: string) => `${BULLETINS_HASH}/${id}`

/** What filters of a query are called in the addresses of statistics; others are a row of a breakdown. */
const FILTERS: Record<string, string> = { period: 'period', region: 'region', org: 'org', item_code: 'item', power_type: 'power_type', case_kind: 'case_kind', channel: 'channel' }

/**
 * Where a number leads: the rows that were counted, or of which they were; a number that is compared, to its metric in the overview. The id is
 * `metric?filter=value&…#value` (services/bulletin/src/query.rs); null of what is none.
 */
export function figureHash(query: string): string | null {
  const [, metric = '', filters = '', of = ''] = /^([a-z0-9_]+)\?([^#]*)#([a-z_]+)$/.exec(query) ?? []
  if (!metric) return null
  const asked = new URLSearchParams({ metric })
  const rows = of === 'value' || of === 'numerator' || of === 'base'
  if (rows) asked.set('part', of === 'base' ? 'base' : 'numerator')
  const given = new URLSearchParams(filters)
  for (const [name, value] of given) {
    const known = FILTERS[name]
    if (known) asked.set(known, value)
    else if (name !== 'month' && rows) {
      asked.set('by', name)
      asked.set('key', value)
    }
  }
  // A month of a chart is a period of its own.
  const month = given.get('month')
  if (month) asked.set('period', month)
  return `${STATISTICS_HASH}${rows ? '/rows' : ''}?${asked.toString()}`
}
