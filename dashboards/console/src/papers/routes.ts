// The address of the register of papers, which keeps what is looked for.

export const PAPERS_HASH = '#/papers'

/** What is looked for; empty parts ask for all. */
export interface PapersSearch {
  kind: string
  year: string
  org: string
}

export const ALL_PAPERS: PapersSearch = { kind: '', year: '', org: '' }

/** What an address looks for; null where it names another page. */
export function papersPageOf(hash: string): PapersSearch | null {
  const [path = '', query = ''] = hash.split('?', 2)
  if (path !== PAPERS_HASH) return null
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  const year = /^\d{4}$/.test(read('year')) ? read('year') : ''
  return { kind: read('kind'), year, org: read('org') }
}

export function papersHash(search: PapersSearch) {
  const query = new URLSearchParams(Object.entries(search).filter(([, value]) => value !== '')).toString()
  return query ? `${PAPERS_HASH}?${query}` : PAPERS_HASH
}
