// Addresses of 系统管理: a tab, and in it one account, one source, or what is chosen of the audit trail.

import type { Role } from '../people/roles'
import type { Session } from '../people/session'
import type { Words } from '../words/codes'

export const TABS = {
  accounts: { zh: '账号', en: 'Accounts' },
  audit: { zh: '审计', en: 'Audit trail' },
  sources: { zh: '数据来源', en: 'Sources' },
  notifications: { zh: '通知', en: 'Notifications' },
  log: { zh: '日志校验', en: 'Log' },
} as const satisfies Record<string, Words>

export type Tab = keyof typeof TABS

/** As in services/api/src/people/permissions.rs. Auditors read what accounts there are and change none. */
const OPEN_TO: Record<Tab, readonly Role[]> = {
  accounts: ['administrator', 'auditor'],
  audit: ['auditor'],
  sources: ['administrator'],
  notifications: ['administrator'],
  log: ['auditor', 'administrator'],
}

/** What is chosen of the audit trail; empty parts ask for all. `day` empty: today; `until` empty: that day alone. */
export interface AuditQuery {
  day: string
  until: string
  account: string
  person: string
  path: string
  what: '' | 'changes' | 'views' | 'refused'
  /** So many newer ones come before. */
  after: number
}

export const TODAY: AuditQuery = { day: '', until: '', account: '', person: '', path: '', what: '', after: 0 }

export type AdminPage = { tab: 'audit'; query: AuditQuery } | { tab: 'notifications' } | { tab: 'log' } | { tab: 'accounts'; one: string | null } | { tab: 'sources'; one: string | null }

const ADMIN = '#/admin'

export const tabHash = (tab: Tab) => `${ADMIN}/${tab}`
export const oneHash = (tab: 'accounts' | 'sources', one: string) => `${tabHash(tab)}/${encodeURIComponent(one)}`

export function auditHash(query: AuditQuery): string {
  const parts = Object.entries({ ...query, after: query.after > 0 ? String(query.after) : '' })
  const told = new URLSearchParams(parts.filter(([, value]) => value !== '')).toString()
  return tabHash('audit') + (told && `?${told}`)
}

/** The page that an address names; null where it names none. */
export function adminPageOf(hash: string): AdminPage | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const [, tab = '', one] = /^#\/admin\/([a-z]+)(?:\/([^/]+))?$/.exec(path) ?? []
  if (!Object.hasOwn(TABS, tab)) return null
  if (tab === 'accounts' || tab === 'sources') return { tab, one: one === undefined ? null : decoded(one) }
  if (one !== undefined) return null
  if (tab === 'audit') return { tab, query: auditQueryOf(query) }
  return { tab: tab === 'log' ? tab : 'notifications' }
}

function auditQueryOf(query: string): AuditQuery {
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  const date = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(read(name)) ? read(name) : '')
  const what = read('what')
  const after = Number(read('after'))
  return {
    day: date('day'),
    until: date('until'),
    account: read('account'),
    person: read('person'),
    path: read('path'),
    what: what === 'changes' || what === 'views' || what === 'refused' ? what : '',
    after: Number.isInteger(after) && after > 0 ? after : 0,
  }
}

/** The tabs that are open to who is signed in; where nobody signs in, those that the administrator's key or this machine opens. */
export function tabsOf({ phase, person }: Session): Tab[] {
  if (phase === 'off') return ['sources', 'notifications', 'log']
  const roles = person?.roles ?? []
  return (Object.keys(TABS) as Tab[]).filter((tab) => roles.some((role) => OPEN_TO[tab].includes(role)))
}

/** Where 系统管理 begins for who is signed in; none for those to whom nothing of it is open. */
export function adminStart(session: Session): string | null {
  const tabs = tabsOf(session)
  // Who audits begins with the trail.
  const [first] = tabs.includes('audit') ? (['audit'] as Tab[]) : tabs
  return first === undefined ? null : tabHash(first)
}

// A link that was cut off in the middle of a character leads nowhere rather than breaking the page.
function decoded(part: string) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
