// Every page of the console has a picture that a browser test takes, for a person to look at.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import type { Page } from '../pages'

/** What tells pages apart, from the routes themselves: a page that is new does not compile until its picture is named. */
type Kinds<P> = P extends { name: 'admin'; page: { tab: infer Tab extends string } } ? `admin/${Tab}` : P extends { name: infer Name extends string; page: { kind: infer Kind extends string } } ? `${Name}/${Kind}` : P extends { name: 'desk'; kind: infer Desk extends string } ? `desk/${Desk}` : P extends { name: infer Name extends string } ? Name : never

const PICTURES: Record<Kinds<Page>, string> = {
  'admin/accounts': 'admin-accounts-1366',
  'admin/audit': 'admin-audit-1366',
  'admin/log': 'admin-log-1366',
  'admin/notifications': 'admin-notifications-1366',
  'admin/sources': 'admin-sources-1366',
  alerts: 'alerts-1366',
  board: 'board-1366',
  'bulletins/list': 'bulletins-list-1366',
  'bulletins/one': 'bulletins-published-1366',
  'cases/case': 'case-page-1366',
  'cases/search': 'cases-1366',
  'complaints/list': 'complaints-list-1366',
  'complaints/one': 'complaints-one-1366',
  'complaints/register': 'complaints-register-1366',
  'desk/department': 'desk-department-1366',
  'desk/leader': 'desk-leader-1366',
  'desk/officer': 'desk-officer-1366',
  'drafts/draft': 'draft-in-review-1366',
  'drafts/list': 'drafts-1366',
  'drafts/new': 'draft-new-1366',
  'incidents/list': 'incidents-list-1366',
  'incidents/new': 'incidents-open-1366',
  'incidents/one': 'incidents-dismissed-1366',
  'ledger/list': 'ledger-list-1366',
  'ledger/new': 'ledger-enter-1366',
  'ledger/one': 'ledger-closed-1366',
  'lists/body_milestones': 'milestone-late-1366',
  'lists/body_register': 'register-body-1366',
  'lists/calendar': 'calendar-1366',
  'lists/definition': 'definition-1366',
  'lists/duties': 'duties-1366',
  'lists/item': 'item-1366',
  'lists/items': 'items-1366',
  'lists/kind': 'definitions-1366',
  'lists/milestones': 'milestones-late-1366',
  'lists/publications': 'publications-1366',
  'lists/register': 'register-tree-1366',
  'lists/rules': 'rules-1366',
  papers: 'papers-list-1366',
  password: 'change-password-1366',
  'sampling/list': 'sampling-list-1366',
  'sampling/one': 'sampling-one-1366',
  'scores/list': 'scores-list-1366',
  'scores/sheet': 'scores-sheet-confirmed-1366',
  'statistics/deciders': 'statistics-deciders-1366',
  'statistics/metrics': 'statistics-dictionary-1366',
  'statistics/overview': 'statistics-overview-1366',
  'statistics/process': 'statistics-process-1366',
  'statistics/rows': 'statistics-rows-1366',
  wall: 'wall-1920-',
}

test('every page of the console is pictured by a browser test', () => {
  const folder = join(process.cwd(), '..', '..', 'tests', 'browser')
  const tests = readdirSync(folder).filter((file) => file.endsWith('.test.mjs')).map((file) => readFileSync(join(folder, file), 'utf8'))
  // By its own name, or as the beginning of those that differ by how the page is looked at.
  const taken = (name: string) => tests.some((text) => /screenshot\(/.test(text) && [`'${name}'`, `\`${name}\``, `\`${name}\${`].some((literal) => text.includes(literal)))
  const missing = Object.entries(PICTURES).filter(([, name]) => !taken(name))
  assert.deepEqual(missing, [])
  assert.equal(taken('no-such-picture'), false)
})
