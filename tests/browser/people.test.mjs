// People sign in: what is wrong is told, a temporary password is changed first, who may do what is seen on the panel, and what is over is over.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const KEY = 'the administrator key of this trial'
const PASSWORD = '酒城清风明月夜读书声声入耳'

let platform
let browser
const broken = []

before(async () => {
  platform = await startPlatform({
    name: 'people',
    startTimeoutMs: SHOWN_MS,
    env: { MINGJING__API__ACCOUNTS: 'required', MINGJING__INTAKE__ADMIN_KEY: KEY },
  })
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('nothing is shown before signing in, a wrong password is told, and a temporary one is changed first', async () => {
  const given = await open('li', { person: 'fz-07', name: '李监察', roles: ['supervision'] })
  const page = await newPage()
  const asked = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto(platform.url)
  await page.getByRole('heading', { name: '登录' }).waitFor()
  assert.deepEqual(
    asked.filter((path) => path.startsWith('/api/') && !/^\/api\/v1\/session(\/ways)?$/.test(path)),
    [],
    'something was asked for before signing in',
  )
  await screenshot(page, 'sign-in-1366')

  await fillSignIn(page, 'li', 'not the password')
  await page.getByRole('alert').filter({ hasText: '账号或者口令不对' }).waitFor()
  assert.equal(await page.getByLabel('口令').inputValue(), '', 'a wrong password stays in the field')
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'sign-in-wrong-1366')

  await fillSignIn(page, 'li', given)
  await page.getByRole('heading', { name: '修改口令' }).waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'change-password-1366')
  await change(page, given, '太短')
  await page.getByRole('alert').filter({ hasText: '至少 12 个字符' }).waitFor()
  // What only the platform knows it says.
  await change(page, given, 'password and more')
  await page.getByRole('alert').filter({ hasText: '参数 new 有误' }).waitFor()
  await change(page, given, PASSWORD)
  // An officer begins with what is to be decided.
  await page.getByRole('heading', { name: '今天要决定的' }).waitFor()
  await page.getByText('李监察').click()
  await page.locator('.person-box').getByText('监察部门').waitFor()
  await screenshot(page, 'signed-in-1366')
  await page.keyboard.press('Escape')
  await page.context().close()
})

test('who supervises orders and does not answer; the form signs with the account', async () => {
  const page = await signedIn('li')
  const card = await cardOf(page, (alert) => alert.level !== 'notice')
  await page.goto(`${platform.url}/#/alert/${card.alert_id}`)
  await page.locator('[data-act="order"]').click()
  await page.locator('#order_why').waitFor()
  assert.equal(await page.locator('#order_person').count(), 0, 'who signed in is asked who they are')
  await page.getByText('以 李监察 的名义办理').waitFor()
  await page.locator('#order_why').fill('请于期限内整改并反馈')
  await screenshot(page, 'order-signed-in-1366')
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('#thread li', { hasText: '请于期限内整改并反馈' }).waitFor()
  await page.locator('.not-now summary').click()
  assert.match(await page.locator('[data-refused="answer"]').textContent(), /由责任部门办理/)
  const { alert } = await asked(page, `/api/v1/alerts/${card.alert_id}`)
  assert.equal(alert.disposition.order.by.person, 'fz-07')
  await page.context().close()
})

