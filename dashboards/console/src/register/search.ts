// What is looked for in the register; empty parts ask for all.

export interface RegisterSearch {
  text: string
  /** A day; empty: today. */
  on: string
  certificates: '' | 'ending' | 'ended'
}

export const NOBODY_SOUGHT: RegisterSearch = { text: '', on: '', certificates: '' }

/** What an address asks for. */
export function registerSearchOf(read: (name: string) => string): RegisterSearch {
  const certificates = read('certificates')
  return { text: read('text'), on: dayOf(read('on')), certificates: certificates === 'ending' || certificates === 'ended' ? certificates : '' }
}

/** A day as the platform takes it; empty where it is none. */
export const dayOf = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : '')
