// Single sign-on, by a real provider on another site: who has an account is let in by it, who has none is not given one, what was not begun
// in this browser is not finished in it, other keys of the provider are taken over, and signing out ends both sessions.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { freePort, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const KEY = 'the administrator key of this trial'
const CLIENT = ['mingjing', 'a secret: of this & that']
const CALLBACK = '/api/v1/session/oidc/callback'

let provider
let platform
let browser
const broken = []

before(async () => {
  const [at, ours] = [await freePort(), await freePort()]
  const origin = `http://127.0.0.1:${ours}`
  provider = await startProvider(at, origin)
  platform = await startPlatform({
    name: 'oidc',
    listen: `127.0.0.1:${ours}`,
    startTimeoutMs: SHOWN_MS,
    env: {
      MINGJING__API__ACCOUNTS: 'required',
      MINGJING__API__ORIGIN: origin,
      MINGJING__INTAKE__ADMIN_KEY: KEY,
      MINGJING__OIDC__ISSUER: provider.issuer,
      MINGJING__OIDC__CLIENT_ID: CLIENT[0],
      MINGJING__OIDC__CLIENT_SECRET: CLIENT[1],
      MINGJING__OIDC__NAME: '市统一身份认证',
      MINGJING__OIDC__BODY_CLAIM: 'org',
    },
  })
  browser = await startBrowser()
  await open('li', { person: 'fz-07', name: '李监察', roles: ['supervision'] })
  await open('gone', { person: 'fz-08', roles: ['supervision'] })
  await by('POST', '/api/v1/accounts/gone/disable', { why: '调离' })
})

after(async () => {
  await browser?.close()
  await platform?.stop()
  provider?.stop()
})

test('who has an account signs in by the provider, without a password of ours, and comes to the page that was asked for', async () => {
  const page = await newPage()
  await page.goto(`${platform.url}/#/alerts`)
  await page.getByRole('link', { name: '用市统一身份认证登录' }).waitFor()
  await screenshot(page, 'sign-in-provider-1366')
  await atProvider(page, 'li')
  await page.getByText('李监察').first().waitFor()
  assert.equal(new URL(page.url()).hash.split('?')[0], '#/alerts')
  const cookies = await page.context().cookies(platform.url)
  const session = cookies.find(({ name }) => name === 'mingjing_session')
  assert.ok(session.httpOnly && session.sameSite === 'Strict', JSON.stringify(session))
  assert.equal(cookies.find(({ name }) => name === 'mingjing_sign_in'), undefined, 'what was under way is still kept')
  // The temporary password, which nobody was asked for, keeps nobody from anything.
  const { status } = await page.evaluate(async () => ({ status: (await fetch('/api/v1/alerts')).status }))
  assert.equal(status, 200)
  await page.context().close()
})

test('signing out ends the session here and at the provider', async () => {
  const page = await newPage()
  await page.goto(platform.url)
  await atProvider(page, 'li')
  await page.getByText('李监察').first().waitFor()
  const kept = await page.context().cookies(platform.url)
  await page.getByText('李监察').first().click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.locator('button[name=logout][value=yes]').click()
  await page.getByRole('heading', { name: '登录' }).waitFor()
  const cookie = kept.map(({ name, value }) => `${name}=${value}`).join('; ')
  assert.equal((await fetch(`${platform.url}/api/v1/session`, { headers: { cookie } })).status, 401)
  // The provider asks who it is, again.
  await page.getByRole('link', { name: /登录/ }).click()
  await page.locator('input[name=login]').waitFor()
  await page.context().close()
})

test('nobody whose body is not told gets an account, and one that does not work is not opened anew; nothing tells which', async () => {
  const before = await by('GET', '/api/v1/accounts')
  for (const name of ['nobody', 'gone', 'gone@zjj', '不是账号名@zjj']) {
    const page = await newPage()
    await page.goto(platform.url)
    await atProvider(page, name)
    await page.getByRole('alert').filter({ hasText: '没有对应的可用账号' }).waitFor()
    assert.equal(new URL(page.url()).search, '', 'the reason stays in the address')
    if (name === 'nobody') await screenshot(page, 'sign-in-no-account-1366')
    assert.equal(await page.evaluate(async () => (await fetch('/api/v1/session')).status), 401)
    await page.context().close()
  }
  assert.deepEqual(await by('GET', '/api/v1/accounts'), before)
})

