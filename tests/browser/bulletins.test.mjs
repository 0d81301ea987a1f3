// Bulletins on a real platform: one is drafted from the demonstration's data, every number of it leads to what is behind it, words are edited around the
// numbers, and it goes from hand to hand until it is published.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { chineseInEnglish, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
/** 编制计划: the last half-year's report. */
const PLANS = '{half = {kind = "report", every = "half", regions = "510500", day = 1, at = "0:00", to = "市政府", copies = "市人大常委会办公室"}}'

let platform
let browser
let page
let period
let times = 0
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'bulletins', startTimeoutMs: SHOWN_MS, env: { MINGJING__BULLETINS__PLANS: PLANS } })
  browser = await startBrowser()
  page = await newPage()
  // The demonstration lives its last weeks first.
  let now
  await until(async () => {
    now = (await ask('/api/v1/platform')).now_at
    return Date.parse(now) > Date.now() - 3600_000
  })
  period = now.slice(0, 7)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('what a plan asks for is drafted by the platform, which says so', async () => {
  await until(async () => (await ask('/api/v1/bulletins')).bulletins?.length > 0)
  await page.goto(`${platform.url}/#/bulletins`)
  await page.getByRole('heading', { name: '通报' }).waitFor()
  const planned = page.locator('#bulletins-table tbody tr', { has: page.locator('td', { hasText: /^20\d\d年[上下]半年$/ }) }).first()
  await planned.locator('.sub', { hasText: '平台' }).waitFor()
  await planned.getByRole('link').click()
  await page.locator('.bulletin-course li', { hasText: '按编制计划起草' }).waitFor()
  await page.locator('#bulletin-text', { hasText: '抄送：市人大常委会办公室' }).waitFor()
  await screenshot(page, 'bulletins-planned-1366')
  await page.goto(`${platform.url}/#/bulletins`)
})

