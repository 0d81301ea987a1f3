// One change of a register, as a form holds it and as the platform takes it (services/api/src/life/register/change.rs).

import type { Words } from '../words/codes'
import type { Certificate, Officer, Rank } from './model'

/** What a change is about. */
export type Target =
  | { on: 'officer'; office: string; officer: Officer }
  | { on: 'new_officer'; office: string }
  | { on: 'office'; office: string; name: string }
  | { on: 'new_office' }
  | { on: 'post'; post: string; name: string }
  | { on: 'new_post' }

export type What = 'add_office' | 'rename_office' | 'add_post' | 'rename_post' | 'add_officer' | 'move_officer' | 'end_officer' | 'add_certificate' | 'end_certificate' | 'stand_in'

export const WHATS: Record<What, Words> = {
  add_office: { zh: '新设内设机构', en: 'A new office' },
  rename_office: { zh: '内设机构更名', en: 'Rename the office' },
  add_post: { zh: '新设岗位', en: 'A new post' },
  rename_post: { zh: '岗位更名', en: 'Rename the post' },
  add_officer: { zh: '新增人员', en: 'A new officer' },
  move_officer: { zh: '变动岗位、内设机构或者级别', en: 'Another post, office or rank' },
  end_officer: { zh: '离岗', en: 'Leaves' },
  add_certificate: { zh: '新发、换发执法证件', en: 'A new certificate' },
  end_certificate: { zh: '变动执法证件的到期日期', en: 'Another end of a certificate' },
  stand_in: { zh: '代岗、主持工作', en: 'Stands in' },
}

/** What can be done about something, the most usual first. */
export function whatsOf(target: Target): What[] {
  switch (target.on) {
    case 'officer':
      return ['move_officer', 'end_officer', 'add_certificate', ...(standing(target.officer).length > 0 ? (['end_certificate'] as const) : []), 'stand_in']
    case 'new_officer':
      return ['add_officer']
    case 'office':
      return ['rename_office']
    case 'new_office':
      return ['add_office']
    case 'post':
      return ['rename_post']
    case 'new_post':
      return ['add_post']
  }
}

/** Certificates whose end can still be moved: what is over stays written. */
export const standing = (officer: Officer): Certificate[] => officer.certificates.filter((one) => one.standing !== 'ended')

/** What the form holds; what its act does not ask for stays empty. */
export interface Values {
  id: string
  code: string
  name: string
  to: string
  posts: string[]
  post: string
  rank: Rank | ''
  from: string
  until: string
  no: string
  fields: string
  cert_from: string
  cert_until: string
  steps: string
  basis: string
}

/** What a form begins with. `tomorrow`: the first day from which something that stands can be another. */
export function begun(target: Target, what: What, today: string, tomorrow: string): Values {
  const empty: Values = { id: '', code: '', name: '', to: '', posts: [], post: '', rank: '', from: '', until: '', no: '', fields: '', cert_from: '', cert_until: '', steps: '', basis: '' }
  if (target.on === 'office' || target.on === 'post') return { ...empty, name: target.name }
  if (target.on !== 'officer') return { ...empty, from: today }
  const { officer, office } = target
  const certificate = officer.certificates.at(-1)
  switch (what) {
    case 'move_officer':
      return { ...empty, to: office, posts: officer.posts, rank: officer.rank ?? '', from: tomorrow }
    case 'end_officer':
      return { ...empty, until: today }
    case 'add_certificate':
      return { ...empty, fields: certificate?.fields.join('\n') ?? '', cert_from: today }
    case 'end_certificate':
      return { ...empty, no: standing(officer)[0]?.no ?? '' }
    default:
      return { ...empty, from: today }
  }
}

/** The lines of a text, without empty ones. */
export const lines = (text: string) => text.split(/[\n、，,]/).map((line) => line.trim()).filter(Boolean)

const day = (text: string) => text || null

/** As the platform takes it. */
export function changeOf(target: Target, what: What, values: Values): Record<string, unknown> {
  const rank = values.rank || null
  const certificate = { no: values.no, fields: lines(values.fields), from: day(values.cert_from), until: day(values.cert_until) }
  const entry = target.on === 'officer' ? { office: target.office, officer: target.officer.id, since: target.officer.from } : null
  switch (what) {
    case 'add_office':
      return { what, code: values.code, name: values.name }
    case 'rename_office':
      return { what, office: target.on === 'office' ? target.office : '', name: values.name }
    case 'add_post':
      return { what, code: values.code, name: values.name, steps: lines(values.steps), rank }
    case 'rename_post':
      return { what, post: target.on === 'post' ? target.post : '', name: values.name }
    case 'add_officer':
      return {
        what,
        office: target.on === 'new_officer' ? target.office : '',
        id: values.id,
        posts: values.posts,
        rank,
        from: day(values.from),
        certificate: values.no.trim() ? certificate : null,
      }
    case 'end_officer':
      return { what, entry, until: day(values.until) }
    case 'move_officer':
      return { what, entry, to: values.to, posts: values.posts, rank, from: day(values.from) }
    case 'add_certificate':
      return { what, entry, certificate }
    case 'end_certificate':
      return { what, entry, no: values.no, until: day(values.until) }
    case 'stand_in':
      return { what, entry, post: values.post, from: day(values.from), until: day(values.until), basis: values.basis }
  }
}

/** An officer that would stand otherwise. */
export interface Differing {
  office: string
  office_name: string
  officer: Officer
}

export interface FieldRefusal {
  reason: string
  field: string
  message: string
  remedy: string
}

/** What a change would make of the register. */
export interface Composed {
  /** What the text was made from. */
  base: string
  /** None where it is refused. */
  text: string | null
  changes: string[]
  before: Differing[]
  after: Differing[]
  refusals: FieldRefusal[]
  problems: { message: string }[]
}

/** What is refused at the fields that a form has, and the rest of it. */
export function atFields(refusals: FieldRefusal[], fields: readonly string[]): { at: Record<string, FieldRefusal>; rest: FieldRefusal[] } {
  const at: Record<string, FieldRefusal> = {}
  const rest: FieldRefusal[] = []
  for (const refusal of refusals) {
    if (fields.includes(refusal.field) && !at[refusal.field]) at[refusal.field] = refusal
    else rest.push(refusal)
  }
  return { at, rest }
}

/** The fields that each act asks for, in their order. */
export const FIELDS: Record<What, readonly (keyof Values)[]> = {
  add_office: ['code', 'name'],
  rename_office: ['name'],
  add_post: ['code', 'name', 'rank', 'steps'],
  rename_post: ['name'],
  add_officer: ['id', 'from', 'rank', 'posts', 'no', 'cert_from', 'cert_until', 'fields'],
  move_officer: ['to', 'from', 'rank', 'posts'],
  end_officer: ['until'],
  add_certificate: ['no', 'cert_from', 'cert_until', 'fields'],
  end_certificate: ['no', 'until'],
  stand_in: ['post', 'from', 'until', 'basis'],
}