test('a handler sees what is their body’s, by whatever address, and answers; who ordered closes, each in a browser of their own', async () => {
  const officer = await signedIn('li')
  const mine = await cardOf(officer, (alert) => alert.disposition?.order)
  const other = await cardOf(officer, (alert) => alert.org_code && alert.org_code !== mine.org_code && alert.responsible_org !== mine.org_code)
  await ready('wang', { person: 'zjj-01', name: '王承办', roles: ['department_handler'], body: mine.responsible_org ?? mine.org_code })
  const page = await signedIn('wang')
  await page.getByRole('heading', { name: '我的待办' }).waitFor()
  // A graver one of the same case may stand for it.
  await page.locator('#show-all').click()
  await page.locator(`[data-task="${mine.alert_id}"][data-cure="answer"]`).waitFor()
  // In words, not in codes.
  assert.deepEqual((await page.locator('.desk-cure > span').allTextContents()).filter((what) => /\w@\w/.test(what)), [])
  await screenshot(page, 'my-list-1366')
  const { alerts } = await asked(page, '/api/v1/alerts?limit=1000')
  assert.ok(alerts.some((alert) => alert.alert_id === mine.alert_id))
  assert.ok(!alerts.some((alert) => alert.alert_id === other.alert_id))
  await page.goto(`${platform.url}/#/alert/${other.alert_id}`)
  await page.locator('#panel .placeholder.failed').waitFor()
  assert.match(await page.locator('#panel').textContent(), /未找到/)
  await page.goto(`${platform.url}/#/alert/${mine.alert_id}`)
  await page.locator('[data-act="answer"]').click()
  await page.locator('#answer_why').fill('已补办并整改')
  await page.locator('.act-submit button[type=submit]').click()
  await page.locator('#thread li[data-side="department"]', { hasText: '已补办并整改' }).waitFor()

  // Who ordered reads the answer, and closes; whoever answered sees that without asking.
  await officer.goto(`${platform.url}/#/alert/${mine.alert_id}`)
  await officer.locator('#thread li[data-side="department"]', { hasText: '已补办并整改' }).waitFor()
  await officer.locator('[data-act="close"]').click()
  await officer.locator('#close_why').fill('核查完毕')
  await officer.locator('.act-submit button[type=submit]').click()
  for (const one of [officer, page]) {
    await one.locator('#thread li', { hasText: '核查完毕' }).waitFor()
    assert.deepEqual(await one.locator('#thread .thread-head b').allTextContents(), ['督办', '反馈督办', '办结督办'])
  }
  const { alert } = await asked(officer, `/api/v1/alerts/${mine.alert_id}`)
  const { by: ordered, answers, closed } = alert.disposition.order
  assert.deepEqual([ordered.person, answers[0].by.person, closed.person], ['fz-07', 'zjj-01', 'fz-07'])
  await officer.locator('#thread').scrollIntoViewIfNeeded()
  await screenshot(officer, 'closed-signed-in-1366')
  await officer.context().close()
  await page.context().close()
})

test('a session that ends hides the page, the same account finds its form again, another finds nothing', async () => {
  const page = await signedIn('li')
  const card = await cardOf(page, (alert) => alert.level !== 'notice')
  await page.goto(`${platform.url}/#/alert/${card.alert_id}`)
  await page.locator('.act-buttons [data-act]').first().click()
  await page.locator('.act-form textarea').first().fill('写了一半的理由')
  // An administrator ends it.
  await by('POST', '/api/v1/accounts/li/end_sessions', { why: '试验' })
  await page.getByText('登录已失效').waitFor()
  assert.equal(await page.locator('#panel').isVisible(), false, 'what was open is still seen')
  await screenshot(page, 'session-over-1366')
  await page.getByLabel('口令').fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('.act-form textarea').first().waitFor()
  assert.equal(await page.locator('.act-form textarea').first().inputValue(), '写了一半的理由')

  await by('POST', '/api/v1/accounts/li/end_sessions', { why: '试验' })
  await page.getByText('登录已失效').waitFor()
  await fillSignIn(page, 'wang', PASSWORD)
  await page.getByText('王承办').first().waitFor()
  assert.equal(await page.locator('.act-form').count(), 0, 'another finds the form of the one before')
  await page.context().close()
})

test('signing out ends the session here, in the next tab and on the platform', async () => {
  const page = await signedIn('li')
  const tab = await page.context().newPage()
  await tab.goto(`${platform.url}/#/`)
  await tab.locator('.alert-row').first().waitFor()
  const cookies = await page.context().cookies()
  await page.getByText('李监察').click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('heading', { name: '登录' }).waitFor()
  await tab.getByRole('heading', { name: '登录' }).waitFor()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const again = await fetch(`${platform.url}/api/v1/session`, { headers: { cookie } })
  assert.equal(again.status, 401)
  await page.context().close()
})

