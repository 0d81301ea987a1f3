// People work a card on its panel: a supervisor orders, the department answers, the supervisor closes; an appeal takes a card back.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'dispositions', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await browser.newPage({ viewport: { width: 1366, height: 900 } })
  page.setDefaultTimeout(SHOWN_MS)
  page.on('pageerror', (error) => broken.push(error.stack))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) broken.push(message.text())
  })
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

// First, since an appeal is made within days of the card.
test('an appeal is not decided by who made it, and takes the card back when another grants it', async () => {
  const card = await newestCard()
  await page.goto(`${platform.url}/#/alert/${card.alert_id}`)
  await begin('appeal')
  await fill('appeal', { why: '系统对接延误所致', person: 'wang' })
  await done('appeal')
  await page.locator('.badge', { hasText: '申诉中' }).waitFor()

  await begin('withdraw')
  await choose('#withdraw_conclusion', '数据问题')
  await fill('withdraw', { why: '经查属实', person: 'wang' })
  await page.locator('.act-submit button[type=submit]').click()
  const refusal = page.locator('.act-form .ant-alert-error')
  await refusal.waitFor()
  assert.match(await refusal.textContent(), /wang 是申诉人/)
  await screenshot(page, 'refused-1366')

  await fill('withdraw', { person: 'zhao' })
  await done('withdraw')
  await page.locator('.closing').waitFor()
  const { alert } = await ask(`/api/v1/alerts/${card.alert_id}`)
  assert.deepEqual([alert.status, alert.disposition.state], ['withdrawn', 'withdrawn_on_appeal'])
  // What cannot be done any more says why.
  await page.locator('.not-now summary').click()
  assert.match(await page.locator('[data-refused="order"]').textContent(), /已撤销/)
})

test('a supervisor orders, the department answers with a file, the supervisor closes', async () => {
  const card = await newestCard()
  await page.goto(`${platform.url}/#/alert/${card.alert_id}`)
  await begin('order')
  assert.deepEqual(await faintTexts(page, '#panel'), [])
  await screenshot(page, 'order-1366')
  // Those who supervise are on no list of bodies that act: their code is typed.
  await fill('order', { why: '请于期限内整改并反馈', body: '510500-sfj', office: '执法监督科', person: 'li' })
  await done('order')
  await page.locator('#thread li', { hasText: '请于期限内整改并反馈' }).waitFor()

  await begin('answer')
  // Hashed in the browser: the file itself stays where it is.
  await page.locator('.evidence-input input[type=file]').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('abc') })
  const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  await page.locator('.evidence-input li', { hasText: hash }).waitFor()
  await fill('answer', { why: '已补办并整改', person: 'wang' })
  await done('answer')
  await page.locator('#thread li[data-side="department"]', { hasText: hash }).waitFor()

  await begin('close')
  await fill('close', { why: '核查完毕', person: 'li' })
  await done('close')
  await page.locator('#thread li', { hasText: '核查完毕' }).waitFor()
  assert.deepEqual(await page.locator('#thread .thread-head b').allTextContents(), ['督办', '反馈督办', '办结督办'])
  const { alert } = await ask(`/api/v1/alerts/${card.alert_id}`)
  assert.equal(alert.disposition.order.closed.person, 'li')
  assert.deepEqual(alert.disposition.order.answers[0].evidence, [hash])
  await page.locator('#thread').scrollIntoViewIfNeeded()
  assert.deepEqual(await faintTexts(page, '#panel'), [])
  await screenshot(page, 'thread-1366')
})

