// Sends an act to the platform and waits until it is decided.

import { ApiFailure, ask } from '../api/client'
import type { Alert, Outcome } from '../api/types'
import type { Act } from './act-kinds'

/** Asked again so often while the platform says that it is not decided yet. */
const ASK_MS = 1000
const ASK_TIMES = 60

export interface Said {
  /** Left out where somebody signed in: it is they. */
  who?: { person: string; body: string; office: string }
  why: string
  conclusion?: string
  /** Which objective cause. */
  cause?: string
  to?: string
  due_at?: string
  evidence?: string[]
  rectify?: boolean
  /** An order: upon which instruction in the ledger. */
  instruction?: string
}

/**
 * A key for one disposal. Sent again after a failure, the same content has the same key, so that nothing is done twice; other content
 * has another.
 */
export class Keys {
  #content = ''
  #key = ''

  for(content: string): string {
    if (content !== this.#content) {
      this.#content = content
      this.#key = newKey()
    }
    return this.#key
  }
}

/** A key that nobody else has. */
export const newKey = () => `console-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`

/** Resolves to the alert as it stands afterwards where the platform told it; a refusal is an `ApiFailure` whose message says why. */
export const send = (alertId: string, act: Act, said: Said, key: string, adminKey: string) => settle(`/api/v1/alerts/${encodeURIComponent(alertId)}/${act}`, said, key, adminKey)

/** What somebody alleges by hand (`Asked` in services/api/src/raising.rs). */
export interface Raised extends Said {
  subject: { kind: 'case'; source: string; key: string } | { kind: 'org'; key: string }
  title: string
  level: string
  legal_basis: string
}

/** The same of an alert that is raised by hand. */
export const raise = (raised: Raised, key: string, adminKey: string) => settle('/api/v1/alerts', raised, key, adminKey)

async function settle(address: string, said: Said, key: string, adminKey: string): Promise<Alert | null> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  let outcome = await ask<Outcome>(address, { method: 'POST', headers, body: JSON.stringify({ ...said, key }) })
  for (let times = 0; outcome.state === 'accepted' && outcome.status_address && times < ASK_TIMES; times += 1) {
    await new Promise((done) => setTimeout(done, ASK_MS))
    outcome = { ...outcome, ...(await status(outcome.status_address)) }
  }
  if (outcome.state === 'applied') return outcome.alert ?? null
  if (outcome.state === 'refused') throw new ApiFailure(409, [outcome.message, outcome.remedy].filter(Boolean).join('。'), 'refused')
  throw new ApiFailure(202, '指令已记入日志，尚未作出决定；稍后在“处置经过”中查看，再次提交不会重复处置', 'The command is in the log and not decided yet; look later, sending it again does nothing twice')
}

async function status(address: string): Promise<Partial<Outcome>> {
  try {
    const { state, outcomes } = await ask<{ state: Outcome['state']; outcomes: Outcome[] }>(address)
    return { ...outcomes[0], state }
  } catch (error) {
    // A moment after it was taken it may not be archived yet.
    if (error instanceof ApiFailure && (error.status === 404 || error.status === 503)) return {}
    throw error
  }
}
