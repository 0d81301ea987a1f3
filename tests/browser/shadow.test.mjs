// What a draft would raise, withdraw and change is read where the draft is: by control point, by body, and in cases.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { open, signIn, withAccounts } from './accounts.mjs'
import { screenshot, startBrowser, startPlatform } from './lib.mjs'
import { CONTRAST, tooFaint, tooWide } from './look.mjs'

const SHOWN_MS = 120_000
const DAY_MS = 86_400_000
const KEY = 'the administrator key of this trial'
const POINT = 'decision-late'

let platform
let browser
let page
let draft
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'shadow', startTimeoutMs: SHOWN_MS, env: { ...withAccounts(KEY), MINGJING__SHADOW__EVERY: '2s' } })
  browser = await startBrowser()
  await open(platform.url, KEY, 'zhou', { person: 'jc-01', roles: ['supervision'], body: '510500-jw', office: '案件监督室', region: '' })
  page = await signedIn()
  await until('definitions', async () => (await asked('/api/v1/items')).total > 0)
  draft = await shorterPromise()
  await until('the shadow differs', async () => ((await asked(`/api/v1/drafts/${draft}/shadow`)).outcome?.total.raised ?? 0) > 0)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a shorter promise raises alerts at its own control point, told by point and by body', async () => {
  await page.goto(`${platform.url}/#/drafts/${draft}/shadow`)
  await page.locator('#shadow-total').waitFor()
  const [, raised] = /新增 ([\d,]+)/.exec(await page.locator('#shadow-total').textContent())
  assert.ok(number(raised) > 0)
  for (const table of ['按监察点', '按机构']) {
    const rows = await page.locator('table', { hasText: table }).locator('tbody tr td:nth-of-type(1)').allTextContents()
    assert.equal(rows.map(number).reduce((sum, one) => sum + one, 0), number(raised), table)
  }
  await page.locator(`[data-pick="${POINT}"]`).waitFor()
  assert.ok((await page.locator('#examples .differences > li').count()) > 0)
  await screenshot(page, 'shadow-1366', { fullPage: true })
})

test('a row that is picked shows its own cases, and each leads to its case', async () => {
  const all = page.locator('#examples .differences > li')
  await page.locator(`[data-pick="${POINT}"]`).click()
  await page.locator(`[data-pick="${POINT}"][aria-pressed="true"]`).waitFor()
  await all.first().waitFor()
  assert.deepEqual([...new Set(await all.evaluateAll((rows) => rows.map((row) => row.dataset.point)))], [POINT])
  const body = await all.first().getAttribute('data-org')
  await page.locator(`[data-pick="${body}"]`).click()
  await page.locator(`[data-pick="${body}"][aria-pressed="true"]`).waitFor()
  await all.first().waitFor()
  const told = await all.evaluateAll((rows) => rows.map((row) => `${row.dataset.point}/${row.dataset.org}`))
  assert.deepEqual([...new Set(told)], [`${POINT}/${body}`])
  await screenshot(page, 'shadow-picked-1366')
  const example = all.filter({ hasText: '将新增' }).first()
  await example.getByText('按草案').waitFor()
  await example.locator('a').click()
  await page.locator('.case-page').waitFor()
})

test('light and dark, on a desk and on a phone, everything can be read and nothing is cut off', async () => {
  for (const [name, width, scheme] of [
    ['desk', 1366, 'dark'],
    ['phone', 360, 'light'],
  ]) {
    const other = await signedIn({ viewport: { width, height: 800 }, colorScheme: scheme })
    await other.goto(`${platform.url}/#/drafts/${draft}/shadow`)
    await other.locator(`[data-pick="${POINT}"]`).click()
    await other.locator('#examples .differences > li').first().waitFor()
    const wide = await other.evaluate(tooWide)
    assert.ok(wide <= 0, `${name} ${scheme}: ${wide} px wider than its window`)
    assert.deepEqual(await other.evaluate(tooFaint, { least: CONTRAST, within: '#shadow' }), [], `${name} ${scheme}`)
    await screenshot(other, `shadow-${name}-${scheme}`, { fullPage: true })
    await other.context().close()
  }
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** A draft of the construction permit that promises its decision in two working days, judged beside what is in force over the past weeks. */
async function shorterPromise() {
  const chart = 'construction-permit'
  const inForce = await page.evaluate(async (path) => (await fetch(path)).text(), `/api/v1/definitions/flowchart/${chart}/text?version=1`)
  const from = new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10)
  const text = inForce
    .replace(/^version: .*$/m, 'version: "2"')
    .replace(/^effective_from: .*$/m, `effective_from: ${from}`)
    .replace(/(statutory: 7wd\n\s+promised: )6wd/, (_, start) => `${start}2wd`)
  assert.match(text, /statutory: 7wd\n\s+promised: 2wd/)
  const { id } = await told('/api/v1/drafts', { text, why: '缩短承诺时限', key: 'draft' })
  const now = Date.parse((await asked('/api/v1/platform')).now_at)
  await told(`/api/v1/drafts/${id}/shadow`, { since: new Date(now - 90 * DAY_MS).toISOString().slice(0, 10), why: '送审之前先看影响', key: 'shadow' })
  return id
}

const number = (text) => Number(text.replaceAll(',', ''))

/** A page of its own, signed in. */
async function signedIn(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const own = await context.newPage()
  own.setDefaultTimeout(SHOWN_MS)
  own.on('pageerror', (error) => broken.push(error.stack))
  await signIn(own, platform.url, 'zhou')
  return own
}

/** As the page itself asks. */
const asked = (path) => page.evaluate(async (address) => (await fetch(address)).json(), path)

/** As the page itself tells. */
async function told(path, body) {
  const [ok, text] = await page.evaluate(
    async ([address, json]) => {
      const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body: json })
      return [answer.ok, await answer.text()]
    },
    [path, JSON.stringify(body)],
  )
  assert.ok(ok, `${path}: ${text}`)
  return JSON.parse(text)
}

async function until(what, look) {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    if (await look()) return
    await new Promise((later) => setTimeout(later, 500))
  }
  throw new Error(`never: ${what}`)
}
