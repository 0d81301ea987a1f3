// The register as the platform tells it (services/api/src/life/register.rs).

import type { Words } from '../words/codes'

/** How a certificate stands on the day that is asked about (services/domain/src/definitions/certificates.rs). */
export type CertificateStanding = 'not_yet' | 'valid' | 'ending' | 'ended' | 'replaced'

export interface Certificate {
  no: string
  /** 执法领域; empty: any. */
  fields: string[]
  from: string | null
  until: string | null
  standing: CertificateStanding
}

export type Rank = 'officer' | 'office_head' | 'authority_head' | 'government_head'

export interface Officer {
  id: string
  /** Codes of posts. */
  posts: string[]
  rank: Rank | null
  from: string | null
  until: string | null
  in_post: boolean
  certificates: Certificate[]
  stands_in: { post: string; from: string; until: string; basis: string }[]
}

export interface Office {
  code: string
  name: string
  officers: Officer[]
}

export interface Post {
  code: string
  name: string | null
  steps: string[]
  rank: Rank | null
}

export type Nature = 'statutory' | 'authorised' | 'entrusted'

export interface BodyBrief {
  code: string
  name: string
  region: string
  nature: Nature
  since: string | null
  until: string | null
  register_from: string | null
  offices: number
  officers_in_post: number
  certificates_ending: number
  certificates_ended: number
}

/** Somebody who was looked for. */
export interface Found {
  body: string
  body_name: string
  office: string
  office_name: string
  officer: Officer
}

export interface Register {
  on: string
  bodies: BodyBrief[]
  officers?: Found[]
  officers_found?: number
}

export interface BodyRegister {
  code: string
  name: string
  region: string
  areas: string[]
  nature: Nature
  since: string | null
  until: string | null
  register_from: string | null
  on: string
  posts: Post[]
  offices: Office[]
}

export const NATURES: Record<Nature, Words> = {
  statutory: { zh: '法定机关', en: 'Statutory' },
  authorised: { zh: '授权组织', en: 'Authorised' },
  entrusted: { zh: '受委托组织', en: 'Entrusted' },
}

export const RANKS: Record<Rank, Words> = {
  officer: { zh: '工作人员', en: 'Officer' },
  office_head: { zh: '内设机构负责人', en: 'Head of office' },
  authority_head: { zh: '本行政机关负责人', en: 'Head of the authority' },
  government_head: { zh: '本级人民政府负责人', en: 'Head of government' },
}

export const STANDINGS: Record<CertificateStanding, Words> = {
  not_yet: { zh: '尚未生效', en: 'Not yet valid' },
  valid: { zh: '有效', en: 'Valid' },
  ending: { zh: '30日内到期', en: 'Ends within 30 days' },
  ended: { zh: '已过期', en: 'Ended' },
  replaced: { zh: '已换证', en: 'Replaced' },
}

/** How many of these officers are in post, and how many of those hold a certificate that ends soon or has ended. */
export function tally(officers: Officer[]) {
  const inPost = officers.filter((officer) => officer.in_post)
  const whose = (standing: CertificateStanding) => inPost.filter((officer) => officer.certificates.some((one) => one.standing === standing)).length
  return { inPost: inPost.length, ending: whose('ending'), ended: whose('ended') }
}

/** Whether a body is told by this part of its name or code. */
export const isCalled = (body: { code: string; name: string }, text: string) => `${body.name} ${body.code}`.toLowerCase().includes(text.toLowerCase())
