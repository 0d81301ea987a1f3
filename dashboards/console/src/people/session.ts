// Who is signed in. Where the site has no accounts, everything is open as it is.

import { ApiFailure, ask, onDenied, signedOut } from '../api/client'
import { Store } from '../store'
import { keptPlace } from './provider'
import { type Role, readsCases, readsLedger, readsPapers, readsSources } from './roles'

/** What the platform says of who is signed in (`session::told` in services/api). */
interface Told {
  accounts: 'off' | 'required'
  account?: string
  rights?: {
    person: string
    name: string
    roles: Role[]
    body: string
    office: string
    region: string
  }
  change_password?: boolean
}

/** Somebody who signed in. */
export interface Person {
  account: string
  /** 人员编号. */
  person: string
  /** Empty where none was given. */
  name: string
  roles: Role[]
  body: string
  office: string
  /** They see it and what lies in it; empty: everywhere. */
  region: string
}

/** `asking` and `unreachable`: it is not known yet. `off`: the site has no accounts. `change`: a temporary password comes first. */
export type Phase = 'asking' | 'unreachable' | 'off' | 'in' | 'out' | 'change'

export interface Session {
  phase: Phase
  person: Person | null
  /** A session was there and is over. */
  ended: boolean
}

const SESSION = '/api/v1/session'
const ASK_AGAIN_MS = 3000

export const sessionStore = new Store<Session>({ phase: 'asking', person: null, ended: false })

// Several pages of one browser have one session.
const others = 'BroadcastChannel' in globalThis ? new BroadcastChannel('mingjing.session') : null

/** What a page has to do when another than before has signed in: nothing of one person's may stay for the next. */
let begin = () => {}

/** Begins to follow who is signed in, for as long as the page is open; `anew` begins the page from nothing. */
export function followSession(anew: () => void) {
  begin = anew
  onDenied((reason) => {
    const { phase, person } = sessionStore.get()
    if (reason === 'change_password') set('change', person)
    else if (phase === 'in' || phase === 'change') set('out', person, true)
    else if (phase === 'asking') set('out', null)
  })
  if (others) others.onmessage = () => void whoIsIt()
  void whoIsIt()
}

/** Asks the platform; again until it answers. */
export async function whoIsIt(): Promise<void> {
  try {
    take(await ask<Told>(SESSION))
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401) {
      const { person, phase } = sessionStore.get()
      set('out', person, phase === 'in' || (phase === 'out' && sessionStore.get().ended))
      return
    }
    if (sessionStore.get().phase === 'asking') set('unreachable', null)
    setTimeout(() => void whoIsIt(), ASK_AGAIN_MS)
  }
}

export async function signIn(account: string, password: string) {
  take(await ask<Told>(SESSION, json('POST', { account, password })))
  others?.postMessage('changed')
}

export async function signOut() {
  const told = await ask<{ continue?: string } | undefined>(SESSION, { method: 'DELETE' })
  others?.postMessage('changed')
  // Who came by the provider signs out there, too.
  if (told?.continue) location.assign(told.continue)
  else begin()
}

export async function changePassword(old: string, chosen: string) {
  take(await ask<Told>(`${SESSION}/password`, json('POST', { old, new: chosen })))
  others?.postMessage('changed')
}

const json = (method: string, body: unknown): RequestInit => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

function take(told: Told) {
  const before = sessionStore.get()
  if (told.accounts === 'off') return set('off', null)
  const { account, rights } = told
  // A key that a browser was given is nobody.
  if (!account || !rights) return set('out', null)
  if (before.person && before.person.account !== account) return begin()
  const place = keptPlace()
  if (place && !location.hash) location.hash = place
  const { person, name, roles, body, office, region } = rights
  set(told.change_password ? 'change' : 'in', { account, person, name, roles, body, office, region })
}

function set(phase: Phase, person: Person | null, ended = false) {
  signedOut.set(phase === 'out' || phase === 'change')
  sessionStore.set({ phase, person, ended })
}

/** Whether alerts and cases are shown. */
export const seesCases = ({ phase, person }: Session) => phase === 'off' || (person !== null && readsCases(person.roles))

/** Whether the ledger is shown. */
export const seesLedger = ({ phase, person }: Session) => phase === 'off' || (person !== null && readsLedger(person.roles))

/** Whether the register of papers is shown. */
export const seesPapers = ({ phase, person }: Session) => phase === 'off' || (person !== null && readsPapers(person.roles))

/** Whether the state of sources is shown. */
export const seesSources = ({ phase, person }: Session) => phase === 'off' || (person !== null && readsSources(person.roles))
