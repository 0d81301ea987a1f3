// 系统管理: an administrator opens an account and the new person signs in, locks it and opens it again; keys of sources; what could not be
// delivered; and the auditor reads all of it. Who may not sees no page, and the routes answer 403.

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const KEY = 'the administrator key of this trial'
const PASSWORD = '酒城清风明月夜读书声声入耳'
const HAN = /\p{Script=Han}/u

let platform
let browser
let folder
/** Refuses everything until it is told to take it. */
let receiver
let takes = false
const broken = []

before(async () => {
  receiver = createServer((request, response) => {
    request.resume()
    response.writeHead(takes ? 204 : 400).end()
  })
  await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening))
  folder = await mkdtemp(join(tmpdir(), 'mingjing-notify-'))
  const config = join(folder, 'notify.toml')
  await writeFile(config, notifyConfig(receiver.address().port))
  platform = await startPlatform({
    name: 'admin',
    startTimeoutMs: SHOWN_MS,
    env: {
      MINGJING__API__ACCOUNTS: 'required',
      MINGJING__INTAKE__ADMIN_KEY: KEY,
      MINGJING__NOTIFY__CONFIG: config,
      ADMIN_TEST_NOTIFY_KEY: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    },
  })
  browser = await startBrowser()
  await ready('zhao', { person: 'xt-01', name: '赵管理', roles: ['administrator'] })
  await ready('lu', { person: 'sj-01', name: '陆审计', roles: ['auditor'] })
})

after(async () => {
  await browser?.close()
  await platform?.stop()
  receiver?.close()
  receiver?.closeAllConnections()
  if (folder) await rm(folder, { recursive: true, force: true })
})

test('an administrator opens an account, its password is shown once, and the new person signs in with it', async () => {
  const page = await signedIn('zhao')
  // Whose work is the platform itself begins there.
  await page.getByRole('heading', { name: '账号', exact: true }).waitFor()
  await page.locator('[data-account="zhao"]').waitFor()
  await screenshot(page, 'admin-accounts-1366')

  await page.getByRole('button', { name: '开立账号' }).first().click()
  const form = page.getByRole('form', { name: '开立账号' })
  await form.getByLabel('账号名').fill('li')
  await form.getByLabel('人员编号').fill('fz-07')
  await form.getByLabel('姓名').fill('李监察')
  await form.getByLabel('监察部门').check()
  await form.getByLabel('法制部门').check()
  await form.getByLabel('依据、事由').fill('试验')
  await form.getByRole('button', { name: '开立账号' }).click()
  // Two persons, not one: the platform says so, and what was filled in stays.
  await form.getByRole('alert').filter({ hasText: '不得由同一人兼任' }).waitFor()
  assert.equal(await form.getByLabel('人员编号').inputValue(), 'fz-07')
  await screenshot(page, 'admin-account-refused-1366', { fullPage: true })
  await form.getByLabel('法制部门').uncheck()
  await form.getByRole('button', { name: '开立账号' }).click()
  const given = await page.locator('.once code').textContent()
  assert.ok(given.length >= 12, given)
  await screenshot(page, 'admin-password-once-1366')
  await page.getByRole('button', { name: '已记下，不再显示' }).click()
  await page.locator('.once').waitFor({ state: 'detached' })
  await page.locator('[data-account="li"]').getByText('临时口令，待本人修改').waitFor()

  const new_ = await newPage()
  await new_.goto(platform.url)
  await fillSignIn(new_, 'li', given)
  await new_.getByRole('heading', { name: '修改口令' }).waitFor()
  await new_.getByLabel('现用口令').fill(given)
  await new_.locator('input[name=chosen]').fill(PASSWORD)
  await new_.locator('input[name=again]').fill(PASSWORD)
  await new_.getByRole('button', { name: '修改口令' }).click()
  await new_.getByRole('heading', { name: '今天要决定的' }).waitFor()
  await new_.context().close()
  await page.context().close()
})

