// Complaints and ratings on a real platform: taken in by the form, worked to their end on the page, about a case and about none.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'

import { chineseInEnglish, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'complaints', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await newPage()
  await until(async () => (await ask('/api/v1/cases?open=true&limit=1')).cases?.length === 1)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a complaint about no case is taken in, accepted, answered and called back, each in its thread', async () => {
  await page.goto(`${platform.url}/#/complaints`)
  await page.getByRole('heading', { name: '投诉与评价' }).waitFor()
  await page.getByRole('link', { name: '登记' }).click()
  await page.getByRole('heading', { name: '登记投诉、评价' }).waitFor()
  await page.getByLabel('投诉类别').selectOption({ label: '服务态度' })
  const body = page.getByLabel('被投诉、被评价的机构')
  await body.selectOption({ index: 1 })
  await page.getByLabel('渠道编号').fill('12345-2026-1')
  await page.getByLabel('内容').fill('窗口工作人员态度生硬，来电13912345678')
  await page.getByLabel('经办人编号').fill('zf-01')
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'complaints-register-1366')
  await page.getByRole('button', { name: '登记' }).click()
  await page.waitForURL(/#\/complaints\/complaints\/TS-/)
  await page.locator('#voice-title .badge', { hasText: '待受理' }).waitFor()
  // No telephone number is kept.
  assert.equal(await page.locator('.voice-said').textContent(), '窗口工作人员态度生硬，来电***')
  assert.match(await page.locator('[data-term="answer"]').textContent(), /10个工作日/)
  assert.match(await page.locator('[data-term="accept"]').textContent(), /5个工作日/)

  await work('受理', '受理意见', '予以受理')
  await page.locator('#voice-title .badge', { hasText: '办理中' }).waitFor()
  await work('答复', '答复内容', '已当面致歉，联系电话不公开')
  await page.locator('#voice-title .badge', { hasText: '已答复' }).waitFor()
  await work('回访', '回访情况', '来电人表示满意')
  assert.deepEqual(await page.locator('#voice-thread .thread-head b').allTextContents(), ['受理', '答复', '回访'])
  await page.locator('.acts').getByRole('button', { name: '答复' }).waitFor({ state: 'detached' })
  assert.deepEqual(await faintTexts(page, 'main'), [])
  const [title, print, said] = await Promise.all(['#voice-title', '#print', '.voice-said'].map((of) => page.locator(of).first().boundingBox()))
  assert.ok(print.y < title.y + title.height && print.y + print.height <= said.y, 'printing stands beside the title, not between it and what was said')
  await screenshot(page, 'complaints-one-1366')
})

