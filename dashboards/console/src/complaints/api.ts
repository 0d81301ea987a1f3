// What the pages of complaints and ratings ask of the platform (services/api/src/voices).

import { ApiFailure, ask } from '../api/client'
import type { Alert } from '../api/types'
import type { VoicePlace, VoiceSearch } from './routes'

export type VoiceState = 'received' | 'accepted' | 'answered' | 'refused' | 'withdrawn' | 'recorded' | 'to_review' | 'to_rectify' | 'rectified' | 'set_aside'
export type VoiceAct = 'accept' | 'refuse' | 'transfer' | 'answer' | 'call_back' | 'rectify' | 'review' | 'withdraw'

export interface Term {
  what: 'accept' | 'answer' | 'call_back' | 'rectify'
  what_zh: string
  within_zh: string
  due_at: string
  provisional: boolean
  source: string
  rule: string
  rule_zh: string
  /** The papers that the rule rests on. */
  basis_zh: string
  done_at: string | null
  late: boolean
}

export interface Voice {
  receipt_no: string
  kind: 'complaint' | 'rating'
  source: string
  case_no: string
  event_id: string
  linked: boolean
  at: string
  org_code: string | null
  responsible_org: string | null
  region_code: string | null
  item_code: string | null
  topic_zh: string | null
  grade: number | null
  grade_zh: string | null
  bad: boolean
  /** Of one of many ratings of a device: the how manieth within an hour; null where it is none. */
  burst: number | null
  anonymous: boolean
  channel_zh: string | null
  reference: string | null
  text: string | null
  state: VoiceState
  state_zh: string
  open: boolean
  overdue: boolean
  terms: Term[]
}

export interface ThreadEntry {
  event_id: string
  at: string
  act: VoiceAct | null
  act_zh: string
  outcome_zh: string | null
  to: string | null
  by: string | null
  by_body: string | null
  text: string | null
  evidence: (string | null)[]
}

export interface WholeVoice extends Voice {
  registered_by: string | null
  thread: ThreadEntry[]
  acts: { act: VoiceAct; act_zh: string; refused: string | null }[]
  alerts: Alert[]
}

export interface VoicePage {
  complaints: Voice[]
  next: string | null
}

interface Recorded {
  state: 'recorded' | 'accepted'
  source: string
  case_no: string
  event_id: string
  receipt_no: string | null
}

const ADDRESS = '/api/v1/complaints'
const part = encodeURIComponent
const addressOf = ({ source, caseNo, eventId }: VoicePlace) => `${ADDRESS}/${part(source)}/${part(caseNo)}/${part(eventId)}`

/** A page, the last first. */
export function findVoices({ kind, open, receipt, org }: VoiceSearch, cursor: string | null, signal: AbortSignal): Promise<VoicePage> {
  const asked = Object.entries({ kind, open, receipt_no: receipt, org_code: org, cursor: cursor ?? '' }).filter(([, value]) => value !== '')
  return ask(`${ADDRESS}?${new URLSearchParams(asked)}`, { signal })
}

export const readVoice = (place: VoicePlace, signal: AbortSignal) => ask<WholeVoice>(addressOf(place), { signal })

export type Said = Record<string, unknown> & { why: string }

/** Takes one in; answers where it lies. */
export async function register(said: Said, key: string, adminKey: string): Promise<VoicePlace> {
  const { source, case_no: caseNo, event_id: eventId } = await post(ADDRESS, said, key, adminKey)
  return { source, caseNo, eventId }
}

/** Does something about one. */
export async function work(place: VoicePlace, act: VoiceAct, said: Said, key: string, adminKey: string): Promise<void> {
  await post(`${addressOf(place)}/${act}`, said, key, adminKey)
}

async function post(address: string, said: Said, key: string, adminKey: string): Promise<Recorded> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  const recorded = await ask<Recorded>(address, { method: 'POST', headers, body: JSON.stringify({ ...said, key }) })
  if (recorded.state === 'recorded') return recorded
  throw new ApiFailure(202, '已记入日志，稍后可查；再次提交不会重复登记', 'It is in the log and will be shown shortly; sending it again does nothing twice')
}
