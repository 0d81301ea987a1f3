// Addresses of score sheets: the list of a model and period, and one sheet. Each holds the whole question.

export const SCORES_HASH = '#/scores'

/** What sheets are asked for; empty parts leave it to the platform: the first model, its last period that is over. */
export interface ScoresSearch {
  model: string
  period: string
  region: string
  /** Of offices and officers: of which body. */
  org: string
}

export interface SheetPlace {
  model: string
  period: string
  body: string
  office: string
  officer: string
}

export type ScoresPlace = { kind: 'list'; search: ScoresSearch } | { kind: 'sheet'; sheet: SheetPlace }

export const ALL_SCORES: ScoresSearch = { model: '', period: '', region: '', org: '' }

/** The page that an address names; null where it names none. */
export function scoresPageOf(hash: string): ScoresPlace | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  if (path === SCORES_HASH) return { kind: 'list', search: { model: read('model'), period: read('period'), region: read('region'), org: read('org') } }
  const [, body] = /^#\/scores\/([^/]+)$/.exec(path) ?? []
  if (body === undefined) return null
  return { kind: 'sheet', sheet: { model: read('model'), period: read('period'), body: decodeURIComponent(body), office: read('office'), officer: read('officer') } }
}

export const scoresHash = (search: ScoresSearch) => SCORES_HASH + queryOf({ ...search })
export const sheetHash = ({ body, ...rest }: SheetPlace) => `${SCORES_HASH}/${encodeURIComponent(body)}${queryOf(rest)}`

function queryOf(parts: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}
