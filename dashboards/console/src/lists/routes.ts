// Addresses of the pages of lists: 权力清单, 责任清单, flowcharts and other definitions with their versions, rules, calendars, the register, milestones.

import { type RegisterSearch, dayOf, registerSearchOf } from '../register/search'

export const LISTS_HASH = '#/lists'

/** What is looked for in the power list; empty parts ask for all. */
export interface ItemSearch {
  text: string
  type: string
  body: string
  region: string
  listed: '' | 'true' | 'false'
}

export const EVERY_ITEM: ItemSearch = { text: '', type: '', body: '', region: '', listed: '' }

export type ListsPage =
  | { kind: 'items'; search: ItemSearch }
  | { kind: 'item'; code: string }
  | { kind: 'duties'; body: string }
  | { kind: 'rules'; rule: string }
  | { kind: 'calendar'; id: string; year: string; version: string }
  | { kind: 'kind'; of: string }
  | { kind: 'definition'; of: string; id: string; from: string; to: string }
  | { kind: 'publications' }
  | { kind: 'register'; search: RegisterSearch }
  | { kind: 'body_register'; body: string; on: string; everyone: boolean }
  | { kind: 'milestones'; text: string; late: boolean }
  | { kind: 'body_milestones'; body: string }

/** The page of lists that an address names; null where it names none. */
export function listsPageOf(hash: string): ListsPage | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const [root, base, ...parts] = path.split('/').map(decoded)
  if (root !== '#' || base !== 'lists') return null
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  const [place, first, second, ...rest] = parts
  if (rest.length > 0) return null
  if (place === undefined) {
    const listed = read('listed')
    return {
      kind: 'items',
      search: { text: read('text'), type: read('type'), body: read('body'), region: read('region'), listed: listed === 'true' || listed === 'false' ? listed : '' },
    }
  }
  if (place === 'items' && first && second === undefined) return { kind: 'item', code: first }
  if (place === 'duties' && first === undefined) return { kind: 'duties', body: read('body') }
  if (place === 'rules' && first === undefined) return { kind: 'rules', rule: read('rule') }
  if (place === 'calendars' && second === undefined) return { kind: 'calendar', id: first ?? '', year: read('year'), version: read('version') }
  if (place === 'publications' && first === undefined) return { kind: 'publications' }
  if (place === 'register' && second === undefined) {
    if (!first) return first === undefined ? { kind: 'register', search: registerSearchOf(read) } : null
    return { kind: 'body_register', body: first, on: dayOf(read('on')), everyone: read('everyone') === 'true' }
  }
  if (place === 'milestones' && second === undefined) {
    if (!first) return first === undefined ? { kind: 'milestones', text: read('text'), late: read('late') === 'true' } : null
    return { kind: 'body_milestones', body: first }
  }
  if (place === 'definitions' && first) {
    if (second === undefined) return { kind: 'kind', of: first }
    return { kind: 'definition', of: first, id: second, from: read('from'), to: read('to') }
  }
  return null
}

/** The address of a page. */
export function listsHash(page: ListsPage): string {
  switch (page.kind) {
    case 'items':
      return LISTS_HASH + queryOf({ ...page.search })
    case 'item':
      return `${LISTS_HASH}/items/${part(page.code)}`
    case 'duties':
      return `${LISTS_HASH}/duties${queryOf({ body: page.body })}`
    case 'rules':
      return `${LISTS_HASH}/rules${queryOf({ rule: page.rule })}`
    case 'calendar':
      return `${LISTS_HASH}/calendars${page.id && `/${part(page.id)}`}${queryOf({ year: page.year, version: page.version })}`
    case 'kind':
      return `${LISTS_HASH}/definitions/${part(page.of)}`
    case 'definition':
      return `${LISTS_HASH}/definitions/${part(page.of)}/${part(page.id)}${queryOf({ from: page.from, to: page.to })}`
    case 'publications':
      return `${LISTS_HASH}/publications`
    case 'register':
      return `${LISTS_HASH}/register${queryOf({ ...page.search })}`
    case 'milestones':
      return `${LISTS_HASH}/milestones${queryOf({ text: page.text, late: page.late ? 'true' : '' })}`
    case 'body_milestones':
      return `${LISTS_HASH}/milestones/${part(page.body)}`
    case 'body_register':
      return `${LISTS_HASH}/register/${part(page.body)}${queryOf({ on: page.on, everyone: page.everyone ? 'true' : '' })}`
  }
}

export const itemHash = (code: string) => listsHash({ kind: 'item', code })
export const ruleHash = (rule: string) => listsHash({ kind: 'rules', rule })
export const definitionHash = (of: string, id: string, from = '', to = '') => listsHash({ kind: 'definition', of, id, from, to })

const part = encodeURIComponent

function queryOf(parts: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}

// A link that was cut off in the middle of a character leads nowhere rather than breaking the page.
function decoded(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