test('a complaint about a case lies in the case, and its page leads there', async () => {
  const { cases } = await ask('/api/v1/cases?open=true&limit=1')
  const [found] = cases
  await page.goto(`${platform.url}/#/complaints/new?${new URLSearchParams({ source: found.source, case: found.case_no })}`)
  assert.equal(await page.getByLabel('办件编号').inputValue(), found.case_no)
  await page.getByLabel('投诉类别').selectOption({ label: '办理拖延' })
  await page.getByLabel('内容').fill('催问多次没有结果')
  await page.getByRole('button', { name: '登记' }).click()
  await page.locator('#voice-title .badge', { hasText: '待受理' }).waitFor()
  const receipt = await page.locator('.voice').getAttribute('data-voice')
  // By what a term is due is said in words; the catalogue's numbers stand small behind them.
  await page.locator('#voice-terms [data-term="accept"] .term-basis', { hasText: /^投诉超时.*投诉的受理和答复时限/ }).waitFor()
  await page.locator('.facts').getByRole('link', { name: found.case_no }).click()
  await page.waitForURL(/#\/cases\//)
  const seen = await ask(`/api/v1/cases/${encodeURIComponent(found.source)}/${encodeURIComponent(found.case_no)}`)
  assert.ok(
    seen.timeline.some((entry) => entry.event_type === 'complaint' && entry.reason === '催问多次没有结果'),
    'the complaint is an event of the case',
  )
  assert.equal(seen.case.org_code, found.org_code, 'the case is the body’s that it was')
  await page.goto(`${platform.url}/#/complaints`)
  await page.locator(`[data-voice="${receipt}"]`).waitFor()
})

test('a bad rating that was found malicious does not count, and says so', async () => {
  await page.goto(`${platform.url}/#/complaints/new`)
  await page.locator('select[name="kind"]').selectOption({ label: '评价' })
  await page.getByLabel('满意度').selectOption({ label: '非常不满意' })
  await page.getByLabel('被投诉、被评价的机构').selectOption({ index: 1 })
  await page.getByLabel('内容').fill('差')
  await page.getByRole('button', { name: '登记' }).click()
  await page.locator('#voice-title .badge', { hasText: '待整改' }).waitFor()
  await page.locator('.acts').getByRole('button', { name: '复核' }).click()
  // The conclusion is asked for: nothing is sent without it.
  await page.getByLabel('复核的事实与理由').fill('同一设备连续评价')
  await page.getByRole('button', { name: '提交复核' }).click()
  assert.equal(await page.locator('#voice-thread li').count(), 0)
  await page.getByLabel('复核结论').selectOption({ label: '恶意评价' })
  await page.getByRole('button', { name: '提交复核' }).click()
  await page.locator('#voice-title .badge', { hasText: '复核不计' }).waitFor()
  await page.locator('#voice-thread', { hasText: '复核：恶意评价' }).waitFor()
  assert.equal(await page.locator('#voice-terms').count(), 0, 'nothing is due of it any more')
})

test('what one device rates beyond five times in an hour is reviewed first, and counts when it is found to stand', async () => {
  // The demonstration lives its last weeks first: hours pass between two ratings.
  await until(async () => Date.parse((await ask('/api/v1/platform')).now_at) > Date.now() - 3600_000)
  const { items } = await ask('/api/public/v1/items')
  const say = async (n) => {
    const rating = { key: `one-device-000000-${n}`, kind: 'rating', grade: 1, item_code: items[0].code }
    const headers = { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }
    const response = await fetch(`${platform.url}/api/public/v1/complaints`, { method: 'POST', headers, body: JSON.stringify(rating) })
    assert.equal(response.status, 200, String(n))
    return (await response.json()).receipt_no
  }
  let last = ''
  for (let n = 1; n <= 6; n += 1) last = await say(n)
  let found
  await until(async () => {
    found = (await ask('/api/v1/complaints?kind=rating&state=to_review')).complaints
    return found.length > 0
  })
  assert.deepEqual(found.map((voice) => [voice.receipt_no, voice.burst]), [[last, 6]])
  await page.goto(`${platform.url}/#/complaints/${found[0].source}/${found[0].case_no}/${found[0].event_id}`)
  await page.locator('#voice-title .badge', { hasText: '待复核' }).waitFor()
  await page.getByText('同一设备一小时内第 6 次评价').waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'complaints-one-device-1366')
  await page.locator('.acts').getByRole('button', { name: '复核' }).click()
  await page.getByLabel('复核的事实与理由').fill('大厅公用电脑，由不同的人评价')
  await page.getByLabel('复核结论').selectOption({ label: '评价成立' })
  await page.getByRole('button', { name: '提交复核' }).click()
  await page.locator('#voice-title .badge', { hasText: '已记录' }).waitFor()
  await page.locator('#voice-thread', { hasText: '复核：评价成立' }).waitFor()
})

test('the list is narrowed by kind and state, and a number leads to its one', async () => {
  await page.goto(`${platform.url}/#/complaints`)
  await page.locator('#voices tbody tr').first().waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'complaints-list-1366')
  await page.getByLabel('办理情况').selectOption({ label: '未办结' })
  await page.locator('select[name="kind"]').selectOption({ label: '投诉' })
  await page.getByRole('button', { name: '查询' }).click()
  await page.waitForURL(/open=true/)
  await page.locator('#voices tbody tr[data-state="answered"]').first().waitFor({ state: 'detached' })
  await page.locator('#voices tbody tr[data-state="received"]').first().waitFor()
  const states = await page.locator('#voices tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.state))
  assert.ok(
    states.every((state) => state === 'received' || state === 'accepted'),
    states.join(),
  )
  const receipt = await page.locator('#voices tbody tr').first().getAttribute('data-voice')
  await page.getByRole('button', { name: '清空' }).click()
  await page.getByLabel('登记编号').fill(receipt)
  await page.getByRole('button', { name: '查询' }).click()
  await page.waitForURL(/receipt=/)
  await page.locator(`[data-voice="${receipt}"]`).waitFor()
  assert.equal(await page.locator('#voices tbody tr').count(), 1)
})

