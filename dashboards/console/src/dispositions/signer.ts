// Who signs where the site has no accounts: a reader says who they are, and is asked once.

import { Store } from '../store'

export interface Signer {
  person: string
  body: string
  office: string
}

const KEPT = 'mingjing.signer'

function kept(): Signer {
  const nobody = { person: '', body: '', office: '' }
  try {
    return { ...nobody, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Signer>) }
  } catch {
    return nobody
  }
}

export const signerStore = new Store<Signer>(kept())

export function remember(signer: Signer) {
  signerStore.set(signer)
  try {
    localStorage.setItem(KEPT, JSON.stringify(signer))
  } catch {
    // Where nothing may be kept, it is asked again the next time.
  }
}

/** The administrator's key, where the platform wants one. Never kept beyond the page. */
export const adminKeyStore = new Store('')