test('a locked account is out at once, and back when it is opened; all that was done stands in its record', async () => {
  const officer = await signedIn('li')
  const page = await signedIn('zhao')
  await page.locator('[data-account="li"] a').click()
  await page.getByRole('heading', { name: '账号 li' }).waitFor()
  await act(page, 'disable', '停用', '离岗培训')
  await page.locator('[data-record="disabled"]', { hasText: '离岗培训' }).waitFor()
  await officer.getByText('登录已失效').waitFor()
  await fillSignIn(officer, 'li', PASSWORD)
  await officer.getByRole('alert').filter({ hasText: '账号或者口令不对' }).waitFor()
  await act(page, 'enable', '启用', '返岗')
  await page.locator('[data-record="enabled"]', { hasText: '返岗' }).waitFor()
  await fillSignIn(officer, 'li', PASSWORD)
  await officer.locator('.person summary').waitFor()
  await act(page, 'end_sessions', '终止登录', '换机')
  await officer.getByText('登录已失效').waitFor()
  await officer.context().close()

  await page.locator('[data-account-act="change"]').click()
  const form = page.getByRole('form', { name: '变更权限' })
  await form.getByLabel('管辖区划代码').fill('510500')
  await form.getByLabel('依据、事由').fill('调整分工')
  await form.getByRole('button', { name: '变更权限' }).click()
  await page.locator('.facts', { hasText: '510500' }).waitFor()
  await act(page, 'password', '重置口令', '本人到场')
  await page.locator('.once code').waitFor()
  assert.deepEqual(await faintTexts(page, '.admin'), [])
  await screenshot(page, 'admin-account-1366', { fullPage: true })
  // Nothing of it is left when the page is read again.
  await page.reload()
  await page.locator('[data-record="password_set"]').first().waitFor()
  assert.equal(await page.locator('.once').count(), 0)
  await page.context().close()
})

test('who may not sees no page, and the routes answer 403', async () => {
  await ready('wang', { person: 'jc-02', name: '王监察', roles: ['supervision'] })
  const page = await signedIn('wang')
  assert.equal(await page.getByRole('link', { name: '系统管理' }).count(), 0)
  const refused = []
  page.on('response', (response) => response.status() === 403 && refused.push(response.url()))
  for (const tab of ['accounts', 'audit', 'sources', 'notifications']) {
    await page.goto(`${platform.url}/#/admin/${tab}`)
    await page.getByText('本账号的岗位不能打开这一页').waitFor()
  }
  assert.deepEqual(refused, [], 'the page asks for what it may not see')
  await screenshot(page, 'admin-not-yours-1366')
  const day = '2026-01-01'
  for (const path of ['accounts', 'accounts/zhao', 'audit', `audit/export?from=${day}&to=${day}`, 'notifications', 'dead-letters', 'sources/any/keys']) {
    assert.equal(await statusOf(page, `/api/v1/${path}`), 403, path)
  }
  assert.equal(await statusOf(page, '/api/v1/accounts/zhao/disable', { why: '试验' }), 403)
  assert.equal(await statusOf(page, '/api/v1/sources/any/keys', { end_earlier: true }), 403)
  await page.context().close()
  // Nor does an administrator read the trail.
  const administrator = await signedIn('zhao')
  assert.equal(await statusOf(administrator, '/api/v1/audit'), 403)
  assert.equal(await administrator.locator('[data-tab="audit"]').count(), 0)
  await administrator.context().close()
})

test('the auditor finds both in the trail: what was done and what was refused, and takes it as a file', async () => {
  const page = await signedIn('lu')
  await page.getByRole('heading', { name: '审计记录' }).waitFor()
  await page.locator('[data-chain="whole"]').waitFor()
  await page.getByLabel('账号', { exact: true }).fill('zhao')
  await page.getByLabel('种类').selectOption('changes')
  await page.getByRole('button', { name: '查询' }).click()
  await page.locator('tr[data-audit="POST /api/v1/accounts"]', { hasText: '开立账号' }).first().waitFor()
  await page.locator('tr[data-audit="POST /api/v1/accounts/li/disable"]', { hasText: '停用账号' }).waitFor()
  assert.deepEqual(await page.locator('#audit tr[data-by]:not([data-by="zhao"])').count(), 0)
  assert.deepEqual(await faintTexts(page, '.admin'), [])
  await screenshot(page, 'admin-audit-1366')

  await page.getByLabel('账号', { exact: true }).fill('wang')
  await page.getByLabel('种类').selectOption('refused')
  await page.getByRole('button', { name: '查询' }).click()
  await page.locator('tr[data-audit="GET /api/v1/accounts"][data-status="403"]', { hasText: '无权，被拒绝' }).first().waitFor()
  await page.locator('tr[data-audit="POST /api/v1/accounts/zhao/disable"][data-status="403"]').waitFor()

  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: '导出 CSV' }).click()
  const text = await readFile(await (await saving).path(), 'utf8')
  assert.match(text, /^\uFEFF时间,账号,人员编号,/)
  assert.match(text, /,wang,jc-02,127\.0\.0\.1,POST,\/api\/v1\/accounts\/zhao\/disable,403\r\n/)
  assert.doesNotMatch(text, /,zhao,xt-01,/)

  // Over more days than one an entry says which.
  const day = await page.locator('input[name=day]').inputValue()
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
  await page.locator('input[name=until]').fill(next)
  await page.getByRole('button', { name: '查询' }).click()
  await page.locator('#audit time', { hasText: day }).first().waitFor()
  // What nobody asked for is not there, and says so.
  await page.getByLabel('账号', { exact: true }).fill('nobody')
  await page.getByRole('button', { name: '查询' }).click()
  await page.getByText('没有符合条件的记录').waitFor()
  await page.locator('[data-tab="accounts"]').click()
  await page.locator('[data-account="li"]').waitFor()
  assert.equal(await page.getByRole('button', { name: '开立账号' }).count(), 0, 'an auditor is offered to change accounts')
  await page.context().close()
})