test('the list goes along to its end as CSV and as a workbook, and on paper it says what was looked for', async () => {
  await page.goto(`${platform.url}/#/complaints?kind=complaint`)
  await page.locator('#voices tbody tr').first().waitFor()
  const take = async (format) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`.take-list [data-format="${format}"]`).click()])
    return readFile(await file.path())
  }
  // Asked before: what comes meanwhile is in the file as well.
  const { complaints } = await ask('/api/v1/complaints?kind=complaint')
  const csv = (await take('csv')).toString('utf8')
  assert.ok(complaints.length >= 2)
  for (const { receipt_no } of complaints) assert.ok(csv.split('\r\n').some((line) => line.startsWith(`${receipt_no},`)), `${receipt_no}\n${csv}`)
  assert.match(csv, /类别：投诉/)
  assert.doesNotMatch(csv, /只含前/)
  assert.equal((await take('xlsx')).subarray(0, 2).toString('latin1'), 'PK')

  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
  await page.emulateMedia({ media: 'print' })
  assert.match(await page.locator('.print-told').innerText(), /类别：投诉；平台时间 \d{4}-\d\d-\d\d/)
  for (const gone of ['.masthead', '#voice-search', '#print', '.take', 'a.button']) assert.equal(await page.locator(gone).first().isVisible(), false, gone)
  assert.equal(await page.locator('#voices tbody tr').first().isVisible(), true)
  assert.equal(await page.locator('#voices thead').evaluate((head) => getComputedStyle(head).display), 'table-header-group')
  await screenshot(page, 'complaints-paper')
  await page.emulateMedia({ media: null })
})

test('what the platform refuses is said where it was asked', async () => {
  await page.goto(`${platform.url}/#/complaints/new`)
  await page.getByLabel('投诉类别').selectOption({ label: '其他' })
  await page.getByLabel('涉及一件已知的办件').check()
  await page.getByLabel('来源系统').fill('nowhere')
  await page.getByLabel('办件编号').fill('none-1')
  await page.getByLabel('内容').fill('查无此件')
  await page.getByRole('button', { name: '登记' }).click()
  const refusal = page.locator('.voice-failure')
  await refusal.waitFor()
  assert.match(await refusal.textContent(), /未找到：办件 nowhere\/none-1/)
})

test('list, form and detail fit a phone', async () => {
  const { complaints } = await ask('/api/v1/complaints?kind=complaint')
  const [first] = complaints
  const one = [first.source, first.case_no, first.event_id].map(encodeURIComponent).join('/')
  const phone = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  for (const [name, hash, shown] of [
    ['list', '#/complaints', '#voices'],
    ['register', '#/complaints/new', '#register'],
    ['one', `#/complaints/${one}`, '#voice-title'],
  ]) {
    await phone.goto(`${platform.url}/${hash}`)
    await phone.locator(shown).waitFor()
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the phone`)
    await screenshot(phone, `complaints-${name}-phone-dark`)
  }
  await phone.context().close()
})

test('English second: no word of the page’s own is left in Chinese', async () => {
  assert.deepEqual(
    await chineseInEnglish(page, [
      [`${platform.url}/#/complaints`, '#voices'],
      [`${platform.url}/#/complaints/new`, '#register'],
    ]),
    {},
  )
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** Does one thing on the page of one. */
async function work(act, why, words) {
  await page.locator('.acts').getByRole('button', { name: act, exact: true }).click()
  await page.getByLabel(why).fill(words)
  await page.getByRole('button', { name: `提交${act}` }).click()
  await page.locator('#voice-thread', { hasText: words }).waitFor()
}

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
