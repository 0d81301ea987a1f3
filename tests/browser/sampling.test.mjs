// A sample on a real platform: drawn, drawn again and compared, checked case by case, closed.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { chineseInEnglish, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'sampling', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await newPage()
  await until(async () => (await ask('/api/v1/cases?open=false&limit=20')).cases?.length >= 10)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a sample is drawn by a seed that is kept, and is the same when it is drawn again', async () => {
  await page.goto(`${platform.url}/#/sampling`)
  await page.getByRole('heading', { name: '抽查' }).waitFor()
  await page.getByRole('button', { name: '随机抽取' }).click()
  await page.getByLabel('名称').fill('季度抽查')
  await page.getByLabel('办结日期起').fill('2020-01-01')
  await page.locator('select[name="strata"]').selectOption({ label: '不分层' })
  await page.getByLabel('每层件数').fill('2')
  await page.getByLabel('检查要点').fill('申请材料齐全\n依法送达')
  await page.getByLabel('抽查依据').fill('年度抽查计划')
  await page.getByLabel('经办人编号').fill('jc-01')
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'sampling-draw-1366')
  await page.getByRole('button', { name: '抽取', exact: true }).click()
  await page.waitForURL(/#\/sampling\/[0-9a-f]+/)
  assert.equal(await page.locator('#sample-cases > li').count(), 2)
  assert.match(await page.locator('#seed').textContent(), /^[0-9a-f]{32}$/)
  await page.getByRole('button', { name: '重新抽取比对' }).click()
  // The demonstration goes on: cases may have been told for the days of the sample since.
  await page.locator('#redrawn', { hasText: /总体/ }).waitFor()
  assert.doesNotMatch(await page.locator('#redrawn').textContent(), /请报告运维人员/)
})

test('each case is checked by the points of the plan, and the result is told when all are', async () => {
  assert.equal(await page.locator('#close-sample').count(), 0, 'not before all are checked')
  const cases = page.locator('#sample-cases > li')
  for (const [index, verdict] of [
    [0, '不符合'],
    [1, '符合'],
  ]) {
    const one = cases.nth(index)
    await one.getByRole('button', { name: '登记检查情况' }).click()
    await one.locator('select[name="verdict-0"]').selectOption({ label: verdict })
    await one.locator('select[name="verdict-1"]').selectOption({ label: '不适用' })
    await one.getByLabel('检查情况').fill(`调阅案卷 ${index}`)
    await one.getByRole('button', { name: '保存检查情况' }).click()
    await one.locator('.sample-finding').waitFor()
  }
  await page.locator('#tally', { hasText: '抽取 2 件，已检查 2 件，其中有不符合项的 1 件' }).waitFor()
  await page.getByLabel('抽查结果').fill('一件材料不齐，已移交督办')
  await page.getByRole('button', { name: '办结抽查' }).click()
  await page.locator('#sample-title .badge', { hasText: '已办结' }).waitFor()
  assert.equal(await page.getByRole('button', { name: '重新登记' }).count(), 0, 'what is closed stays as it is')
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'sampling-one-1366')
  await page.locator('#sample-statistics').click()
  await page.locator('#groups [data-group="samples"][aria-current="true"]').waitFor()
  await page.locator('#breakdown-title', { hasText: '抽查' }).waitFor()
  await screenshot(page, 'sampling-statistics-1366')
  await page.goto(`${platform.url}/#/sampling`)
  await page.locator('#samples tbody tr', { hasText: '季度抽查' }).getByText('已办结').waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'sampling-list-1366')
})

test('a stretch in which nothing was closed gives no sample, and says so', async () => {
  await page.goto(`${platform.url}/#/sampling`)
  await page.getByRole('button', { name: '随机抽取' }).click()
  await page.getByLabel('名称').fill('空')
  await page.getByLabel('办结日期起').fill('2001-01-01')
  await page.getByLabel('办结日期止').fill('2001-02-01')
  await page.getByLabel('检查要点').fill('无')
  await page.getByLabel('抽查依据').fill('试抽')
  await page.getByRole('button', { name: '抽取', exact: true }).click()
  await page.locator('.voice-failure', { hasText: '没有符合条件的已办结办件' }).waitFor()
})

test('list and detail fit a phone', async () => {
  const { samples } = await ask('/api/v1/samples')
  const phone = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  for (const [name, hash, shown] of [
    ['list', '#/sampling', '#samples'],
    ['one', `#/sampling/${samples[0].id}`, '#sample-title'],
  ]) {
    await phone.goto(`${platform.url}/${hash}`)
    await phone.locator(shown).waitFor()
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the phone`)
    await screenshot(phone, `sampling-${name}-phone-dark`)
  }
  await phone.context().close()
})

test('English second: no word of the page’s own is left in Chinese', async () => {
  assert.deepEqual(
    await chineseInEnglish(page, [
      [`${platform.url}/#/sampling`, '#samples'],
    ]),
    {},
  )
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

async function newPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const made = await context.newPage()
  made.setDefaultTimeout(SHOWN_MS)
  made.on('pageerror', (error) => broken.push(error.stack))
  return made
}

async function ask(path) {
  const answer = await fetch(`${platform.url}${path}`)
  return answer.json()
}

async function until(is) {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    if (await is()) return
    await new Promise((done) => setTimeout(done, 300))
  }
  throw new Error('it did not come to be in time')
}