test('an account without alerts says so and asks for none', async () => {
  await ready('sun', { person: 'xx-01', roles: ['information_disclosure'] })
  const page = await newPage()
  const refused = []
  page.on('response', (response) => response.status() === 403 && refused.push(response.url()))
  await page.goto(platform.url)
  await fillSignIn(page, 'sun', PASSWORD)
  await page.getByRole('heading', { name: '本账号不查看预警和办件' }).waitFor()
  await page.waitForTimeout(3000)
  assert.deepEqual(refused, [])
  await screenshot(page, 'nothing-here-1366')
  await page.context().close()
})

test('whoever guesses is locked out and told for how long, on a phone and in the dark, too', async () => {
  const page = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await page.goto(platform.url)
  for (let tries = 0; tries < 5; tries += 1) {
    await fillSignIn(page, 'nobody', `guess ${tries}`)
    await page.getByRole('alert').filter({ hasText: '账号或者口令不对' }).waitFor()
  }
  await fillSignIn(page, 'nobody', 'guess 6')
  await page.getByRole('alert').filter({ hasText: /请在 15 分钟后再试/ }).waitFor()
  assert.equal(await page.getByRole('button', { name: '登录' }).isDisabled(), true)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(wide <= 0, `${wide} px wider than the phone`)
  await screenshot(page, 'locked-out-phone-dark')
  await page.context().close()
})

test('by keyboard alone: the fields, the button, the menu', async () => {
  const page = await newPage()
  await page.goto(platform.url)
  await page.getByLabel('账号').waitFor()
  await page.keyboard.type('wang')
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('.person summary').waitFor()
  await page.locator('.person summary').focus()
  await page.keyboard.press('Enter')
  await page.locator('.person-box').waitFor({ state: 'visible' })
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), '修改口令')
  await page.keyboard.press('Escape')
  await page.locator('.person-box').waitFor({ state: 'hidden' })
  await page.context().close()
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

async function newPage(options = {}) {
  // Its own cookies.
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(SHOWN_MS)
  page.on('pageerror', (error) => broken.push(error.stack))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) broken.push(message.text())
  })
  return page
}

/** With the administrator's key. */
async function by(method, path, body) {
  const answer = await fetch(`${platform.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const told = await answer.json()
  assert.ok(answer.ok, `${path}: ${JSON.stringify(told)}`)
  return told
}

/** Opens an account; resolves to its temporary password. */
async function open(account, rights) {
  return (await by('POST', '/api/v1/accounts', { account, why: '试验', rights })).password
}

/** An account that has its own password. */
async function ready(account, rights) {
  const given = await open(account, rights)
  const signing = await fetch(`${platform.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' },
    body: JSON.stringify({ account, password: given, bearer: true }),
  })
  const { token } = await signing.json()
  const changing = await fetch(`${platform.url}/api/v1/session/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ old: given, new: PASSWORD }),
  })
  assert.equal(changing.status, 200, await changing.text())
}

async function fillSignIn(page, account, password) {
  await page.getByLabel('账号').fill(account)
  await page.getByLabel('口令').fill(password)
  await page.getByRole('button', { name: '登录' }).click()
}

async function signedIn(account) {
  const page = await newPage()
  await page.goto(platform.url)
  await fillSignIn(page, account, PASSWORD)
  await page.locator('.person summary').waitFor()
  return page
}

async function change(page, old, chosen) {
  await page.getByLabel('现用口令').fill(old)
  await page.getByLabel('新口令', { exact: true }).or(page.locator('input[name=chosen]')).first().fill(chosen)
  await page.locator('input[name=again]').fill(chosen)
  await page.getByRole('button', { name: '修改口令' }).click()
}

/** As the page itself asks. */
const asked = (page, path) => page.evaluate(async (address) => (await fetch(address)).json(), path)

/** An issued alert of this kind, as soon as there is one. */
async function cardOf(page, is) {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    const { alerts } = await asked(page, '/api/v1/alerts?status=issued&limit=1000')
    const found = alerts.find(is)
    if (found) return found
    await page.waitForTimeout(500)
  }
  throw new Error('no such alert')
}
