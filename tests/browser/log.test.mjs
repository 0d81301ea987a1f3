// 日志校验: the digests that were published of the log, verified at the console; and the newest one at the foot of the public page.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000

let platform
let browser

before(async () => {
  // Its past goes by in a minute, and every day that is over is published.
  platform = await startPlatform({ name: 'log', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

const heads = async () => (await fetch(`${platform.url}/api/v1/log/heads`)).json()

async function until(what, look) {
  const began = Date.now()
  for (;;) {
    const found = await look()
    if (found) return found
    assert.ok(Date.now() - began < SHOWN_MS, what)
    await new Promise((later) => setTimeout(later, 500))
  }
}

test('a day that is over has a digest, and the log is found to be what was published', async () => {
  const published = await until('a digest', async () => (await heads()).days.find((day) => day.digest))
  assert.match(published.digest, /^[0-9a-f]{64}$/)
  const page = await browser.newPage({ viewport: { width: 1366, height: 900 }, locale: 'zh-CN' })
  page.setDefaultTimeout(SHOWN_MS)
  await page.goto(`${platform.url}/#/admin/log`)
  await page.getByRole('heading', { name: '日志校验', exact: true }).waitFor()
  await page.locator(`[data-day="${published.day}"]`).getByText(published.digest).waitFor()
  await page.getByText('尚未校验过').waitFor()
  await page.getByRole('button', { name: '立即校验' }).click()
  await page.locator('[data-log="intact"]').waitFor()
  await page.locator(`[data-day="${published.day}"]`).getByText('相符').waitFor()
  const { verifications } = await heads()
  assert.equal(verifications.length, 1)
  assert.deepEqual(verifications[0].differences, [])
  assert.ok(verifications[0].records > 100 && verifications[0].days > 0, JSON.stringify(verifications[0]))
  assert.deepEqual(await faintTexts(page), [])
  await screenshot(page, 'admin-log-1366', { fullPage: true })
  await page.setViewportSize({ width: 390, height: 844 })
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.equal(wider, 0, 'the page fits a phone')
  await screenshot(page, 'admin-log-390', { fullPage: true })
  await page.close()
})

test('the public page bears the day and the digest, and nothing else of the log', async () => {
  const about = await (await fetch(`${platform.url}/api/public/v1/about`)).json()
  assert.deepEqual(Object.keys(about.log_digest).sort(), ['day', 'digest'])
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  page.setDefaultTimeout(SHOWN_MS)
  await page.goto(`${platform.url}/public`)
  const shown = page.locator('.portal-digest')
  await shown.waitFor()
  const text = await shown.textContent()
  assert.match(text, /监察日志 \d{4}-\d\d-\d\d 校验摘要 [0-9a-f]{64}/)
  assert.deepEqual(await faintTexts(page), [])
  await shown.scrollIntoViewIfNeeded()
  await screenshot(page, 'portal-digest-390')
  await page.close()
})
