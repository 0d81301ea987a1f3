// First pages by role on a real platform: a department's list with what cures each, what an officer decides, a leader's five matters.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { chineseInEnglish, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'desk', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await newPage()
  // The demonstration lives its last weeks first: meanwhile days pass between two looks, and what stands for its case is another soon.
  await until(async () => Date.parse((await ask('/api/v1/platform')).now_at) > Date.now() - 3600_000)
  await until(async () => (await ask('/api/v1/alerts?status=issued&level=red,yellow&total=true&limit=1')).total >= 8)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a department sees its own by hours left, and an order becomes the one thing to do and goes when it is answered', async () => {
  const { alerts } = await ask('/api/v1/alerts?open=true&level=red,yellow&top_of_case=true&limit=100')
  const card = alerts.find((alert) => alert.status === 'issued' && alert.org_code && alert.responsible_org === alert.org_code)
  await act(card.alert_id, 'order', { why: '请说明逾期原因', to: card.org_code })
  await page.goto(`${platform.url}/#/desk/department`)
  await page.getByText('请选择机构，查看其待办').waitFor()
  await page.getByLabel('机构').selectOption(card.org_code)
  const task = page.locator(`[data-task="${card.alert_id}"]`)
  await task.getByText('反馈督办：请说明逾期原因').waitFor()
  assert.equal(await task.getAttribute('data-cure'), 'answer')
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'desk-department-1366')
  const shown = await page.locator('[data-task]').evaluateAll((rows) => rows.map((row) => row.dataset.task))
  const own = new Set((await ask(`/api/v1/alerts?org_code=${card.org_code}&limit=1000`)).alerts.map((alert) => alert.alert_id))
  assert.ok(shown.every((id) => own.has(id)), 'another body’s alert is on the list')

  await task.getByRole('link', { name: '去反馈' }).click()
  await page.locator('[data-act="answer"]').click()
  await page.locator('#answer_why').fill('已补办')
  await page.locator('#answer_person').fill('wang')
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('#answer_why').waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await page.waitForURL(/#\/desk\/department/)
  // It waits for the decision then; it is gone where its alert has ended meanwhile, and only there.
  const waits = page.locator(`[data-task="${card.alert_id}"][data-cure="wait"]`)
  const stands = async () => ['pending', 'issued', 'review'].includes((await ask(`/api/v1/alerts/${card.alert_id}`)).alert.status)
  await page.locator(`[data-task="${card.alert_id}"][data-cure="answer"]`).waitFor({ state: 'detached' })
  for (let left = 60; (await waits.isVisible()) !== (await stands()); left -= 1) {
    assert.ok(left > 0, 'the list and the alert do not agree')
    await page.waitForTimeout(500)
  }
})

test('a department reads what of its data was refused, where and what to mend, and how far its records are to be relied on', async () => {
  const [source, body] = ['desk-browser', '510500-rsj']
  const { key } = await post('/v1/sources', { id: source, name: '退回演示系统', clock: 'live', org_code: body })
  const event = { specversion: '1.0', id: 'desk-bad-1', source, type: 'cn.mingjing.case.accepted.v1', subject: 'DESK-0001', time: (await ask('/api/v1/platform')).now_at, data: { item_code: 7 } }
  const sent = await fetch(`${platform.url}/v1/events`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(event) })
  assert.equal(sent.status, 400, 'a number for an item’s code was taken')
  await until(async () => (await ask(`/api/v1/sources/${source}`)).rejects.length > 0)

  await page.goto(`${platform.url}/#/desk/department`)
  await page.getByLabel('机构').selectOption(body)
  await page.getByRole('button', { name: '退回记录与数据质量' }).click()
  const data = page.locator('#own-data')
  // One of two: the other is its own of the demonstration.
  await data.locator(`[data-source="${source}"]`).click()
  const row = data.locator('#rejects tbody tr')
  await row.first().waitFor()
  const cells = await row.first().locator('td').allTextContents()
  assert.equal(cells.length, 6)
  assert.match(cells[0], /wrong_type/)
  assert.match(cells[4], /desk-bad-1/)
  assert.ok([cells[3], cells[5]].every((text) => /\p{Script=Han}/u.test(text)), `why and what to do: ${cells}`)
  const figures = data.locator('[data-figure]')
  await figures.first().waitFor()
  assert.deepEqual(await figures.evaluateAll((all) => all.map((one) => one.dataset.figure)), ['late_entry_rate', 'resent_rate', 'reversed_rate'])
  assert.ok((await figures.locator('dd').allTextContents()).every((text) => /^(\d.*%|<.*%|—)基数/.test(text)))
  await screenshot(page, 'desk-data-1366')

  const address = `**/api/v1/sources/${source}`
  await page.route(address, (route) => route.fulfill({ status: 503, json: { reason: 'unavailable', message_zh: '数据库暂不可用', message_en: 'the database is away' } }))
  await page.reload()
  await page.getByRole('button', { name: '退回记录与数据质量' }).click()
  await data.locator(`[data-source="${source}"]`).click()
  await data.getByRole('alert').getByText('数据库暂不可用').waitFor()
  await page.unroute(address)
  await data.getByRole('button', { name: '重试' }).click()
  await row.first().waitFor()

  // One that owns no source is told so.
  await page.route('**/api/v1/sources', (route) => route.fulfill({ json: { sources: [] } }))
  await page.reload()
  await page.getByRole('button', { name: '退回记录与数据质量' }).click()
  await data.getByText('没有登记为本部门主管的来源系统').waitFor()
  await page.unroute('**/api/v1/sources')
})