test('where the site wants it, whoever has no account gets one as a handler of the body that the provider names, and no more', async () => {
  const page = await newPage()
  await page.goto(platform.url)
  await atProvider(page, 'han@zjj')
  await page.getByRole('heading', { name: '我的待办' }).waitFor()
  const { rights } = await page.evaluate(async () => (await fetch('/api/v1/session')).json())
  assert.deepEqual([rights.person, rights.roles, rights.body], ['han', ['department_handler'], 'zjj'])
  await page.context().close()
  const { records } = await by('GET', '/api/v1/accounts/han')
  assert.deepEqual(
    records.map(({ act, by: who }) => [act, who]),
    [['opened', 'oidc']],
  )
  // The next time it is there, and another body is not taken over.
  const again = await newPage()
  await again.goto(platform.url)
  await atProvider(again, 'han@gaj')
  await again.getByRole('heading', { name: '我的待办' }).waitFor()
  assert.equal((await by('GET', '/api/v1/accounts/han')).account.rights.body, 'zjj')
  await again.context().close()
})

test('who gives up at the provider is told so', async () => {
  const page = await newPage()
  await page.goto(platform.url)
  await page.getByRole('link', { name: '用市统一身份认证登录' }).click()
  await page.getByRole('link', { name: /Cancel/ }).click()
  await page.getByRole('alert').filter({ hasText: '统一身份认证没有通过' }).waitFor()
  await page.context().close()
})

test('what was begun in one browser is not finished in another, nor twice, nor with another state', async () => {
  const begun = await begin()
  assert.equal(begun.asked.get('code_challenge_method'), 'S256')
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok(begun.asked.get(name)?.length >= 43, name)
  assert.match(begun.set, /HttpOnly/)
  assert.match(begun.set, /SameSite=Lax/)
  const state = begun.asked.get('state')
  const other = await begin()
  const iss = encodeURIComponent(provider.issuer)
  for (const [cookie, query, reason] of [
    ['', `code=a&state=${state}&iss=${iss}`, 'not_begun'],
    [other.cookie, `code=a&state=${state}&iss=${iss}`, 'not_begun'],
    [begun.cookie, `code=a&state=${other.asked.get('state')}&iss=${iss}`, 'not_begun'],
    [begun.cookie, `code=a&iss=${iss}`, 'not_begun'],
    [begun.cookie, `code=a&code=b&state=${state}&iss=${iss}`, 'not_begun'],
    ['mingjing_sign_in=', `code=a&state=${state}&iss=${iss}`, 'not_begun'],
    // Another provider's answer (RFC 9207), or one that does not say whose it is.
    [begun.cookie, `code=a&state=${state}&iss=https%3A%2F%2Fevil.example`, 'not_believed'],
    [begun.cookie, `code=a&state=${state}`, 'not_believed'],
    // A code that the provider never gave.
    [begun.cookie, `code=a&state=${state}&iss=${iss}`, 'not_begun'],
    [begun.cookie, `error=access_denied&state=${state}&iss=${iss}`, 'declined'],
  ]) {
    const answer = await finish(cookie, query)
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('location'), `/?sign_in=${reason}`, query)
    assert.ok(!answer.headers.getSetCookie().some((set) => /^mingjing_session=./.test(set)), query)
  }
})

test('a code that was used opens nothing to whoever has seen it', async () => {
  const page = await newPage()
  const seen = []
  page.on('request', (request) => request.url().includes(CALLBACK) && seen.push(request))
  await page.goto(platform.url)
  await atProvider(page, 'li')
  await page.getByText('李监察').first().waitFor()
  const [used] = seen
  const { cookie } = await used.allHeaders()
  const query = new URL(used.url()).search.slice(1)
  // Without the cookie, with another's, and with the very one.
  for (const [held, reason] of [
    ['', 'not_begun'],
    [(await begin()).cookie, 'not_begun'],
    [cookie, 'not_begun'],
  ]) {
    const answer = await finish(held, query)
    assert.equal(answer.headers.get('location'), `/?sign_in=${reason}`)
  }
  await page.context().close()
})

