// Who may do what, what a new password has to be, how long one is locked out.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ACTS } from '../dispositions/act-kinds'
import { passwordProblem } from './password'
import { notTheirs, printsSlips, readsCases, readsSources } from './roles'
import { waitText } from './wait'

test('those who supervise decide and order, departments answer and appeal, and nobody else does anything', () => {
  const may = (role: Parameters<typeof notTheirs>[0][number]) => ACTS.filter((act) => notTheirs([role], act) === null)
  assert.deepEqual(may('department_handler'), ['answer', 'report', 'ask_extension', 'rectify', 'appeal'])
  assert.deepEqual(may('department_supervisor'), ['answer', 'pass_on', 'report', 'ask_extension', 'rectify', 'appeal'])
  assert.deepEqual(
    may('supervision'),
    ACTS.filter((act) => !['answer', 'pass_on', 'report', 'ask_extension', 'rectify', 'appeal'].includes(act)),
  )
  for (const role of ['leadership', 'legal', 'auditor', 'administrator'] as const) assert.deepEqual(may(role), [])
})

test('who keeps accounts or audits sees no alert; who keeps accounts sees sources', () => {
  assert.deepEqual([readsCases(['administrator']), readsCases(['auditor']), readsCases(['leadership'])], [false, false, true])
  assert.deepEqual([readsSources(['administrator']), readsSources(['legal'])], [true, false])
  assert.equal(readsCases(['establishment', 'supervision']), true)
  assert.deepEqual([printsSlips(['department_handler']), printsSlips(['supervision'])], [true, false])
})

test('a new password is long, twice the same, not the old one, and does not hold the name', () => {
  const problem = (chosen: string, again = chosen, old = '原口令原口令原口令原口令') => passwordProblem({ old, chosen, again }, 'wanglei')?.zh ?? null
  assert.equal(problem('酒城清风明月夜读书声声入耳'), null)
  assert.match(problem('短口令') ?? '', /至少 12 个字符/)
  assert.match(problem('明月清风 Wanglei 2026') ?? '', /账号名/)
  assert.match(problem('酒城清风明月夜读书声声入耳', '酒城清风明月夜读书声声入目') ?? '', /不一致/)
  assert.match(problem('原口令原口令原口令原口令') ?? '', /相同/)
  // Characters are counted as people count them.
  assert.match(problem('😀'.repeat(11)) ?? '', /至少/)
})

test('a lock-out is told in minutes, and its last minute in seconds', () => {
  assert.match(waitText(900), /15 分钟/)
  assert.match(waitText(61), /2 分钟/)
  assert.match(waitText(59), /59 秒/)
})
