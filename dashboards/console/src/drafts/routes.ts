// Addresses of the pages of drafts.

export const DRAFTS_HASH = '#/drafts'

export type DraftsPage =
  | { kind: 'list'; state: string; of: string }
  /** `id` and `version`: what it begins with; empty where it begins with nothing. */
  | { kind: 'new'; of: string; id: string; version: string }
  | { kind: 'draft'; id: string; view: DraftView }

export type DraftView = 'course' | 'text' | 'canvas' | 'backtest' | 'shadow'

const VIEWS: readonly string[] = ['course', 'text', 'canvas', 'backtest', 'shadow']

/** The page of drafts that an address names; null where it names none. */
export function draftsPageOf(hash: string): DraftsPage | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  if (path === DRAFTS_HASH) return { kind: 'list', state: read('state'), of: read('kind') }
  const [, id, view] = /^#\/drafts\/([0-9a-z]+)(?:\/([a-z]+))?$/.exec(path) ?? []
  if (id === undefined) return null
  if (id === 'new') return view === undefined ? { kind: 'new', of: read('kind'), id: read('id'), version: read('version') } : null
  if (view !== undefined && !VIEWS.includes(view)) return null
  return { kind: 'draft', id, view: (view ?? 'course') as DraftView }
}

/** The address of a page. */
export function draftsHash(page: DraftsPage): string {
  switch (page.kind) {
    case 'list':
      return DRAFTS_HASH + queryOf({ state: page.state, kind: page.of })
    case 'new':
      return `${DRAFTS_HASH}/new${queryOf({ kind: page.of, id: page.id, version: page.version })}`
    case 'draft':
      return `${DRAFTS_HASH}/${page.id}${page.view === 'course' ? '' : `/${page.view}`}`
  }
}

export const draftHash = (id: string, view: DraftView = 'course') => draftsHash({ kind: 'draft', id, view })
export const newDraftHash = (of: string, id = '', version = '') => draftsHash({ kind: 'new', of, id, version })

function queryOf(parts: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}