test('an officer sees what waits to be decided, each kind counted, and a decision takes it off', async () => {
  // One that goes out now: the term to appeal counts from then, and it may be over for those that there are.
  const { alerts } = await ask('/api/v1/alerts?status=issued&level=red,yellow&limit=100')
  const card = await raise(alerts.filter(aboutCase).at(-1), 'yellow')
  await act(card.alert_id, 'appeal', { why: '系统对接延误所致' })
  await page.goto(`${platform.url}/#/desk/officer`)
  const appeals = page.locator('[data-kind="appeals"]')
  await appeals.getByText('系统对接延误所致').waitFor()
  await page.locator('[data-kind="answered-orders"]').getByText('已补办').waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'desk-officer-1366')
  assert.match(await page.locator('#to-decide').textContent(), /共 \d+ 件/)
  // The heading leads to the whole list.
  await appeals.getByRole('link', { name: '申诉待决' }).click()
  await page.waitForURL(/disposition=appealed/)
  await page.locator(`[data-alert-row="${card.alert_id}"]`).waitFor()
  await page.goBack()
  await appeals.getByText('系统对接延误所致').waitFor()

  // Once its day has passed: nobody waits ten working days here, so that the platform's answer is that of then.
  const now = (await ask('/api/v1/platform')).now_at
  const passed = new Date(Date.parse(now) - 15 * 86_400_000).toISOString().slice(0, 10)
  const list = /\/api\/v1\/alerts\?.*disposition=appealed/
  await page.route(list, async (route) => {
    assert.match(route.request().url(), /sort=appeal/)
    const response = await route.fetch()
    const json = await response.json()
    for (const alert of json.alerts) alert.disposition.appeal.due_at = `${passed}T23:59:59+08:00`
    await route.fulfill({ response, json })
  })
  await page.reload()
  const over = appeals.locator('.desk-left.over').first()
  await over.getByText(/^逾期 \d+ 个工作日$/).waitFor()
  const worked = Number((await over.textContent()).match(/逾期 (\d+) 个工作日/)[1])
  // Of fifteen days; the longest days off of a year are nine.
  assert.ok(worked >= 4 && worked <= 13, String(worked))
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'desk-officer-overdue-1366')
  await page.unroute(list)
  await page.reload()
  await appeals.getByText('系统对接延误所致').waitFor()
  await act(card.alert_id, 'uphold', { why: '经查不属实', person: 'zhao' })
  await appeals.getByText('系统对接延误所致').waitFor({ state: 'detached' })
})

