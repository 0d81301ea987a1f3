// Addresses of the case pages: the search, which keeps what is looked for, and a case's own page, which keeps the instant asked for.

export const CASES_HASH = '#/cases'

/** What is looked for; empty parts ask for all. */
export interface CaseSearch {
  /** A part of the number. */
  number: string
  org: string
  item: string
  region: string
  open: '' | 'true' | 'false'
}

export const EVERY_CASE: CaseSearch = { number: '', org: '', item: '', region: '', open: '' }

/** The instants that an explanation is asked for, as typed: `2026-10-24T00:51`, or with offset. Empty: now, all that is known. */
export interface AskedFor {
  at: string
  known: string
}

export const NOW: AskedFor = { at: '', known: '' }

export type CasesPage = { kind: 'search'; search: CaseSearch } | { kind: 'case'; source: string; caseNo: string; asked: AskedFor }

/** The case page that an address names; null where it names none. */
export function casesPageOf(hash: string): CasesPage | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  if (path === CASES_HASH) {
    const open = read('open')
    return {
      kind: 'search',
      search: { number: read('number'), org: read('org'), item: read('item'), region: read('region'), open: open === 'true' || open === 'false' ? open : '' },
    }
  }
  const [, source, caseNo] = /^#\/cases\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  if (source === undefined || caseNo === undefined) return null
  return { kind: 'case', source: decoded(source), caseNo: decoded(caseNo), asked: { at: read('at'), known: read('known') } }
}

export const searchHash = (search: CaseSearch) => CASES_HASH + queryOf({ ...search })

export const casePageHash = (source: string, caseNo: string, asked: AskedFor = NOW) =>
  `${CASES_HASH}/${encodeURIComponent(source)}/${encodeURIComponent(caseNo)}${queryOf({ ...asked })}`

function queryOf(parts: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}

// A link that was cut off in the middle of a character leads nowhere rather than breaking the page.
function decoded(part: string) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