test('an order is passed on, reported back and answered by who passed it on; what was put right is checked', async () => {
  await pastIsOver()
  const card = await newestCard()
  await page.goto(`${platform.url}/#/alert/${card.alert_id}`)
  await begin('order')
  await page.locator('#order_rectify').check()
  await fill('order', { why: '请说明超期原因', body: '510500-sfj', office: '执法监督科', person: 'li' })
  await done('order')
  await begin('pass_on')
  await fill('pass_on', { to: 'wang', why: '请核对受理登记', body: 'zjj', person: 'sun' })
  await done('pass_on')
  await page.locator('#thread li[data-depth="1"]', { hasText: '→ wang' }).waitFor()

  // Whoever it was passed on to does not speak for the department.
  await begin('answer')
  await fill('answer', { why: '登记晚了两日', person: 'wang' })
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('.act-form .ant-alert-error', { hasText: '已经转办' }).waitFor()
  await begin('report')
  await fill('report', { why: '登记晚了两日', person: 'wang' })
  await done('report')

  const { alert: ordered } = await ask(`/api/v1/alerts/${card.alert_id}`)
  const until = new Date(Date.parse(ordered.disposition.order.due_at) + 30 * 3600_000).toISOString().slice(0, 16).replace('T', ' ')
  await begin('ask_extension')
  await page.locator('#ask_extension_due_at').fill(until)
  await page.locator('#ask_extension_due_at').press('Enter')
  await fill('ask_extension', { why: '档案在外地', person: 'sun' })
  await done('ask_extension')
  await page.locator('#thread li', { hasText: '待答复' }).waitFor()
  await begin('refuse_extension')
  await fill('refuse_extension', { why: '可先报扫描件', body: '510500-sfj', person: 'li' })
  await done('refuse_extension')
  await begin('answer')
  await fill('answer', { why: '已查明并补录', body: 'zjj', person: 'sun' })
  await done('answer')

  await page.locator('.not-now summary').click()
  // The form goes before the alert is read anew.
  await page.locator('[data-refused="close"]', { hasText: '尚未报送整改' }).waitFor()
  await begin('rectify')
  await fill('rectify', { evidence: '0a'.repeat(32), why: '已补办', body: 'zjj', person: 'sun' })
  await done('rectify')
  await begin('accept_rectification')
  await fill('accept_rectification', { why: '材料属实', body: '510500-sfj', person: 'li' })
  await done('accept_rectification')
  await begin('close')
  await fill('close', { why: '予以办结', person: 'li' })
  await done('close')

  await page.locator('#thread .thread-head b', { hasText: '办结督办' }).waitFor()
  const titles = await page.locator('#thread .thread-head b').allTextContents()
  assert.deepEqual(titles.map((title) => title.replace(/ ?至.*/, '')), ['督办（须整改）', '转办', '回报转办', '申请延期', '不予延期', '反馈督办', '整改', '整改验收通过', '办结督办'])
  const { alert } = await ask(`/api/v1/alerts/${card.alert_id}`)
  const { passed_on, extensions_asked, answers } = alert.disposition.order
  assert.deepEqual([passed_on[0].reports[0].by.person, extensions_asked[0].outcome.by.person, answers[0].by.person], ['wang', 'li', 'sun'])
  await page.locator('#thread').scrollIntoViewIfNeeded()
  await screenshot(page, 'passed-on-1366')
})

test('a supervisor raises an alert by hand on a case, and it is there at once', async () => {
  const card = await newestCard()
  await page.goto(`${platform.url}/#/cases/${encodeURIComponent(card.source)}/${encodeURIComponent(card.case_no)}`)
  await page.locator('[data-act="raise"]').click()
  await page.locator('#raise_title').waitFor()
  await choose('#raise_level', '黄牌')
  await fill('raise', { title: '现场检查超范围', legal_basis: '《行政检查办法》（条款待核）', why: '群众反映检查事项超出计划', body: '510500-sfj', person: 'li' })
  await screenshot(page, 'raise-1366')
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('main', { hasText: '人工预警（现场检查超范围）' }).waitFor()
  const { alerts } = await ask(`/api/v1/alerts?control_point=disposition/manual&case_no=${encodeURIComponent(card.case_no)}`)
  assert.deepEqual(alerts.map(({ level, status, rule }) => [level, status, rule]), [['yellow', 'issued', 'MANUAL']])
})

test('a form that lacks what the act needs is not sent, and says what is missing', async () => {
  const card = await newestCard()
  await page.goto(`${platform.url}/#/alert/${card.alert_id}`)
  await begin('dismiss')
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('.act-form .ant-form-item-explain-error', { hasText: '请选择结论' }).waitFor()
  await page.locator('.act-form .ant-form-item-explain-error', { hasText: '请写明不予认定的理由' }).waitFor()
  // An objective cause is named and proven; another conclusion asks for neither.
  await choose('#dismiss_conclusion', '客观原因')
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('.act-form .ant-form-item-explain-error', { hasText: '请选择客观原因的种类' }).waitFor()
  await page.locator('.act-form .ant-form-item-explain-error', { hasText: '请附证明材料' }).waitFor()
  await screenshot(page, 'dismiss-objective-1366')
  await choose('#dismiss_conclusion', '规则问题')
  await page.locator('#dismiss_cause').waitFor({ state: 'detached' })
  await page.locator('#dismiss_evidence').waitFor({ state: 'detached' })
  const { alert } = await ask(`/api/v1/alerts/${card.alert_id}`)
  assert.equal(alert.disposition ?? null, null)
})