test('a leader sees what came of an instruction: it is done with the day on which its order is closed', async () => {
  const { alerts } = await ask('/api/v1/alerts?status=issued&level=red,yellow&limit=100')
  const card = alerts.find((alert) => !alert.disposition && alert.org_code && alert.responsible_org === alert.org_code)
  const on = (await ask('/api/v1/platform')).now_at.slice(0, 'yyyy-mm-dd'.length)
  const entry = await post('/api/v1/ledger', {
    kind: 'instruction',
    org_code: card.org_code,
    on,
    alerts: [card.alert_id],
    why: '请查明原因，限期整改。',
    key: 'desk-instruction',
    who: { person: 'ld-01', body: '510500-zfb', office: '' },
  })
  const other = await newPage()
  await other.goto(`${platform.url}/#/desk/leader`)
  const row = other.locator(`[data-instructed="${entry.id}"]`)
  await row.getByText('待办结').waitFor()
  await act(card.alert_id, 'order', { why: '请于期限内反馈', to: card.org_code, instruction: entry.id })
  await act(card.alert_id, 'answer', { why: '已补办', person: 'wang' })
  await act(card.alert_id, 'close', { why: '情况属实' })
  await row.getByText(/\d{4}-\d{2}-\d{2} 督办办结/).waitFor()
  assert.equal(await row.getAttribute('data-state'), 'closed')
  assert.deepEqual(await faintTexts(other, '#instructed'), [])
  await screenshot(other, 'desk-leader-instructed-1366')
  await row.getByRole('link').click()
  await other.locator('[data-order="closed"]', { hasText: '情况属实' }).waitFor()
  await other.context().close()
})

