// Who sees what of 系统管理, its addresses, and what an entry of the trail is called.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Role } from '../people/roles'
import type { Session } from '../people/session'
import type { DeadLetter } from './api'
import { answerWords, auditSubject, auditWords } from './audit-words'
import { groupsOf } from './dead-groups'
import { endText, usedText } from './key-words'
import { TODAY, adminPageOf, adminStart, auditHash, oneHash, tabsOf } from './routes'

const signedIn = (...roles: Role[]): Session => ({ phase: 'in', ended: false, person: { account: 'a', person: 'p', name: '', roles, body: '', office: '', region: '' } })

test('administrators keep accounts, sources and notifications, auditors read accounts and the trail, both verify the log, and nobody else sees anything', () => {
  assert.deepEqual(tabsOf(signedIn('administrator')), ['accounts', 'sources', 'notifications', 'log'])
  assert.deepEqual(tabsOf(signedIn('auditor')), ['accounts', 'audit', 'log'])
  for (const role of ['supervision', 'legal', 'leadership', 'department_handler', 'department_supervisor', 'establishment'] as const) {
    assert.deepEqual(tabsOf(signedIn(role)), [])
    assert.equal(adminStart(signedIn(role)), null)
  }
  assert.deepEqual([adminStart(signedIn('administrator')), adminStart(signedIn('auditor'))], ['#/admin/accounts', '#/admin/audit'])
  assert.deepEqual(tabsOf({ phase: 'off', person: null, ended: false }), ['sources', 'notifications', 'log'])
})

test('an address names a tab, one of it, and what is chosen of the trail', () => {
  assert.deepEqual(adminPageOf('#/admin/accounts'), { tab: 'accounts', one: null })
  assert.deepEqual(adminPageOf(oneHash('sources', 'https://zjj/住建')), { tab: 'sources', one: 'https://zjj/住建' })
  const query = { ...TODAY, day: '2026-11-28', until: '2026-11-29', account: 'li', path: '/cases/a b', what: 'views', after: 100 } as const
  assert.deepEqual(adminPageOf(auditHash(query)), { tab: 'audit', query })
  assert.equal(auditHash(TODAY), '#/admin/audit')
  // What is no day, no kind and no place asks for nothing.
  assert.deepEqual(adminPageOf('#/admin/audit?day=x&what=all&after=-3'), { tab: 'audit', query: TODAY })
  assert.deepEqual(adminPageOf('#/admin/log'), { tab: 'log' })
  for (const none of ['#/admin', '#/admin/passwords', '#/admin/audit/x', '#/admin/log/x', '#/admin/constructor']) assert.equal(adminPageOf(none), null)
})

test('an entry of the trail is told in words, by what was asked and not by what a path happens to hold', () => {
  const words = (method: string, path: string) => auditWords({ method, path })?.zh ?? null
  assert.equal(words('POST', '/api/v1/session'), '登录')
  assert.equal(words('POST', '/api/v1/accounts'), '开立账号')
  assert.equal(words('GET', '/api/v1/accounts?x=1'), '查看账号')
  assert.equal(words('POST', '/api/v1/alerts/a-1/confirm'), '认定')
  assert.equal(words('GET', '/api/v1/alerts/export?level=red'), '导出预警')
  assert.equal(words('GET', '/api/v1/cases/zjj/B-1/explain'), '查看判定说明')
  assert.equal(words('DELETE', '/api/v1/accounts/li'), null)
  assert.equal(auditSubject('/api/v1/cases/zjj/%E6%B3%B8B-1?at=2026'), 'cases/zjj/泸B-1?at=2026')
  assert.equal(auditSubject('/api/v1/cases/%E6%B3'), 'cases/%E6%B3')
  assert.deepEqual(
    [200, 202, 401, 403, 409, 503].map((status) => answerWords(status).zh),
    ['已办', '已办', '未通过登录', '无权，被拒绝', '被拒绝', '未成'],
  )
})

test('dead letters are dealt with by channel and reason, the most first', () => {
  const letter = (channel: string, reason: string) => ({ channel, reason }) as DeadLetter
  const groups = groupsOf([letter('sms', 'timeout'), letter('mail', 'tls'), letter('sms', 'http_4xx'), letter('mail', 'tls')])
  assert.deepEqual(
    groups.map(({ channel, reason, number }) => `${channel} ${reason} ${number}`),
    ['mail tls 2', 'sms timeout 1', 'sms http_4xx 1'],
  )
})

test('a key says when it was last used and when it ends', () => {
  const key = { id: 'k', created_at: '', expires_at: null, last_used_at: null, works: true }
  const told = (instant: string) => instant.slice(0, 10)
  assert.deepEqual([usedText(key, told), endText(key, told)], ['尚未使用', '长期有效'])
  const former = { ...key, expires_at: '2026-12-01T00:00:00Z', last_used_at: '2026-11-28T01:00:00Z' }
  assert.deepEqual([usedText(former, told), endText(former, told)], ['最近使用于 2026-11-28 前后', '有效至 2026-12-01'])
  assert.equal(endText({ ...former, works: false }, told), '已于 2026-12-01 失效')
})
