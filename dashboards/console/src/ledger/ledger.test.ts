import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Person } from '../people/session'
import type { Role } from '../people/roles'
import { WHOLE_LEDGER, entryHash, ledgerHash, ledgerPageOf, newEntryHash } from './routes'
import { type Wanted, saidOf } from './values'
import { keepsLedger, kindsEntered, kindsKept, kindsSeen, leftText, ordersUpon, seesInstructions, standingText, writesInstructions } from './words'

test('an address is read back to what it was made of, and others name none of these pages', () => {
  const search = { kind: 'clue' as const, state: 'overdue' as const, org: '510502-zjj' }
  assert.deepEqual(ledgerPageOf(ledgerHash(search)), { kind: 'list', search })
  assert.deepEqual(ledgerPageOf('#/ledger?kind=praise&state=late'), { kind: 'list', search: WHOLE_LEDGER })
  assert.deepEqual(ledgerPageOf(newEntryHash({ org: 'zjj', alert: '0a' })), { kind: 'new', draft: { org: 'zjj', alert: '0a' } })
  assert.deepEqual(ledgerPageOf(entryHash('0a1b2c')), { kind: 'one', id: '0a1b2c' })
  for (const hash of ['', '#/', '#/ledger/', '#/ledger/x-y', '#/ledgers']) assert.equal(ledgerPageOf(hash), null, hash)
})

const person = (...roles: Role[]): Person => ({ account: 'a', person: 'p', name: '', roles, body: '', office: '', region: '' })

test('those who supervise enter and see leads, auditors see them, and to nobody else there are any', () => {
  assert.deepEqual(kindsEntered(person('supervision')), ['interview', 'recommendation', 'clue'])
  assert.deepEqual(kindsEntered(person('legal')), ['interview', 'recommendation'])
  assert.deepEqual(kindsEntered(person('leadership')), [])
  assert.deepEqual(kindsEntered(null), ['interview', 'recommendation'])
  assert.equal(kindsSeen(person('auditor')).includes('clue'), true)
  for (const role of ['legal', 'leadership', 'department_supervisor'] as const) {
    assert.equal(kindsSeen(person(role)).includes('clue'), false, role)
  }
  const keeps = (['supervision', 'legal', 'leadership', 'auditor', 'department_supervisor'] as const).filter((role) => keepsLedger(person(role)))
  assert.deepEqual(keeps, ['supervision', 'legal'])
})

test('leaders write what is to be done, those who supervise order upon it and enter its result, and no department sees it', () => {
  const who = (may: (of: Person) => boolean) => (['supervision', 'legal', 'leadership', 'auditor', 'department_supervisor', 'government_services'] as const).filter((role) => may(person(role)))
  assert.deepEqual(who(writesInstructions), ['leadership'])
  assert.deepEqual(who(ordersUpon), ['supervision'])
  assert.deepEqual(who((of) => kindsKept(of).includes('instruction')), ['supervision'])
  assert.deepEqual(who(seesInstructions), ['supervision', 'legal', 'leadership', 'auditor'])
  assert.deepEqual(kindsSeen(person('department_supervisor')), ['interview', 'recommendation'])
})

const WANTED: Wanted = {
  kind: 'interview',
  org: 'zjj',
  officer: ' ',
  on: '2026-11-20',
  documentNo: '',
  handedTo: '区纪委监委',
  facts: ' 连续三个月超期 ',
  legalBasis: '',
  present: ' 分管副局长 \n\n科长',
  demand: '整改',
  due: '2026-12-04',
  alerts: '',
  cases: 'zjj / SG/2026-1\nrsj/2',
}

test('what is said of a lead demands nothing, and of an interview nothing is handed over', () => {
  assert.deepEqual(saidOf(WANTED), {
    why: '连续三个月超期',
    kind: 'interview',
    org_code: 'zjj',
    on: '2026-11-20',
    present: ['分管副局长', '科长'],
    cases: [
      { source: 'zjj', case_no: 'SG/2026-1' },
      { source: 'rsj', case_no: '2' },
    ],
    demand: '整改',
    due: '2026-12-04',
  })
  const lead = saidOf({ ...WANTED, kind: 'clue' })
  assert.deepEqual([lead.handed_to, lead.demand, lead.due], ['区纪委监委', undefined, undefined])
})

test('an instruction is told by the day on which it was done, of its result before that of its order', () => {
  const by = { person: 'jc-1', body: 'sfj', office: '' }
  const closed = { at: '2026-11-20T10:00:00+08:00', by, why: '属实', late: true }
  const result = { on: '2026-11-21', by: '住建局', text: '已整改', evidence: [], late: false, entered_at: closed.at, entered_by: by }
  assert.equal(standingText({ result: null, order_closed: closed, working_days_left: null }), '2026-11-20 督办办结（晚于期限）')
  assert.equal(standingText({ result, order_closed: null, working_days_left: null }), '2026-11-21 登记结果')
  assert.equal(standingText({ result: null, working_days_left: -2 }), '逾期 2 个工作日')
  assert.equal(standingText({ result: null, working_days_left: null }), '')
})

test('the last day is told in working days', () => {
  assert.match(leftText(-3) ?? '', /逾期 3 个工作日/)
  assert.match(leftText(0) ?? '', /末日/)
  assert.match(leftText(5) ?? '', /还有 5 个工作日/)
  assert.equal(leftText(null), null)
})