test('a source tells what it lacks, and its keys are given, shown once and retired', async () => {
  const page = await signedIn('zhao')
  await page.locator('[data-tab="sources"]').click()
  await page.locator('#source-list [data-source] a').first().waitFor()
  await screenshot(page, 'admin-sources-1366')
  const id = await page.locator('#source-list [data-source]').first().getAttribute('data-source')
  await page.locator('#source-list [data-source] a').first().click()
  await page.locator('#keys [data-key]').first().waitFor()
  const had = await page.locator('#keys [data-key]').count()
  await page.getByRole('button', { name: '另发一个（旧的仍可用）' }).click()
  const key = await page.locator('.once code').textContent()
  assert.match(key, /^mjk_[0-9a-f]{16}_[0-9a-f]{64}$/)
  await page.locator('#keys [data-key]').nth(had).waitFor()
  assert.notEqual(await intakeStatus(key), 401, 'the new key opens nothing')
  await page.getByRole('button', { name: '已记下，不再显示' }).click()
  await screenshot(page, 'admin-source-1366', { fullPage: true })

  // Somebody came with it just now, which is to be seen before it is taken away.
  await page.reload()
  const row = page.locator(`#keys [data-key="${key.split('_')[1]}"]`)
  await row.getByText('最近使用于').waitFor()
  await row.getByText('长期有效').waitFor()
  await row.getByRole('button', { name: '停用' }).click()
  await row.getByText('立即被拒绝').waitFor()
  await page.keyboard.press('Escape')
  assert.notEqual(await intakeStatus(key), 401, 'it was retired without being asked for')
  await row.getByRole('button', { name: '停用' }).click()
  await row.getByRole('button', { name: '确认停用' }).click()
  await row.waitFor({ state: 'detached' })
  assert.equal(await intakeStatus(key), 401)
  const { keys } = await page.evaluate(async (source) => (await fetch(`/api/v1/sources/${encodeURIComponent(source)}/keys`)).json(), id)
  assert.equal(keys.length, had)
  await page.context().close()
})

test('notifications tell routes and channels, and what could not be delivered goes out again', async () => {
  const page = await signedIn('zhao')
  await page.locator('[data-tab="notifications"]').click()
  await page.locator('[data-route="red-cards"]').waitFor()
  assert.doesNotMatch(await page.locator('main').textContent(), /whsec|\/hook/)
  const group = page.locator('[data-dead="duty/http_4xx"]')
  for (const began = Date.now(); (await group.count()) === 0; ) {
    assert.ok(Date.now() - began < SHOWN_MS, 'nothing was given up')
    await page.waitForTimeout(1000)
    await page.locator('.admin-acts').getByRole('button', { name: '刷新' }).click()
  }
  await screenshot(page, 'admin-notifications-1366', { fullPage: true })
  takes = true
  await group.getByRole('button', { name: '重发' }).click()
  await group.getByRole('button', { name: '确认重发' }).click()
  await page.getByText(/已重新发送 \d+ 条/).waitFor()
  await page.getByText('没有未能送达的通知').waitFor()
  await page.context().close()
})

test('English second: no word of the page’s own is left in Chinese', async () => {
  const page = await signedIn('zhao')
  await page.locator('#language').click()
  await page.getByRole('button', { name: 'Open an account' }).click()
  await page.getByRole('form', { name: 'Open an account' }).waitFor()
  assert.deepEqual(await ownChinese(page), [], 'accounts')
  await screenshot(page, 'admin-accounts-en-1366', { fullPage: true })
  await page.locator('[data-tab="sources"]').click()
  await page.getByRole('heading', { name: 'Sources' }).waitFor()
  await page.locator('[data-tab="notifications"]').click()
  await page.locator('[data-route="red-cards"]').waitFor()
  assert.deepEqual(await ownChinese(page), [], 'notifications')
  await page.context().close()
})

