// What a draft would raise, withdraw and change is read where the draft is: by control point, by body, and in cases; of a standing shadow, and of a
// backtest that a reviewer asks for.

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

test('a reviewer judges the past by the draft, and the reviews say that their text was tried', async () => {
  await page.goto(`${platform.url}/#/drafts/${draft}`)
  await page.locator('#tried[data-tried="never"] a').click()
  await page.locator('#backtest .nothing').waitFor()
  await screenshot(page, 'backtest-none-1366')
  // What cannot be meant is told where it was asked.
  await page.locator('#backtest input[name="from"]').fill(await monthsAgo())
  await page.locator('#backtest input[name="region"]').fill('51050')
  await begin('先看影响')
  await page.locator('#backtest .refusal', { hasText: '行政区划代码' }).waitFor()
  await page.locator('#backtest input[name="region"]').fill('')
  await begin('先看影响')
  await page.locator('#backtest-found[data-present="true"]').waitFor()
  const told = await page.locator('#backtest-total').textContent()
  const [, raised] = /将新增 ([\d,]+)/.exec(told)
  assert.ok(number(raised) > 0, told)
  for (const table of ['按监察点（规则）', '按事项']) {
    const rows = await page.locator('#backtest table', { hasText: table }).locator('tbody tr td:nth-of-type(1)').allTextContents()
    assert.equal(rows.map(number).reduce((sum, one) => sum + one, 0), number(raised), table)
  }
  await page.locator(`#backtest tr[data-key="${POINT}"]`).waitFor()
  await page.locator('#backtest-runs tr[data-state="done"]').waitFor()
  await screenshot(page, 'backtest-1366', { fullPage: true })
  await page.locator('[data-view="course"]').click()
  await page.locator('#tried[data-tried="present"]', { hasText: `将新增 ${raised}` }).waitFor()
  await screenshot(page, 'backtest-reviews-1366')
  await page.locator('[data-view="backtest"]').click()
  const example = page.locator('#backtest-examples li[data-difference="raised"]').first()
  await example.getByText('按草案').waitFor()
  await example.locator('a').click()
  await page.locator('.case-page').waitFor()
})

test('a backtest that runs says how far it is, and one that was cut off says so', async () => {
  const address = `**/api/v1/drafts/${draft}/backtests*`
  const last = (await asked(`/api/v1/drafts/${draft}/backtests`)).runs[0]
  for (const [name, shown, run] of [
    ['running', '#backtest-running', { state: 'running', progress: { cases: 1200, events: 4800, of_events: 9600 }, ended_at: null }],
    ['cut-off', '#backtest-problem', { state: 'cut_off', problem: '运行它的进程已经停止，没有得出结果；请重新回测', ended_at: null }],
  ]) {
    const other = await signedIn()
    // Too short to be seen otherwise: the platform's own answer with a run before it.
    await other.route(address, async (route) => {
      const answer = await route.fetch()
      const told = await answer.json()
      await route.fulfill({ response: answer, json: { ...told, runs: [{ ...last, run: last.run + 1, total: undefined, ...run }, ...told.runs] } })
    })
    await other.goto(`${platform.url}/#/drafts/${draft}/backtest`)
    await other.locator(shown).waitFor()
    assert.equal(await other.locator('#backtest form').count(), name === 'running' ? 0 : 1, name)
    await other.locator('#backtest-found').waitFor()
    assert.deepEqual(await other.evaluate(tooFaint, { least: CONTRAST, within: '#backtest' }), [], name)
    await screenshot(other, `backtest-${name}-1366`)
    await other.context().close()
  }
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
    await other.locator('[data-view="backtest"]').click()
    await other.locator('#backtest-found').waitFor()
    assert.ok((await other.evaluate(tooWide)) <= 0, `backtest, ${name} ${scheme}`)
    assert.deepEqual(await other.evaluate(tooFaint, { least: CONTRAST, within: '#backtest' }), [], `backtest, ${name} ${scheme}`)
    await screenshot(other, `backtest-${name}-${scheme}`, { fullPage: true })
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
  await told(`/api/v1/drafts/${id}/shadow`, { since: await monthsAgo(), why: '送审之前先看影响', key: 'shadow' })
  return id
}

/** A day three months before the platform's present. */
async function monthsAgo() {
  const now = Date.parse((await asked('/api/v1/platform')).now_at)
  return new Date(now - 90 * DAY_MS).toISOString().slice(0, 10)
}

async function begin(why) {
  await page.locator('#backtest input[name="why"]').fill(why)
  await page.getByRole('button', { name: '开始回测', exact: true }).click()
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