test('a leader sees the five worst matters, each case once, with cause, owner, date and change; on a phone, too', async () => {
  for (const [name, options] of [
    ['desk-leader-1366', {}],
    ['desk-leader-phone', { viewport: { width: 390, height: 844 } }],
    ['desk-leader-phone-dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ]) {
    const other = await newPage(options)
    await other.goto(`${platform.url}/#/desk/leader`)
    await other.locator('.matter').first().waitFor()
    assert.equal(await other.locator('.matter').count(), 5)
    for (const word of ['原因', '责任', '变化']) assert.equal(await other.locator('.matter dt', { hasText: word }).count(), 5, word)
    const texts = await other.locator('.matter dd').allTextContents()
    assert.ok(
      texts.every((text) => text.trim() !== ''),
      'a matter lacks something',
    )
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than its window`)
    await screenshot(other, name)
    await other.context().close()
  }
})

// The demonstration has no ladder of a site's own, and rungs are days apart: the ladder is put into the platform's answer as
// tests/e2e/disposed.rs finds it there. What the platform itself answers is the empty list.
test('a leader sees the orders that were brought before him, since when and what comes next; that there are none, and that they could not be read', async () => {
  const other = await newPage()
  const asked = (url) => url.searchParams.has('brought_before')
  const list = other.locator('#brought')
  await other.goto(`${platform.url}/#/desk/leader`)
  await list.getByText('没有因未反馈而提请处理的督办').waitFor()

  const { alerts } = await ask('/api/v1/alerts?status=issued&level=red,yellow&limit=2')
  const before = (...instances) => instances.map((instance) => ({ instance, region: '510500' }))
  const ladder = [
    { due: 'late', at: '2026-07-18T00:00:00+08:00', reached: true, before: before('supervision') },
    { due: '5wd', at: '2026-07-25T00:00:00+08:00', reached: true, level: 'red', before: before('leadership') },
    { due: '10wd', at: '2026-08-01T00:00:00+08:00', reached: false, before: before('supervision_above') },
  ]
  const [first, second] = ['2026-07-17T23:59:59+08:00', '2026-07-20T23:59:59+08:00'].map((due_at, place) => ({ ...alerts[place], due_at, ladder }))
  let address = ''
  await other.route(asked, (route) => {
    address = route.request().url()
    return route.fulfill({ json: { alerts: [second, first], next: null, total: 2 } })
  })
  await other.reload()
  const rows = list.locator('[data-brought]')
  await rows.first().waitFor()
  assert.equal(new URL(address).searchParams.get('brought_before'), 'leadership')
  assert.deepEqual(await rows.evaluateAll((all) => all.map((one) => one.dataset.brought)), [first.alert_id, second.alert_id], 'the longest overdue comes first')
  const told = await rows.first().textContent()
  assert.match(told, /(已过|还剩) \d+.*07-25 00:00 提请/)
  assert.match(told, /08-01 00:00 仍未反馈的，报告上级监察机关/)
  assert.equal(await rows.first().getByRole('link', { name: '看详情' }).getAttribute('href'), `#/alert/${first.alert_id}`)
  await screenshot(other, 'desk-brought-1366')
  await other.setViewportSize({ width: 390, height: 844 })
  const wide = await other.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(wide <= 0, `it is ${wide} px wider than the phone`)
  await screenshot(other, 'desk-brought-phone')

  await other.unroute(asked)
  await other.route(asked, (route) => route.fulfill({ status: 503, json: { reason: 'unavailable', message_zh: '数据库暂不可用', message_en: 'the database is away' } }))
  await other.reload()
  await list.getByRole('alert').getByText('未能载入').waitFor()
  await other.unroute(asked)
  await list.getByRole('button', { name: '重试' }).click()
  await list.getByText('没有因未反馈而提请处理的督办').waitFor()
  await other.context().close()
})

test('of one case and one span of time a department sees the gravest, and the others open under it', async () => {
  const { alerts } = await ask('/api/v1/alerts?status=issued&level=red,yellow&limit=200')
  const of = alerts.find(aboutCase)
  const org_code = of.org_code
  const { alert_id: yellow } = await raise(of, 'yellow')
  const { alert_id: red } = await raise(of, 'red')
  await page.goto(`${platform.url}/#/desk/department`)
  await page.getByLabel('机构').selectOption(org_code)
  const [top, under] = [page.locator(`[data-task="${red}"]`), page.locator(`[data-task="${yellow}"]`)]
  await top.waitFor()
  assert.equal(await under.isVisible(), false)
  // What stands behind it is in the line below.
  const others = page.locator(`[data-task="${red}"] + .desk-others summary`)
  assert.match(await others.textContent(), /该件另有 \d+ 条/)
  await others.focus()
  await page.keyboard.press('Enter')
  await under.waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'desk-department-others-1366')
  await page.locator('#show-all').click()
  await others.waitFor({ state: 'detached' })
  await under.waitFor()
  await page.locator('#show-all').click()
})

test('a department’s list and an officer’s fit a phone', async () => {
  const phone = await newPage({ viewport: { width: 390, height: 844 } })
  for (const kind of ['officer', 'department']) {
    await phone.goto(`${platform.url}/#/desk/${kind}`)
    await phone.locator('#desk-title').waitFor()
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${kind} is ${wide} px wider than the phone`)
    await screenshot(phone, `desk-${kind}-phone`)
  }
  await phone.context().close()
})

test('English second: no word of the page’s own is left in Chinese', async () => {
  assert.deepEqual(
    await chineseInEnglish(page, [
      [`${platform.url}/#/desk/officer`, '#desk-title, #to-decide'],
      [`${platform.url}/#/desk/department`, 'main h2'],
      [`${platform.url}/#/desk/leader`, 'main h2'],
    ]),
    {},
  )
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** Whether an alert is one of the rules' about a case of some body. */
function aboutCase({ subject_kind: kind, org_code: body, control_point: point }) {
  return kind === 'case' && body && point !== 'disposition/manual'
}

/** Raises an alert by hand about the case of another; answers it as it stands. */
async function raise({ source, case_no: caseNo }, level) {
  const raising = {
    who: { person: 'sun', body: '510500-sfj', office: '执法监督科' },
    subject: { kind: 'case', source, key: caseNo },
    title: '现场检查超范围',
    level,
    legal_basis: '《行政检查办法》（条款待核）',
    why: '群众反映检查事项超出计划',
    key: `desk-${level}-${caseNo}`,
  }
  await post('/api/v1/alerts', raising)
  const raised = async () => (await ask(`/api/v1/alerts?control_point=disposition/manual&case_no=${encodeURIComponent(caseNo)}`)).alerts.find((alert) => alert.level === level)
  await until(async () => (await raised())?.status === 'issued')
  return raised()
}

/** Somebody else does it meanwhile. */
async function act(id, kind, { person = 'li', ...more }) {
  const body = { key: `${kind}-${id}-${person}`, who: { person, body: '510500-sfj', office: '' }, ...more }
  const answer = await fetch(`${platform.url}/api/v1/alerts/${id}/${kind}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.equal(answer.status, 200, await answer.text())
}

async function post(path, body) {
  const answer = await fetch(`${platform.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const text = await answer.text()
  assert.ok(answer.ok, `${path}: ${answer.status} ${text}`)
  return JSON.parse(text)
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
