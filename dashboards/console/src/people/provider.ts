// Signing in by the site's provider (services/api/src/people/oidc.rs): the way there, and why somebody came back without.

import { ask } from '../api/client'
import type { Words } from '../words/codes'

/** How one may sign in at this site. */
export interface Ways {
  password: boolean
  /** Null where there is no single sign-on. */
  oidc: { name: string } | null
}

export const ways = () => ask<Ways>('/api/v1/session/ways')

/** Where a browser goes to be sent to the provider. */
export const BY_PROVIDER = '/api/v1/session/oidc'

const WHY: Record<string, Words> = {
  not_begun: { zh: '这次登录不是从本浏览器发起的，或者时间过长，请重新登录', en: 'That did not begin in this browser, or too long ago: try again' },
  declined: { zh: '统一身份认证没有通过', en: 'The provider did not let you in' },
  away: { zh: '统一身份认证暂时连接不上，请稍后再试，或者用账号口令登录', en: 'The provider cannot be reached: try again shortly, or sign in by password' },
  not_believed: { zh: '统一身份认证的答复未通过核验，请将时间告知系统管理员', en: "The provider's answer could not be verified: tell your administrator when" },
  no_account: { zh: '身份已经确认，但本平台没有对应的可用账号，请找本单位的系统管理员开立', en: 'We know who you are, but there is no working account for you here: ask your administrator' },
  busy: { zh: '此刻登录的人过多，请稍后再试', en: 'Too many sign in at the moment: try again shortly' },
}
const OTHERWISE: Words = { zh: '登录未成，请重新登录', en: 'Signing in failed: try again' }

/** Why somebody who was sent back to this address is not signed in; null where nobody was. */
export function whyBack(search: string): Words | null {
  const reason = new URLSearchParams(search).get('sign_in')
  if (reason === null) return null
  return Object.hasOwn(WHY, reason) ? (WHY[reason] ?? OTHERWISE) : OTHERWISE
}

const KEPT = 'mingjing.came_for'

/** Keeps what was asked for over the way to the provider, which forgets it. */
export const keepPlace = () => sessionStorage.setItem(KEPT, location.hash)

/** What was kept, once; only an address within the console. */
export function keptPlace(): string {
  const hash = sessionStorage.getItem(KEPT) ?? ''
  sessionStorage.removeItem(KEPT)
  return hash.startsWith('#/') ? hash : ''
}