test('a bulletin is drafted from data, and its numbers lead to the rows behind them', async () => {
  await page.locator('#bulletin-new').click()
  await page.locator('#draft-bulletin input[name="period"]').fill(period)
  await page.getByLabel('经办人编号').fill('jc-01')
  await screenshot(page, 'bulletins-new-1366', { fullPage: true })
  await page.locator('#draft-bulletin').getByRole('button', { name: '起草' }).click()
  await page.waitForURL(/#\/bulletins\/[0-9a-f]{12}/)
  await page.locator('#bulletin-text').waitFor()
  await page.getByRole('heading', { name: '一、总体情况' }).waitFor()
  const figures = page.locator('#bulletin-text a.bulletin-figure')
  assert.ok((await figures.count()) > 20, `${await figures.count()} figures`)
  await screenshot(page, 'bulletins-draft-1366', { fullPage: true })
  assert.deepEqual(await faintTexts(page, '.cases-page'), [])
  const href = await figures.first().getAttribute('href')
  assert.match(href, /^#\/statistics\/rows\?metric=[a-z_]+&part=numerator&period=/)
  const address = page.url()
  await figures.first().click()
  await page.waitForURL(/#\/statistics\/rows/)
  await page.goto(address)
})

test('words are edited around the numbers', async () => {
  await page.getByRole('button', { name: '修改', exact: true }).click()
  const first = page.locator('#edit-bulletin textarea').first()
  const before = await first.inputValue()
  assert.match(before, /⟦\d+件⟧/)
  await first.fill(`${before}以上数据含各县（区）。`)
  await page.locator('#edit-bulletin input[name="copies"]').fill('市纪委监委，市委办公室')
  await page.locator('#edit-bulletin input[name="why"]').fill('补充口径')
  await screenshot(page, 'bulletins-edit-1366')
  await page.locator('#edit-bulletin').getByRole('button', { name: '保存修改' }).click()
  await page.locator('#bulletin-text', { hasText: '以上数据含各县（区）。' }).waitFor()
  await page.locator('#bulletin-text', { hasText: '抄送：市纪委监委，市委办公室' }).waitFor()
})

test('it is reviewed, signed, numbered and published, each by another, and then nothing is left to do', async () => {
  await act('核稿', 'jc-01')
  await page.getByText('起草、修改过的人不能核稿，请由他人核稿').waitFor()
  await page.locator('#work-bulletin').getByRole('button', { name: '取消' }).click()
  await act('核稿', 'fz-02')
  await state('已核稿')
  if (await page.locator('[data-act="ask"]').count()) {
    await act('听取意见', 'jc-01')
    await state('听取意见')
    for (const org of await named()) {
      await page.locator('[data-act="state"]').click()
      await page.locator('#work-bulletin select[name="org"]').selectOption(org)
      await said('bm-01', '情况属实，已整改', '陈述意见')
      await page.locator('#work-bulletin').waitFor({ state: 'detached' })
    }
  }
  await act('签发', 'ld-01')
  await state('已签发')
  await page.locator('[data-act="number"]').click()
  await page.locator('#work-bulletin input[name="number"]').fill('泸府办函〔2026〕31号')
  await said('jc-01', '登记编号', '填写发文字号')
  await state('已编号')
  await act('印发', 'jc-01')
  await state('已印发')
  await page.getByText('泸府办函〔2026〕31号').first().waitFor()
  assert.equal(await page.locator('#bulletin-acts button').count(), 0)
  const loaded = page.waitForEvent('download')
  await page.locator('[data-file="public.pdf"]').click()
  assert.match((await loaded).suggestedFilename(), /public\.pdf$/)
  await screenshot(page, 'bulletins-published-1366', { fullPage: true })
  await page.setViewportSize({ width: 390, height: 844 })
  assert.ok((await tooWide(page)) <= 0, `${await tooWide(page)} px wider than the phone`)
  await screenshot(page, 'bulletins-published-390', { fullPage: true })
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.goto(`${platform.url}/#/bulletins`)
  await page.locator('#bulletins-table', { hasText: '已印发' }).waitFor()
  await screenshot(page, 'bulletins-list-1366', { fullPage: true })
  assert.deepEqual(broken, [])
})

test('a leader writes about a paragraph, and an order follows from it in the ledger', async () => {
  const { bulletins } = await ask('/api/v1/bulletins')
  const { id } = bulletins.find((one) => one.state === 'published')
  const phone = await newPage({ width: 390, height: 844 })
  for (const [shown, name] of [
    [phone, 'phone'],
    [page, '1366'],
  ]) {
    await shown.goto(`${platform.url}/#/bulletins/${id}`)
    await shown.locator('.bulletin-instruct').first().click()
    const form = shown.locator('#instruct-passage')
    await form.locator('select[name="org"]').selectOption('510500-zjj')
    await form.locator('textarea[name="words"]').fill('请查明环比上升的原因，月底前报送整改情况。')
    await form.getByLabel('经办人编号').fill('ld-01')
    await form.scrollIntoViewIfNeeded()
    assert.ok((await tooWide(shown)) <= 0, `${await tooWide(shown)} px wider than the ${name}`)
    assert.deepEqual(await faintTexts(shown, '#instruct-passage'), [])
    await screenshot(shown, `bulletins-instruct-${name}`)
  }
  await page.locator('#instruct-passage').getByRole('button', { name: '提交批示' }).click()
  await page.waitForURL(/#\/ledger\/[0-9a-f]{12}/)
  await page.locator('#ledger-facts', { hasText: '请查明环比上升的原因' }).waitFor()
  await page.locator('.facts dd', { hasText: '查看通报' }).waitFor()
  await page.getByRole('button', { name: '交办', exact: true }).click()
  const order = page.locator('#order-upon')
  assert.equal(await order.locator('select[name="to"]').inputValue(), '510500-zjj')
  await order.locator('input[name="due"]').fill('2036-12-31')
  await order.locator('textarea[name="why"]').fill('请报送整改情况')
  await order.getByLabel('经办人编号').fill('jc-01')
  await screenshot(page, 'ledger-order-passage-1366')
  await order.getByRole('button', { name: '交办', exact: true }).click()
  await page.locator('.facts dd', { hasText: '请报送整改情况' }).waitFor()
  await page.locator('#ledger-due', { hasText: '2036-12-31' }).waitFor()
  assert.equal(await page.locator('.act-buttons').getByRole('button', { name: '交办', exact: true }).count(), 0, 'one order follows from it')
  await screenshot(page, 'ledger-ordered-passage-1366')
  await phone.goto(page.url())
  await phone.locator('.facts dd', { hasText: '请报送整改情况' }).waitFor()
  assert.ok((await tooWide(phone)) <= 0, `${await tooWide(phone)} px wider than the phone`)
  await screenshot(phone, 'ledger-ordered-passage-phone')
  await phone.context().close()
  assert.deepEqual(broken, [])
})

test('the scores that are kept with a bulletin when it is signed are read beside it', async () => {
  const [year, month] = period.split('-').map(Number)
  const before = month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`
  const drafted = await told('', 'jc-01', { kind: 'bulletin', period: before, region: '510500' })
  await told(`/${drafted.id}/review`, 'fz-02')
  if (drafted.named.length > 0) {
    await told(`/${drafted.id}/ask`, 'jc-01')
    for (const { org_code } of drafted.named) await told(`/${drafted.id}/state`, 'bm-01', { org_code })
  }
  await told(`/${drafted.id}/sign`, 'ld-01')
  await page.goto(`${platform.url}/#/bulletins/${drafted.id}`)
  await page.locator('[data-file="scores.json"]').waitFor()
  await page.locator('#kept-scores-open').click()
  const scores = page.locator('#kept-scores tbody tr')
  await scores.first().waitFor()
  const { sheets } = await ask(`/api/v1/bulletins/${drafted.id}/scores.json`)
  assert.equal(await scores.count(), sheets.length)
  assert.match(await scores.first().textContent(), /\d 分，(优秀|良好|合格|不合格)，(不排名|第 \d+ 名)/)
  assert.deepEqual(await faintTexts(page, '.bulletin-history'), [])
  await page.locator('#kept-scores').scrollIntoViewIfNeeded()
  await screenshot(page, 'bulletins-scores-1366')
})

test('English second: no word of the page’s own is left in Chinese', async () => {
  assert.deepEqual(
    await chineseInEnglish(page, [
      [`${platform.url}/#/bulletins`, '#bulletins-title'],
    ]),
    {},
  )
})

async function act(name, who) {
  await page.locator('#bulletin-acts').getByRole('button', { name, exact: true }).click()
  await said(who, '试验', name)
}

async function said(who, why, name) {
  const form = page.locator('#work-bulletin')
  await form.locator('textarea[name="why"]').fill(why)
  await form.getByLabel('经办人编号').fill(who)
  await form.getByRole('button', { name, exact: true }).click()
}

const state = (name) => page.locator('.bulletin-head dd', { hasText: new RegExp(`^${name}$`) }).first().waitFor()

async function named() {
  const id = /bulletins\/([0-9a-f]+)/.exec(page.url())[1]
  return (await ask(`/api/v1/bulletins/${id}`)).named.map(({ org_code }) => org_code)
}

const tooWide = (shown) => shown.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

async function newPage(viewport = { width: 1366, height: 900 }) {
  const context = await browser.newContext({ viewport })
  const made = await context.newPage()
  made.setDefaultTimeout(SHOWN_MS)
  made.on('pageerror', (error) => broken.push(error.stack))
  return made
}

/** An act of somebody through the API: its answer. */
async function told(path, person, more = {}) {
  const body = JSON.stringify({ who: { person }, why: '试验', key: `browser-${(times += 1)}`, ...more })
  const answer = await fetch(`${platform.url}/api/v1/bulletins${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const text = await answer.text()
  assert.equal(answer.status, 200, `${path}: ${text}`)
  return JSON.parse(text)
}

async function ask(path) {
  const response = await fetch(`${platform.url}${path}`)
  return response.ok ? response.json() : {}
}

async function until(come) {
  const end = Date.now() + 3 * SHOWN_MS
  for (;;) {
    if (await come()) return
    assert.ok(Date.now() < end, 'it did not come in time')
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}
