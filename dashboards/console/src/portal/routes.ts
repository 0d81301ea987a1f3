// Which page of the portal an address names. A case's number and code stand in no address: addresses are kept and shown.

import { Store } from '../store'

export interface Wanted {
  words: string
  category: string
  page: number
}

export type PortalPage = { name: 'list'; wanted: Wanted } | { name: 'item'; code: string } | { name: 'progress' }

export const EVERYTHING: Wanted = { words: '', category: '', page: 1 }
export const PROGRESS_HASH = '#/progress'

export function listHash({ words, category, page }: Wanted): string {
  const given = Object.entries({ q: words, type: category, page: page > 1 ? String(page) : '' }).filter(([, value]) => value !== '')
  return given.length > 0 ? `#/?${new URLSearchParams(given)}` : '#/'
}

export const itemHash = (code: string) => `#/item/${encodeURIComponent(code)}`

/** The page that an address names; the list where it names none. */
export function portalPageOf(hash: string): PortalPage {
  const [path = '', query = ''] = hash.split('?')
  if (path === PROGRESS_HASH) return { name: 'progress' }
  const [, code] = /^#\/item\/([^/]+)$/.exec(path) ?? []
  if (code) return { name: 'item', code: decoded(code) }
  const given = new URLSearchParams(path === '#/' ? query : '')
  const page = Number(given.get('page') ?? 1)
  return { name: 'list', wanted: { words: given.get('q') ?? '', category: given.get('type') ?? '', page: Number.isInteger(page) && page > 0 ? page : 1 } }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const pageStore = new Store<PortalPage>({ name: 'list', wanted: EVERYTHING })

/** Lets the page follow the address. */
export function followAddress() {
  const show = () => {
    pageStore.set(portalPageOf(location.hash))
    scrollTo(0, 0)
  }
  addEventListener('hashchange', show)
  show()
}
