// The ledger on a real platform: something that was done is entered from its alert, is overdue when its day is over, and is closed by its
// result; what a leader writes about an alert becomes an order.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { chineseInEnglish, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000

let platform
let browser
let page
let alert
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'ledger', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await newPage()
  // The demonstration lives its last weeks first: what is done on a day that it has not come to is refused.
  await until(async () => Date.parse((await ask('/api/v1/platform')).now_at) > Date.now() - 3600_000)
  await until(async () => {
    const { alerts } = await ask('/api/v1/alerts?status=issued&level=yellow,red&limit=200')
    alert = alerts?.find((one) => !one.disposition && one.subject_kind === 'case' && (one.responsible_org ?? one.org_code))
    return alert
  })
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('nothing was entered yet, and the page says so', async () => {
  await page.goto(`${platform.url}/#/ledger`)
  await page.getByRole('heading', { name: '台账' }).waitFor()
  await page.getByText('没有符合条件的台账').waitFor()
  const kinds = await page.locator('#ledger-search select[name="kind"] option').allTextContents()
  assert.deepEqual(kinds, ['全部', '约谈', '监察建议', '批示'], 'nobody knows who asks, so there are no leads')
  await page.goto(`${platform.url}/#/bulletins`)
  await page.getByText('还没有通报').waitFor()
})

