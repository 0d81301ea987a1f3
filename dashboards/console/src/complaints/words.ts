// Words of complaints and ratings. They mirror services/domain/src/voice.rs and services/api/src/voices/asked.rs.

import type { Role } from '../people/roles'
import type { Words } from '../words/codes'
import type { VoiceAct, VoiceState } from './api'

export const KINDS = {
  complaint: { zh: '投诉', en: 'Complaint' },
  rating: { zh: '评价', en: 'Rating' },
} as const satisfies Record<string, Words>

export const VOICE_STATES: Record<VoiceState, Words> = {
  received: { zh: '待受理', en: 'Received' },
  accepted: { zh: '办理中', en: 'Accepted' },
  answered: { zh: '已答复', en: 'Answered' },
  refused: { zh: '不予受理', en: 'Not accepted' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  recorded: { zh: '已记录', en: 'Recorded' },
  to_review: { zh: '待复核', en: 'To review' },
  to_rectify: { zh: '待整改', en: 'To put right' },
  rectified: { zh: '已整改', en: 'Put right' },
  set_aside: { zh: '复核不计', en: 'Set aside' },
}

export const TOPICS: Record<string, Words> = {
  not_handled: { zh: '未办理', en: 'Not handled' },
  slow: { zh: '办理拖延', en: 'Slow' },
  shifted: { zh: '推诿、刁难', en: 'Shifted about' },
  attitude: { zh: '服务态度', en: 'Attitude' },
  fee: { zh: '违规收费', en: 'Fees' },
  unlawful: { zh: '违法行使权力', en: 'Unlawful' },
  other: { zh: '其他', en: 'Other' },
}

/** 满意度 (GB/T 39046-2020 A.8), from 1. */
export const GRADES: Words[] = [
  { zh: '非常满意', en: 'Very satisfied' },
  { zh: '满意', en: 'Satisfied' },
  { zh: '基本满意', en: 'Fairly satisfied' },
  { zh: '不满意', en: 'Dissatisfied' },
  { zh: '非常不满意', en: 'Very dissatisfied' },
]

export const CHANNELS: Record<string, Words> = {
  window: { zh: '窗口', en: 'Counter' },
  hotline: { zh: '12345 热线', en: 'Hotline' },
  phone: { zh: '电话', en: 'Telephone' },
  web: { zh: '网上', en: 'Web' },
  app: { zh: '移动端', en: 'App' },
  letter: { zh: '来信', en: 'Letter' },
  other: { zh: '其他', en: 'Other' },
}

export const REVIEWS: Record<string, Words> = {
  stands: { zh: '评价成立', en: 'It stands' },
  mistaken: { zh: '误评', en: 'Mistaken' },
  malicious: { zh: '恶意评价', en: 'Malicious' },
}

interface ActWords extends Words {
  en: string
  /** What is asked as the reason. */
  why: Words
}

export const VOICE_ACTS: Record<VoiceAct, ActWords> = {
  accept: { zh: '受理', en: 'Accept', why: { zh: '受理意见', en: 'What is said of accepting it' } },
  refuse: { zh: '不予受理', en: 'Not accept', why: { zh: '不予受理的理由及告知情况', en: 'Why not, and how they were told' } },
  transfer: { zh: '转办', en: 'Hand on', why: { zh: '转办的理由', en: 'Why it is handed on' } },
  answer: { zh: '答复', en: 'Answer', why: { zh: '答复内容', en: 'The answer' } },
  call_back: { zh: '回访', en: 'Call back', why: { zh: '回访情况', en: 'What the call brought' } },
  rectify: { zh: '整改', en: 'Put right', why: { zh: '整改情况', en: 'What was put right' } },
  review: { zh: '复核', en: 'Review', why: { zh: '复核的事实与理由', en: 'Facts and reasons' } },
  withdraw: { zh: '投诉人撤回', en: 'Withdraw', why: { zh: '撤回的情况', en: 'How it was withdrawn' } },
}

const TAKERS: readonly Role[] = ['supervision', 'government_services']
const DEPARTMENT: readonly Role[] = ['department_supervisor', 'department_handler']

/** Who may do what, as in services/api/src/people/permissions.rs. */
const MAY: Record<VoiceAct, readonly Role[]> = {
  accept: [...TAKERS, 'department_supervisor'],
  refuse: [...TAKERS, 'department_supervisor'],
  transfer: TAKERS,
  answer: ['government_services', ...DEPARTMENT],
  call_back: [...TAKERS, 'department_supervisor'],
  rectify: DEPARTMENT,
  review: TAKERS,
  withdraw: TAKERS,
}

export const mayDo = (roles: readonly Role[], act: VoiceAct) => roles.some((role) => MAY[act].includes(role))
export const mayRegister = (roles: readonly Role[]) => roles.some((role) => TAKERS.includes(role))
