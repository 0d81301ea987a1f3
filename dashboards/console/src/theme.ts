// Light or dark: as the reader's system has it, until they choose.

import { Store } from './store'

export type Theme = 'light' | 'dark'

const KEPT = 'mingjing.theme'

function chosen(): Theme | null {
  try {
    const kept = localStorage.getItem(KEPT)
    return kept === 'light' || kept === 'dark' ? kept : null
  } catch {
    return null
  }
}

const system = matchMedia('(prefers-color-scheme: dark)')

export const themeStore = new Store<Theme>(chosen() ?? (system.matches ? 'dark' : 'light'))

/** Lets the page follow the choice, and the system where none was made. */
export function followTheme() {
  const show = () => {
    document.documentElement.dataset.theme = themeStore.get()
  }
  show()
  system.addEventListener('change', () => {
    if (chosen() === null) themeStore.set(system.matches ? 'dark' : 'light')
  })
  themeStore.subscribe(() => {
    show()
    try {
      if (themeStore.get() === (system.matches ? 'dark' : 'light')) localStorage.removeItem(KEPT)
      else localStorage.setItem(KEPT, themeStore.get())
    } catch {
      // Where nothing may be kept, the choice lasts as long as the page.
    }
  })
}
