// Which page an address names, behind the panel, which has addresses of its own (panel/routes.ts).

import { Store } from './store'

export type Page = { name: 'board' } | { name: 'wall' } | { name: 'password' }

export const BOARD_HASH = '#/'
export const WALL_HASH = '#/wall'
export const PASSWORD_HASH = '#/password'

/** The page and the address that names it: where the panel closes to. */
export interface Place {
  page: Page
  hash: string
}

export const placeStore = new Store<Place>({ page: { name: 'board' }, hash: BOARD_HASH })

/** The page that an address names; null where it names none of these. */
export function pageOf(hash: string): Page | null {
  const [path = ''] = hash.split('?')
  if (path === '' || path === BOARD_HASH) return { name: 'board' }
  if (path === WALL_HASH) return { name: 'wall' }
  return path === PASSWORD_HASH ? { name: 'password' } : null
}