// The demonstration has no ladder of a site's own: the entry is put into the platform's answer as tests/e2e/disposed.rs finds it there.
test('an order that nobody answers shows on which rung it stands, before whom it was brought and what comes next', async () => {
  const card = await newestCard()
  const address = `**/api/v1/alerts/${card.alert_id}`
  const rungs = [
    { due: '1wd before', reached: false, before: [{ instance: 'department_supervisor', region: '510500' }] },
    { due: 'late', at: '2026-07-18T00:00:00+08:00', reached: true, before: [{ instance: 'supervision', region: '510500' }] },
    { due: '5wd', at: '2026-07-25T00:00:00+08:00', reached: false, level: 'red', before: [{ instance: 'supervision_above', region: '510000' }, { instance: 'leadership', region: '510500' }] },
  ]
  await page.route(address, async (route) => {
    const response = await route.fetch()
    const found = await response.json()
    found.alert.evidence.push({ kind: 'escalation', rungs })
    await route.fulfill({ response, json: found })
  })
  try {
    await page.goto(`${platform.url}/#/alert/${card.alert_id}`)
    // The address may be the one that the page is at.
    await page.reload()
    const ladder = page.locator('#ladder')
    await ladder.waitFor()
    assert.deepEqual(await ladder.locator('li').evaluateAll((all) => all.map((one) => one.dataset.rung)), ['ahead', 'stands', 'next'])
    const told = await ladder.locator('li').allTextContents()
    assert.match(told[0], /届满前1个工作日.*现不再计算/)
    assert.match(told[1], /届满未反馈.*现处梯级.*本级监察机关（510500）/)
    assert.match(told[2], /逾期满5个工作日.*红牌.*下一梯级.*上级监察机关（510000）、本级政府分管领导（510500）/)
    assert.equal(await ladder.locator('[aria-current="step"]').count(), 1)
    await ladder.scrollIntoViewIfNeeded()
    await screenshot(page, 'ladder-1366')
  } finally {
    await page.unroute(address)
  }
})

test('dark, on a phone and on a wall, everything is in its place', async () => {
  const card = await newestCard()
  const shown = async (name, width, height, hash, colorScheme) => {
    const other = await browser.newPage({ viewport: { width, height }, colorScheme })
    other.setDefaultTimeout(SHOWN_MS)
    await other.goto(`${platform.url}/${hash}`)
    await other.locator('.alert-row').first().waitFor()
    if (hash.includes('alert')) await other.locator('#message').waitFor()
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than its window`)
    await screenshot(other, name)
    return other
  }
  for (const scheme of ['light', 'dark']) {
    const wall = await shown(`wall-1920-${scheme}`, 1920, 1080, '#/wall', scheme)
    await wall.locator('#sources tbody tr').first().waitFor()
    assert.equal(await wall.locator('#filters').count(), 0, 'nobody presses a filter on a wall')
    await wall.close()
    await (await shown(`board-phone-${scheme}`, 390, 844, '#/', scheme)).close()
    await (await shown(`alert-phone-${scheme}`, 390, 844, `#/alert/${card.alert_id}`, scheme)).close()
  }
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** Opens an act's form. */
async function begin(act) {
  await page.locator(`[data-act="${act}"]`).click()
  await page.locator(`#${act}_why`).waitFor()
}

async function fill(act, values) {
  for (const [field, text] of Object.entries(values)) await page.locator(`#${act}_${field}`).fill(text)
}

/** Chooses from a list. */
async function choose(field, text) {
  // The whole of it: what was chosen before may lie over the field.
  await page.locator('.ant-select', { has: page.locator(field) }).click()
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: text }).first().click()
}

async function done(act) {
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('.act-done, .act-form .ant-alert-error').waitFor()
  assert.deepEqual(await page.locator('.act-form .ant-alert-error').allTextContents(), [], `${act} was refused`)
  await page.locator(`#${act}_why`).waitFor({ state: 'detached' })
}

/** A card that went out last and that nobody has worked yet: appeals are made within days. */
async function newestCard() {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    const { alerts } = await ask('/api/v1/alerts?status=issued&level=yellow,red&limit=200')
    const [newest] = alerts.filter((a) => !a.disposition && a.subject_kind === 'case').sort((a, b) => Date.parse(b.issued_at) - Date.parse(a.issued_at))
    if (newest) return newest
    await new Promise((later) => setTimeout(later, 500))
  }
  throw new Error('no card went out')
}

/** The demonstration lives its last weeks in half a minute or more: what is ordered meanwhile is due before anybody can answer. */
async function pastIsOver() {
  for (const began = Date.now(); Date.now() - began < 3 * SHOWN_MS; ) {
    const { now_at: now } = await ask('/api/v1/platform')
    if (Date.parse(now) > Date.now() - 3600_000) return
    await new Promise((later) => setTimeout(later, 500))
  }
  assert.fail('the past of the demonstration does not end')
}

async function ask(path) {
  const response = await fetch(new URL(path, platform.url))
  assert.equal(response.status, 200, path)
  return response.json()
}