test('an interview is entered from its alert and is overdue when its day is over', async () => {
  await page.goto(`${platform.url}/#/alert/${alert.alert_id}`)
  await page.getByRole('link', { name: '记入台账' }).click()
  await page.getByRole('heading', { name: '登记台账' }).waitFor()
  assert.equal(await page.locator('select[name="org"]').inputValue(), alert.responsible_org ?? alert.org_code)
  assert.equal(await page.getByLabel('关联预警编号').inputValue(), alert.alert_id)
  await page.locator('input[name="on"]').fill('2026-01-05')
  // A Saturday.
  await page.locator('input[name="due"]').fill('2026-01-17')
  await page.getByLabel('事实').fill('同类办件连续三个月超期，未按督办要求整改')
  await page.getByLabel('要求达到的结果').fill('超期办件全部办结，并报送整改报告')
  await page.getByLabel('参加人员').fill('分管副局长\n审批科科长')
  await page.getByLabel('经办人编号').fill('jc-01')
  await screenshot(page, 'ledger-enter-1366', { fullPage: true })
  await page.locator('#enter').getByRole('button', { name: '登记' }).click()
  await page.waitForURL(/#\/ledger\/[0-9a-f]{12}/)
  await page.locator('#entry-title .badge', { hasText: '逾期' }).waitFor()
  await page.locator('#ledger-due', { hasText: '顺延至 2026-01-19' }).waitFor()
  await page.locator('#ledger-due', { hasText: /逾期 \d+ 个工作日/ }).waitFor()
  await screenshot(page, 'ledger-overdue-1366', { fullPage: true })
  assert.deepEqual(await faintTexts(page, '.cases-page'), [])
})

test('its result closes it, once, and the list tells what stands how', async () => {
  await page.getByRole('button', { name: '登记结果' }).click()
  await page.locator('input[name="result_on"]').fill('2026-01-16')
  await page.getByLabel('由谁作出').fill('市审批局')
  await page.locator('textarea[name="result"]').fill('超期办件已全部办结，整改报告已报送')
  await page.locator('.evidence-input input[placeholder]').fill('0f'.repeat(32))
  await page.getByRole('button', { name: '保存结果' }).click()
  await page.locator('#entry-title .badge', { hasText: '已办结' }).waitFor()
  assert.match(await page.locator('#ledger-result').textContent(), /整改报告已报送/)
  assert.equal(await page.getByRole('button', { name: '登记结果' }).count(), 0, 'it has one result')
  await screenshot(page, 'ledger-closed-1366', { fullPage: true })

  await page.goto(`${platform.url}/#/ledger/new`)
  await page.locator('select[name="kind"]').selectOption({ label: '监察建议' })
  await page.locator('select[name="org"]').selectOption({ index: 1 })
  await page.locator('input[name="due"]').fill('2036-12-31')
  await page.getByLabel('文号').fill('监建〔2026〕3号')
  await page.getByLabel('事实').fill('季度考评不合格')
  await page.getByLabel('要求达到的结果').fill('建立限时办结提醒制度')
  await page.getByLabel('经办人编号').fill('jc-01')
  await page.locator('#enter').getByRole('button', { name: '登记' }).click()
  await page.locator('#entry-title .badge', { hasText: '待办结' }).waitFor()

  await page.goto(`${platform.url}/#/ledger`)
  await page.locator('#ledger tbody tr').nth(1).waitFor()
  assert.deepEqual(await page.locator('#ledger-tally b').allTextContents(), ['1', '0', '1', '0'])
  await screenshot(page, 'ledger-list-1366', { fullPage: true })
  await page.locator('#ledger-tally a[data-state="closed"]').click()
  await until(async () => (await page.locator('#ledger tbody tr').count()) === 1)
  await page.locator('#ledger tbody tr', { hasText: '约谈' }).waitFor()
  await page.locator('#ledger-search select[name="kind"]').selectOption({ label: '监察建议' })
  await page.getByRole('button', { name: '查询' }).click()
  await page.getByText('没有符合条件的台账').waitFor()
})

test('what was entered in error stays and says why', async () => {
  const { entries } = await ask('/api/v1/ledger?kind=recommendation')
  await page.goto(`${platform.url}/#/ledger/${entries[0].id}`)
  await page.getByRole('button', { name: '登记有误，作废' }).click()
  await page.getByLabel('作废原因').fill('机构填写有误')
  await page.getByRole('button', { name: '确认作废' }).click()
  await page.locator('#entry-title .badge', { hasText: '作废' }).waitFor()
  await page.getByText('机构填写有误').waitFor()
  assert.equal(await page.locator('.act-buttons').count(), 0)
})

test('what a leader writes about an alert becomes an order, which says whose words it follows from', async () => {
  await page.goto(`${platform.url}/#/alert/${alert.alert_id}`)
  await page.getByRole('button', { name: '作出批示' }).click()
  await page.getByLabel('批示内容').fill('请查明原因，限期整改。')
  await page.locator('#instruct input[name="person"]').fill('ld-01')
  await page.getByRole('button', { name: '提交批示' }).click()
  const words = page.locator('#instructions li', { hasText: '请查明原因' })
  await words.waitFor()
  await words.getByRole('button', { name: '交办督办' }).click()
  await page.locator('#order_why').fill('请于期限内反馈')
  await page.locator('#order_person').fill('jc-01')
  await page.locator('#order_body').fill('510500-sfj')
  await page.locator('#order_office').fill('执法监督科')
  await screenshot(page, 'ledger-order-1366')
  await page.locator('.act-submit button[type=submit]').click()
  await words.locator('[data-order="applied"]').waitFor()
  await page.locator('#thread .thread-why', { hasText: /落实领导批示（ld-01，.*请查明原因，限期整改。请于期限内反馈/ }).waitFor()
  assert.equal(await words.getByRole('button', { name: '交办督办' }).count(), 0, 'one order follows from it')
  await words.scrollIntoViewIfNeeded()
  await screenshot(page, 'ledger-instructed-1366')
})

test('a wrong alert is refused with what is wrong, and what was typed stays', async () => {
  await page.goto(`${platform.url}/#/ledger/new?alert=00ff`)
  await page.locator('select[name="org"]').selectOption({ index: 1 })
  await page.locator('input[name="due"]').fill('2036-12-31')
  await page.getByLabel('事实').fill('试填')
  await page.getByLabel('要求达到的结果').fill('无')
  await page.locator('#enter').getByRole('button', { name: '登记' }).click()
  await page.locator('.voice-failure', { hasText: '未找到：预警 00ff' }).waitFor()
  assert.equal(await page.getByLabel('事实').inputValue(), '试填')
})

test('list and detail fit a phone', async () => {
  const { entries } = await ask('/api/v1/ledger')
  const phone = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  for (const [name, hash, shown] of [
    ['list', '#/ledger', '#ledger'],
    ['one', `#/ledger/${entries[0].id}`, '#entry-title'],
  ]) {
    await phone.goto(`${platform.url}/${hash}`)
    await phone.locator(shown).waitFor()
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the phone`)
    await screenshot(phone, `ledger-${name}-phone-dark`)
  }
  await phone.context().close()
})

test('English second: no word of the page’s own is left in Chinese', async () => {
  assert.deepEqual(
    await chineseInEnglish(page, [
      [`${platform.url}/#/ledger`, '#ledger'],
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
  for (const began = Date.now(); Date.now() - began < 3 * SHOWN_MS; ) {
    if (await is()) return
    await new Promise((done) => setTimeout(done, 300))
  }
  throw new Error('it did not come to be in time')
}
