// The ledger in words, and who may do what in it: as in services/api/src/people/permissions.rs and gate.rs. The platform decides; this only
// spares a reader what it would refuse.

import type { Person } from '../people/session'
import type { Words } from '../words/codes'
import { t } from '../words/language'
import type { Entry } from './api'

export type LedgerKind = 'interview' | 'recommendation' | 'clue' | 'instruction'
export type LedgerState = 'open' | 'overdue' | 'closed' | 'void'

export const LEDGER_KINDS: Record<LedgerKind, Words> = {
  interview: { zh: '约谈', en: 'Interview' },
  recommendation: { zh: '监察建议', en: 'Recommendation' },
  clue: { zh: '移送线索', en: 'Lead handed over' },
  instruction: { zh: '批示', en: 'Instruction' },
}

export const LEDGER_STATES: Record<LedgerState, Words> = {
  open: { zh: '待办结', en: 'Open' },
  overdue: { zh: '逾期', en: 'Overdue' },
  closed: { zh: '已办结', en: 'Closed' },
  void: { zh: '作废', en: 'Void' },
}

/** How a state's badge looks. */
export const STATE_BADGES: Record<LedgerState, string> = {
  open: 'case-open',
  overdue: 'ledger-overdue',
  closed: 'case-closed',
  void: 'status-cancelled',
}

export const KIND_CODES = Object.keys(LEDGER_KINDS) as LedgerKind[]
export const STATE_CODES = Object.keys(LEDGER_STATES) as LedgerState[]

/** Whether somebody enters what was done, and its result. Where the site has no accounts, whoever has the key does. */
export const keepsLedger = (person: Person | null) => !person || person.roles.some((role) => role === 'supervision' || role === 'legal')

/** The kinds that somebody works: enters the result of. A lead wants somebody who is known and supervises. */
export const kindsKept = (person: Person | null) =>
  KIND_CODES.filter((kind) => (kind === 'clue' ? person?.roles.includes('supervision') : kind === 'instruction' ? ordersUpon(person) : keepsLedger(person)))

/** The kinds that somebody enters by the form; an instruction is written where its alert is. */
export const kindsEntered = (person: Person | null) => kindsKept(person).filter((kind) => kind !== 'instruction')

/** The kinds that somebody sees: leads those who supervise or audit, instructions no department. */
export const kindsSeen = (person: Person | null) =>
  KIND_CODES.filter((kind) => (kind === 'clue' ? person?.roles.some((role) => role === 'supervision' || role === 'auditor') : kind !== 'instruction' || seesInstructions(person)))

/** Whether somebody sees what leaders wrote. */
export const seesInstructions = (person: Person | null) => !person || person.roles.some((role) => role === 'supervision' || role === 'legal' || role === 'leadership' || role === 'auditor')

/** Whether somebody writes what is to be done. */
export const writesInstructions = (person: Person | null) => !person || person.roles.includes('leadership')

/** Whether somebody orders upon it. */
export const ordersUpon = (person: Person | null) => !person || person.roles.includes('supervision')

/** How an entry stands, in a few words: the day on which it was done, or how far its last day is. Empty of what has no day and was not done. */
export function standingText({ result, order_closed: closed, working_days_left: left }: Pick<Entry, 'result' | 'order_closed' | 'working_days_left'>): string {
  const late = (is: boolean) => (is ? t('（晚于期限）', ' (late)') : '')
  if (result) return t(`${result.on} 登记结果`, `result of ${result.on}`) + late(result.late)
  if (closed) return t(`${closed.at.slice(0, 'yyyy-mm-dd'.length)} 督办办结`, `order closed on ${closed.at.slice(0, 'yyyy-mm-dd'.length)}`) + late(closed.late)
  return leftText(left) ?? ''
}

/** How far the last day is; null of what waits for nothing. */
export function leftText(workingDays: number | null): string | null {
  if (workingDays === null) return null
  if (workingDays < 0) return t(`逾期 ${-workingDays} 个工作日`, `${-workingDays} working days over`)
  if (workingDays === 0) return t('期限末日', 'The last day')
  return t(`还有 ${workingDays} 个工作日`, `${workingDays} working days left`)
}
