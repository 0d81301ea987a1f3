// What the pages of samples ask of the platform (services/api/src/samples.rs).

import { ask } from '../api/client'
import type { Words } from '../words/codes'

export type StrataKind = 'whole' | 'power_type' | 'item' | 'body'
export type Verdict = 'pass' | 'fail' | 'not_applicable'

export const STRATA: Record<StrataKind, Words> = {
  whole: { zh: '不分层', en: 'Not divided' },
  power_type: { zh: '权力类别', en: 'Category' },
  item: { zh: '事项', en: 'Item' },
  body: { zh: '机构', en: 'Body' },
}

export const VERDICTS: Record<Verdict, Words> = {
  pass: { zh: '符合', en: 'Pass' },
  fail: { zh: '不符合', en: 'Fail' },
  not_applicable: { zh: '不适用', en: 'Not applicable' },
}

export interface Sample {
  id: string
  title: string
  from: string
  until: string
  region: string
  org_code: string
  item_code: string
  strata: StrataKind
  per_stratum: number
  checks: string[]
  drawn_at: string
  drawn_by: string
  why: string
  population: number
  tally: { cases: number; checked: number; failed: number; by_check: [number, number][] }
  closed_at: string | null
  result: string | null
}

export interface Finding {
  verdicts: Verdict[]
  evidence: string[]
  text: string
  by: string
  at: string
}

export interface SampledCase {
  source: string
  case_no: string
  stratum: string
  finding: Finding | null
}

export interface WholeSample extends Sample {
  seed: string
  population_hash: string
  strata_drawn: { key: string; population: number; drawn: number }[]
  cases: SampledCase[]
}

export interface Redrawn {
  population_hash: string
  population: number
  same_population: boolean
  same_sample: boolean
}

export type Said = Record<string, unknown> & { why: string }

const ADDRESS = '/api/v1/samples'
const part = encodeURIComponent

export const readSamples = (signal: AbortSignal) => ask<{ samples: Sample[] }>(ADDRESS, { signal })
export const readSample = (id: string, signal: AbortSignal) => ask<WholeSample>(`${ADDRESS}/${part(id)}`, { signal })
export const redraw = (id: string) => ask<Redrawn>(`${ADDRESS}/${part(id)}/redraw`)

export const drawSample = (said: Said, key: string, adminKey: string) => post(ADDRESS, said, key, adminKey)
export const find = (id: string, said: Said, key: string, adminKey: string) => post(`${ADDRESS}/${part(id)}/find`, said, key, adminKey)
export const close = (id: string, said: Said, key: string, adminKey: string) => post(`${ADDRESS}/${part(id)}/close`, said, key, adminKey)

function post(address: string, said: Said, key: string, adminKey: string): Promise<WholeSample> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  return ask(address, { method: 'POST', headers, body: JSON.stringify({ ...said, key }) })
}
