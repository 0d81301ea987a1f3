// What an officer has to decide: each kind as a list of the platform's, the most pressing kind first.

import { type AlertQuery, EVERY_OPEN } from '../alerts/query'
import type { Alert } from '../api/types'
import type { Act } from '../dispositions/act-kinds'
import type { Words } from '../words/codes'

export interface Kind {
  id: string
  words: Words
  /** What is to be decided. */
  asks: Words
  query: AlertQuery
  /** The acts that decide it. */
  acts: Act[]
  /** Until when it is to be decided, where that has a day. */
  dueAt: (alert: Alert) => string | null
}

const nothing = () => null
const every: AlertQuery = { ...EVERY_OPEN, standing: 'all' }

export const KINDS: Kind[] = [
  {
    id: 'appeals',
    words: { zh: '申诉待决', en: 'Appeals' },
    asks: { zh: '维持、撤销或者报上级', en: 'Uphold, withdraw or pass up' },
    query: { ...every, disposition: 'appealed', sort: 'appeal' },
    acts: ['uphold', 'withdraw', 'pass_up'],
    dueAt: (alert) => alert.disposition?.appeal?.due_at ?? null,
  },
  {
    id: 'recheck',
    words: { zh: '情形有变，须重新认定', en: 'To be decided again' },
    asks: { zh: '重新认定或者不予认定', en: 'Confirm or dismiss again' },
    query: { ...every, disposition: 'recheck' },
    acts: ['confirm', 'dismiss'],
    dueAt: nothing,
  },
  {
    id: 'review',
    words: { zh: '待核', en: 'To review' },
    asks: { zh: '认定、不予认定或者发出', en: 'Confirm, dismiss or issue' },
    query: { ...EVERY_OPEN, standing: 'review' },
    acts: ['confirm', 'dismiss', 'issue'],
    dueAt: nothing,
  },
  {
    id: 'asked-extensions',
    words: { zh: '督办延期申请', en: 'More time asked for' },
    asks: { zh: '同意延期，或者不予延期', en: 'Grant it, or refuse it' },
    query: { ...every, order: 'extension_asked', sort: 'owed' },
    acts: ['extend', 'refuse_extension'],
    dueAt: (alert) => alert.disposition?.order?.due_at ?? null,
  },
  {
    id: 'overdue-orders',
    words: { zh: '督办逾期未反馈', en: 'Orders overdue' },
    asks: { zh: '延期，或者另行处理', en: 'Extend, or go further' },
    query: { ...every, order: 'overdue', sort: 'owed' },
    acts: ['extend'],
    dueAt: (alert) => alert.disposition?.order?.due_at ?? null,
  },
  {
    id: 'rectifications',
    words: { zh: '整改待验收', en: 'To be checked' },
    asks: { zh: '核查证明材料，验收通过或者退回整改', en: 'Check the proof; find it enough, or send it back' },
    query: { ...every, order: 'to_check' },
    acts: ['accept_rectification', 'reject_rectification'],
    dueAt: nothing,
  },
  {
    id: 'answered-orders',
    words: { zh: '督办已反馈待办结', en: 'Orders to close' },
    asks: { zh: '核查反馈，办结督办', en: 'Check the answer, close the order' },
    query: { ...every, order: 'answered' },
    acts: ['close'],
    dueAt: nothing,
  },
  {
    id: 'pending',
    words: { zh: '待发的牌', en: 'Cards about to go out' },
    asks: { zh: '到时自动发出；有疑问的暂缓', en: 'They go out by themselves; hold what is doubtful' },
    query: { ...EVERY_OPEN, standing: 'pending', level: ['red', 'yellow'], sort: 'gravest' },
    acts: ['hold', 'issue'],
    dueAt: nothing,
  },
]