test('a page that cannot be read says so and is read again; on a phone and in the dark nothing is wider than the screen', async () => {
  const page = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await page.route('**/api/v1/accounts', (route) => route.abort())
  await page.goto(platform.url)
  await fillSignIn(page, 'zhao', PASSWORD)
  await page.locator('.placeholder.failed').waitFor()
  await screenshot(page, 'admin-failed-phone-dark')
  await page.unroute('**/api/v1/accounts')
  await page.getByRole('button', { name: /重试/ }).click()
  await page.locator('[data-account="zhao"]').waitFor()
  for (const tab of ['accounts', 'sources', 'notifications']) {
    await page.locator(`[data-tab="${tab}"]`).click()
    await page.locator(`[data-tab="${tab}"][aria-current="page"]`).waitFor()
    await page.locator('.admin-table').first().waitFor()
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${tab}: ${wide} px wider than the phone`)
    assert.deepEqual(await faintTexts(page, '.admin'), [], `${tab} in the dark`)
    await screenshot(page, `admin-${tab}-phone-dark`)
  }
  await page.context().close()
})

test('by keyboard alone: a tab, an account, a form that is given up', async () => {
  const page = await signedIn('zhao')
  await page.locator('[data-account="li"]').waitFor()
  await page.locator('[data-tab="sources"]').focus()
  await page.keyboard.press('Enter')
  await page.locator('#source-list').waitFor()
  await page.locator('[data-tab="accounts"]').focus()
  await page.keyboard.press('Enter')
  await page.locator('[data-account="li"] a').focus()
  await page.keyboard.press('Enter')
  await page.locator('[data-account-act="disable"]').focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('依据、事由').waitFor()
  await page.keyboard.press('Enter')
  await page.getByLabel('依据、事由').waitFor({ state: 'detached' })
  await page.context().close()
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

const notifyConfig = (port) => `
dead_max = 40
[[channel]]
id = "duty"
kind = "webhook"
url = "http://127.0.0.1:${port}/hook"
secret = "env:ADMIN_TEST_NOTIFY_KEY"
[[route]]
id = "red-cards"
channel = "duty"
levels = ["red", "yellow"]
`

async function newPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(SHOWN_MS)
  page.on('pageerror', (error) => broken.push(error.stack))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) broken.push(message.text())
  })
  return page
}

async function signedIn(account) {
  const page = await newPage()
  await page.goto(platform.url)
  await fillSignIn(page, account, PASSWORD)
  await page.locator('.person summary').waitFor()
  return page
}

async function fillSignIn(page, account, password) {
  await page.getByLabel('账号', { exact: true }).fill(account)
  await page.getByLabel('口令', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录' }).click()
}

/** Does something with the account that the page shows. */
async function act(page, kind, label, why) {
  await page.locator(`[data-account-act="${kind}"]`).click()
  const form = page.getByRole('form', { name: label })
  await form.getByLabel('依据、事由').fill(why)
  await form.getByRole('button', { name: label }).click()
  await form.waitFor({ state: 'detached' })
}

/** What the platform answers to the page itself; with a body, to a change. */
const statusOf = (page, path, body) =>
  page.evaluate(
    async ([address, sent]) => {
      const changing = { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body: JSON.stringify(sent) }
      return (await fetch(address, sent ? changing : {})).status
    },
    [path, body ?? null],
  )

/** Whether intake takes what comes with a key: an empty batch says nothing. */
async function intakeStatus(key) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' }
  return (await fetch(`${platform.url}/v1/events`, { method: 'POST', headers, body: '[]' })).status
}

/** Chinese in headings, buttons, labels and heads of tables: the page's own words. */
const ownChinese = (page) =>
  page.locator('main :is(h2, h3, button, label > span, legend, thead th, nav a, dt, .sure)').evaluateAll((found, source) => {
    const han = new RegExp(source, 'u')
    return found.map((element) => element.textContent.trim()).filter((text) => han.test(text))
  }, HAN.source)

/** Opens an account by the key and gives it its own password. */
async function ready(account, rights) {
  const send = async (method, path, body, headers) => {
    const answer = await fetch(`${platform.url}${path}`, { method, headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing', ...headers }, body: JSON.stringify(body) })
    const told = await answer.json()
    assert.ok(answer.ok, `${path}: ${JSON.stringify(told)}`)
    return told
  }
  const { password } = await send('POST', '/api/v1/accounts', { account, why: '试验', rights }, { authorization: `Bearer ${KEY}` })
  const { token } = await send('POST', '/api/v1/session', { account, password, bearer: true })
  await send('POST', '/api/v1/session/password', { old: password, new: PASSWORD }, { authorization: `Bearer ${token}` })
}