test('the session before is not the session after, and the trail says who came by the provider', async () => {
  const page = await newPage()
  const planted = `mjs_${'ab'.repeat(32)}`
  await page.context().addCookies([{ name: 'mingjing_session', value: planted, url: platform.url, httpOnly: true }])
  await page.goto(platform.url)
  await atProvider(page, 'li')
  await page.getByText('李监察').first().waitFor()
  const cookies = await page.context().cookies(platform.url)
  assert.notEqual(cookies.find(({ name }) => name === 'mingjing_session').value, planted)
  assert.equal((await fetch(`${platform.url}/api/v1/session`, { headers: { cookie: `mingjing_session=${planted}` } })).status, 401)
  await page.context().close()

  await open('lu', { person: 'sj-01', roles: ['auditor'] })
  const auditor = await newPage()
  await auditor.goto(platform.url)
  await atProvider(auditor, 'lu')
  await auditor.locator('.person summary').waitFor()
  const { entries } = await auditor.evaluate(async () => (await fetch('/api/v1/audit')).json())
  const came = entries.find(({ account, path }) => account === 'li' && path === CALLBACK)
  assert.deepEqual([came?.method, came?.person], ['GET', 'fz-07'])
  await auditor.context().close()
})

test('when the provider changes its key, the new one is taken over', async () => {
  await provider.rotate()
  // Its keys are asked for twice a minute at most.
  for (const began = Date.now(); ; ) {
    const page = await newPage()
    await page.goto(platform.url)
    await atProvider(page, 'li')
    const outcome = page.getByText('李监察').first().or(page.getByRole('alert').first())
    await outcome.waitFor()
    const told = await outcome.textContent()
    await page.context().close()
    if (told.includes('李监察')) break
    assert.match(told, /未通过核验/)
    assert.ok(Date.now() - began < SHOWN_MS, told)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
  }
})

test('while the provider is away passwords go on', async () => {
  provider.stop()
  await provider.ended
  const given = (await by('POST', '/api/v1/accounts/li/password', { why: '试验' })).password
  const page = await newPage()
  await page.goto(platform.url)
  await atProviderAway(page)
  await page.getByLabel('账号').fill('li')
  await page.getByLabel('口令').fill(given)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '修改口令' }).waitFor()
  await page.context().close()
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** Starts the provider as a process of its own, on another site than the platform: `localhost`, and not 127.0.0.1. */
async function startProvider(port, origin) {
  const program = join(dirname(fileURLToPath(import.meta.url)), 'provider.mjs')
  const child = spawn(process.execPath, [program, String(port), origin, ...CLIENT], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const lines = createInterface({ input: child.stdout })
  const until = (wanted) =>
    new Promise((resolve, reject) => {
      lines.on('line', (line) => line === wanted && resolve())
      void ended.then((code) => reject(new Error(`the provider ended (${code}) before it said ${wanted}`)))
    })
  await until('listening')
  return {
    issuer: `http://localhost:${port}`,
    rotate: () => {
      const done = until('rotated')
      child.stdin.write('rotate\n')
      return done
    },
    ended,
    stop: () => child.stdin.end(),
  }
}

/** Through the provider's own pages: a name, any password, and that the platform may know who it is. */
async function atProvider(page, name) {
  await page.getByRole('link', { name: '用市统一身份认证登录' }).click()
  await page.locator('input[name=login]').fill(name)
  await page.locator('input[name=password]').fill('anything')
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL(`${platform.url}/**`)
}

/** The description is known already, so that the browser is sent on and finds nobody; going back, it signs in otherwise. */
async function atProviderAway(page) {
  await page.getByRole('link', { name: '用市统一身份认证登录' }).waitFor()
  await assert.rejects(page.goto(`${platform.url}/api/v1/session/oidc`), /ERR_CONNECTION_REFUSED/)
  // The browser goes to a page of its own then, and breaks off whatever is asked for before it is there.
  await page.waitForURL(/^chrome-error:/)
  await page.goto(platform.url)
}

/** Begins as a browser does; its cookie, and what it would ask the provider. */
async function begin() {
  const answer = await fetch(`${platform.url}/api/v1/session/oidc`, { redirect: 'manual' })
  assert.equal(answer.status, 303)
  const [set] = answer.headers.getSetCookie()
  return { set, cookie: set.split(';')[0], asked: new URL(answer.headers.get('location')).searchParams }
}

const finish = (cookie, query) => fetch(`${platform.url}${CALLBACK}?${query}`, { redirect: 'manual', headers: cookie ? { cookie } : {} })

async function newPage() {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(SHOWN_MS)
  page.on('pageerror', (error) => broken.push(error.stack))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text()) && message.location().url.startsWith(platform.url)) broken.push(message.text())
  })
  return page
}

/** With the administrator's key. */
async function by(method, path, body) {
  const answer = await fetch(`${platform.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  const told = await answer.json()
  assert.ok(answer.ok, `${path}: ${JSON.stringify(told)}`)
  return told
}

const open = (account, rights) => by('POST', '/api/v1/accounts', { account, why: '试验', rights })
