// 机构人员名册 on a real platform: bodies open into offices and officers, who is in post on a day, whose certificate ends, who is found, who may look, and
// how who keeps it enters a change.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { open, signIn, withAccounts } from './accounts.mjs'
import { screenshot, startBrowser, startPlatform } from './lib.mjs'
import { CONTRAST, tooFaint, tooWide } from './look.mjs'

const SHOWN_MS = 120_000
const DAY_MS = 86_400_000
const KEY = 'the administrator key of this trial'
const BODY = '510500-zjj'
const OFFICE = 'enforce'
/** The demonstration says of this one that the certificate has run out. */
const LAPSED = '510500-zjj-enforce-9'
const SOON = '510500-zjj-enforce-1'
const INSPECTOR = '510500-zjj-inspect-1'
const COLLEAGUE = '510500-zjj-inspect-2'

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'register', startTimeoutMs: SHOWN_MS, env: withAccounts(KEY) })
  browser = await startBrowser()
  await open(platform.url, KEY, 'bian', { person: 'bb-01', roles: ['establishment'], body: '510500-bb', office: '编制科', region: '' })
  await open(platform.url, KEY, 'ling', { person: 'ld-01', roles: ['leadership'], body: '510500-zf', office: '办公室', region: '' })
  await open(platform.url, KEY, 'jian', { person: 'jd-01', roles: ['supervision'], body: '510500-jw', office: '监督科', region: '' })
  page = await signedIn('bian')
  await until('bodies', async () => ((await asked(page, '/api/v1/register')).bodies ?? []).length > 0)
  // The demonstration publishes definitions of its own while it lives through its past, which know nothing of what is entered meanwhile.
  await until('the past is over', async () => Date.parse((await asked(page, '/api/v1/platform')).now_at) > Date.now() - 3600_000)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('bodies open into offices, and offices into who is in post', async () => {
  await page.locator('.places a', { hasText: '清单' }).click()
  await page.locator('.lists-nav a', { hasText: '机构人员名册' }).click()
  const told = await asked(page, '/api/v1/register')
  await page.locator('#bodies > li').first().waitFor()
  assert.equal(await page.locator('#bodies > li').count(), told.bodies.length)
  const inPost = told.bodies.reduce((sum, body) => sum + body.officers_in_post, 0)
  assert.ok((await page.locator('#register-total').textContent()).replaceAll(',', '').includes(`在岗 ${inPost} 人`))
  const body = page.locator(`#bodies [data-body="${BODY}"]`)
  assert.ok(told.bodies.find(({ code }) => code === BODY).certificates_ended > 0, 'the demonstration has a lapsed certificate')
  await body.locator('summary .certificate-ended').first().waitFor()
  await body.locator('summary').first().click()
  await body.locator('[data-office]').first().waitFor()
  const whole = await asked(page, `/api/v1/register/${BODY}`)
  assert.equal(await body.locator('[data-office]').count(), whole.offices.length)
  const office = body.locator(`[data-office="${OFFICE}"]`)
  await office.locator('summary').click()
  const { officers } = whole.offices.find(({ code }) => code === OFFICE)
  assert.equal(await office.locator('.officers > li').count(), officers.filter((officer) => officer.in_post).length)
  await office.locator(`[data-officer="${LAPSED}"] [data-standing="ended"]`, { hasText: '已过期' }).waitFor()
  await screenshot(page, 'register-tree-1366')
})

test('whose certificate has ended is one step away, and a part of a number finds its officer in whatever body', async () => {
  await page.locator('#register-total a', { hasText: '已过期' }).click()
  await page.locator('#officers-found > li').first().waitFor()
  const ended = await asked(page, '/api/v1/register?certificates=ended')
  const shown = await page.locator('#officers-found > li').evaluateAll((rows) => rows.map((row) => row.dataset.officer))
  assert.deepEqual(shown, ended.officers.map(({ officer }) => officer.id))
  assert.ok(shown.includes(LAPSED))
  await screenshot(page, 'register-ended-1366')

  await page.locator('#register-search [name="certificates"]').selectOption('')
  await page.locator('#register-search [name="text"]').fill(SOON)
  await page.keyboard.press('Enter')
  await page.locator(`#officers-found [data-officer="${SOON}"]`).waitFor()
  assert.equal(await page.locator('#officers-found > li').count(), 1)
  await page.locator('#register-search [name="text"]').fill('没有这样的人')
  await page.keyboard.press('Enter')
  await page.locator('.placeholder.empty', { hasText: '没有符合条件' }).waitFor()
  await screenshot(page, 'register-nobody-1366')
})

test('who left is not in post on the day after, and a certificate is told of thirty days before its end', async () => {
  // The city of the demonstration lives through its last weeks in a minute: days that are far enough do not go by meanwhile.
  const day = await days()
  await page.goto(`${platform.url}/#/lists/register/${BODY}`)
  await page.locator(`#body-register[data-body="${BODY}"]`).waitFor()
  const [all, leaver] = await asked(page, `/api/v1/register/${BODY}`).then(({ offices }) => {
    const { officers } = offices.find(({ code }) => code === OFFICE)
    return [officers, officers[1].id]
  })
  const text = await page.evaluate(async (path) => (await fetch(path)).text(), `/api/v1/definitions/body/${BODY}/text`)
  const line = (id) => new RegExp(`(\\{ id: "${id}",[^}]*?)( cert_no)`)
  assert.match(text, line(leaver))
  assert.match(text, new RegExp(`id: "${SOON}",[^}]*cert_until: 2030-12-31`))
  const changed = text
    .replace(line(leaver), `$1 until: ${day(60)},$2`)
    .replace(new RegExp(`(id: "${SOON}",[^}]*cert_until: )2030-12-31`), `$1${day(120)}`)
  const status = await page.evaluate(
    async ([path, body]) => {
      const answer = await fetch(path, { method: 'PUT', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body })
      return `${answer.status} ${answer.ok ? '' : await answer.text()}`
    },
    [`/api/v1/register/${BODY}`, JSON.stringify({ text: changed, why: '离岗与换证通知', key: 'leave-1' })],
  )
  assert.match(status, /^200/)

  const officer = (id) => page.locator(`#body-register [data-office="${OFFICE}"] [data-officer="${id}"]`)
  const on = async (after) => {
    await page.goto(`${platform.url}/#/lists/register/${BODY}?on=${day(after)}`)
    await page.locator(`#body-register[data-on="${day(after)}"]`).waitFor()
  }
  await on(60)
  await officer(leaver).waitFor()
  assert.equal(await officer(SOON).locator('[data-standing]').getAttribute('data-standing'), 'valid')
  await on(61)
  await officer(SOON).waitFor()
  assert.equal(await officer(leaver).count(), 0)
  await page.locator('[name="everyone"]').click()
  await officer(leaver).locator('[data-in-post="false"]').waitFor()
  assert.equal(await page.locator(`#body-register [data-office="${OFFICE}"] .officers > li`).count(), all.length)
  await on(95)
  await officer(SOON).locator('[data-standing="ending"]').waitFor()
  await on(121)
  await officer(SOON).locator('[data-standing="ended"]').waitFor()
  await page.reload()
  await page.locator('.records', { hasText: '离岗与换证通知' }).waitFor()
  await page.locator('#posts [data-post]').first().waitFor()
  await screenshot(page, 'register-body-1366', { fullPage: true })
})

test('a change is refused at its field, seen before and after, signed, and told in the history', async () => {
  const day = await days()
  await page.goto(`${platform.url}/#/lists/register/${BODY}`)
  const officer = entry(INSPECTOR)
  await officer.locator('.change-here > button').click()
  const form = officer.locator('.register-change')
  await form.locator('[name="what"]').selectOption('end_officer')
  await form.locator('[name="until"]').fill('2021-02-01')
  await check(form)
  await form.locator('[data-refused="until"]', { hasText: '离岗日期最早为' }).waitFor()
  assert.equal(await form.locator('[name="until"]').getAttribute('aria-invalid'), 'true')
  assert.equal(await form.locator('.sign-form').count(), 0, 'what is refused cannot be signed')
  await screenshot(page, 'register-refused-1366')

  await form.locator('[name="until"]').fill(day(60))
  await check(form)
  await form.locator('[data-side="after"]', { hasText: day(60) }).waitFor()
  assert.ok(!(await form.locator('[data-side="before"]').textContent()).includes(day(60)))
  await screenshot(page, 'register-compared-1366')
  await sign(form, '调离通知')
  await officer.locator('.officer-term', { hasText: day(60) }).waitFor()
  const told = page.locator('#register-changes > li', { hasText: '调离通知' })
  await told.locator('.changes li', { hasText: day(60) }).waitFor()
  for (const said of ['bb-01', '起生效', INSPECTOR]) assert.ok((await told.textContent()).includes(said), said)
})

test('an office, its first officer with a certificate, and a change of posts are entered one after the other', async () => {
  const day = await days()
  const act = async (target, what, fill, why) => {
    await target.locator('> button').click()
    const form = target.locator('.register-change')
    if (what) await form.locator('[name="what"]').selectOption(what)
    await fill(form)
    await check(form)
    await sign(form, why)
  }
  await act(page.locator('#body-register [data-change="new_office"]'), '', async (form) => {
    await form.locator('[name="code"]').fill('audit')
    await form.locator('[name="name"]').fill('督查科')
  }, '三定方案')
  const office = page.locator('#body-register [data-office="audit"]')
  await office.waitFor()

  await act(office.locator('[data-change="new_officer"]'), '', async (form) => {
    await form.locator('[name="id"]').fill('510500-zjj-audit-1')
    await form.locator('[name="no"]').fill('510500-zjj-77')
    await check(form)
    for (const field of ['posts', 'cert_from']) await form.locator(`[data-refused="${field}"]`).waitFor()
    await form.locator('[name="posts"][value="检查岗"]').check()
    await form.locator('[name="from"]').fill(day(0))
    await form.locator('[name="cert_from"]').fill(day(0))
    await form.locator('[name="cert_until"]').fill(day(1000))
  }, '任职通知')
  await office.locator('[data-officer="510500-zjj-audit-1"] [data-certificate="510500-zjj-77"]').waitFor()

  await act(entry(COLLEAGUE).locator('.change-here'), 'move_officer', async (form) => {
    await form.locator('[name="to"]').selectOption('audit')
    await form.locator('[name="from"]').fill(day(90))
  }, '轮岗通知')
  await entry(COLLEAGUE).locator('.officer-term', { hasText: day(89) }).waitFor()
  const whole = await asked(page, `/api/v1/register/${BODY}`)
  const moved = whole.offices.find(({ code }) => code === 'audit').officers.find(({ id }) => id === COLLEAGUE)
  assert.equal(moved.from, day(90))
  assert.deepEqual(moved.certificates.map(({ no }) => no), ['510500-zjj-02'])
})

test('what somebody else changed meanwhile is not taken back, and what cannot be asked is said', async () => {
  const day = await days()
  await page.reload()
  const officer = entry('510500-zjj-inspect-3')
  await officer.locator('.change-here > button').click()
  const form = officer.locator('.register-change')
  await form.locator('[name="what"]').selectOption('end_officer')
  await form.locator('[name="until"]').fill(day(60))
  const address = /\/register\/[^/]+\/change$/
  await page.route(address, (route) => route.abort())
  await check(form)
  await form.locator('.refusal', { hasText: '无法连接平台' }).waitFor()
  await page.unroute(address)
  await check(form)
  await form.locator('.sign-form').waitFor()
  const path = `/api/v1/register/${BODY}`
  const { text, base } = await said('POST', `${path}/change`, { what: 'rename_office', office: 'inspect', name: '质量安全监督一科' })
  await said('PUT', path, { text, base, why: '更名通知', key: 'rename-1' })
  await form.locator('.sign-form [name="why"]').fill('调离通知二')
  await form.locator('.sign-form button[type="submit"]').click()
  await form.locator('.sign-form [role="alert"]', { hasText: '已由他人变动' }).waitFor()
  const { offices } = await asked(page, path)
  const inspect = offices.find(({ code }) => code === 'inspect')
  assert.equal(inspect.name, '质量安全监督一科')
  assert.equal(inspect.officers.find(({ id }) => id === '510500-zjj-inspect-3').until, null)
})

test('who reads the register without keeping it sees the changes and changes nothing', async () => {
  const other = await signedIn('jian')
  await other.goto(`${platform.url}/#/lists/register/${BODY}`)
  await other.locator('#register-changes > li').first().waitFor()
  assert.equal(await other.locator('.change-here').count(), 0)
  const status = await other.evaluate(async (path) => {
    const body = JSON.stringify({ what: 'add_office', code: 'x', name: 'x' })
    return (await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body })).status
  }, `/api/v1/register/${BODY}/change`)
  assert.equal(status, 403)
  await other.context().close()
})

test('who has no business with persons is told so, and asks for nobody', async () => {
  const other = await signedIn('ling')
  const refused = []
  other.on('response', (response) => response.status() === 403 && refused.push(response.url()))
  await other.goto(`${platform.url}/#/lists`)
  await other.locator('.lists-nav a').first().waitFor()
  assert.equal(await other.locator('.lists-nav a', { hasText: '机构人员名册' }).count(), 0)
  await other.goto(`${platform.url}/#/lists/register/${BODY}`)
  await other.locator('.placeholder.empty', { hasText: '名册由监察、法制、机构编制部门' }).waitFor()
  assert.deepEqual(refused, [])
  await other.context().close()
})

test('a register that cannot be read says so and can be asked again; a body that there is not is no empty page', async () => {
  const address = /\/api\/v1\/register(\?|$)/
  await page.route(address, (route) => route.abort())
  await page.goto(`${platform.url}/#/lists/register?text=abc`)
  await page.locator('.placeholder.failed', { hasText: '未能载入' }).waitFor()
  await page.unroute(address)
  await page.locator('.placeholder.failed button').click()
  await page.locator('.placeholder.empty', { hasText: '没有符合条件' }).waitFor()
  await page.goto(`${platform.url}/#/lists/register/no-such-body`)
  await page.locator('.placeholder.failed').first().waitFor()
})

test('light and dark, on a desk and on a phone, in both languages, everything can be read and nothing is cut off', async () => {
  for (const [name, width, scheme] of [
    ['desk', 1366, 'dark'],
    ['phone', 360, 'light'],
    ['phone', 360, 'dark'],
  ]) {
    const other = await signedIn('bian', { viewport: { width, height: 800 }, colorScheme: scheme })
    for (const [place, hash, seen] of [
      ['all', '#/lists/register', `#bodies [data-body="${BODY}"]`],
      ['found', '#/lists/register?certificates=ended', '#officers-found > li'],
      ['body', `#/lists/register/${BODY}`, `#body-register[data-body="${BODY}"]`],
      ['change', `#/lists/register/${BODY}?everyone=true`, `[data-officer="${SOON}"] .change-here`],
    ]) {
      await other.goto(`${platform.url}/${hash}`)
      await other.locator(seen).first().waitFor()
      if (place === 'change') {
        const here = other.locator(seen).first()
        await here.locator('> button').click()
        const form = here.locator('.register-change')
        await form.locator('[name="from"]').fill('2021-02-01')
        await check(form)
        await form.locator('[data-refused="from"]').waitFor()
        await form.locator('[name="from"]').fill((await days())(90))
        await check(form)
        await form.locator('.sign-form').waitFor()
        await form.scrollIntoViewIfNeeded()
      }
      if (place === 'all') {
        await other.locator(`${seen} summary`).first().click()
        await other.locator(`${seen} [data-office="${OFFICE}"] summary`).click()
        await other.locator(`${seen} [data-officer="${LAPSED}"]`).waitFor()
      }
      const wide = await other.evaluate(tooWide)
      assert.ok(wide <= 0, `${hash} ${name} ${scheme}: ${wide} px wider than its window`)
      assert.deepEqual(await other.evaluate(tooFaint, { least: CONTRAST, within: '.lists-page' }), [], `${hash} ${name} ${scheme}`)
      await screenshot(other, `register-${place}-${name}-${scheme}`)
    }
    await other.context().close()
  }
  await page.goto(`${platform.url}/#/lists/register`)
  await page.locator('#language').click()
  await page.getByRole('heading', { name: 'Register of bodies and officers' }).waitFor()
  await screenshot(page, 'register-english-1366')
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** A page of its own, signed in. */
async function signedIn(account, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const own = await context.newPage()
  own.setDefaultTimeout(SHOWN_MS)
  own.on('pageerror', (error) => broken.push(error.stack))
  await signIn(own, platform.url, account)
  return own
}

/** Days after the platform's own. */
async function days() {
  const today = (await asked(page, '/api/v1/platform')).now_at.slice(0, 10)
  return (after) => new Date(Date.parse(`${today}T00:00:00Z`) + after * DAY_MS).toISOString().slice(0, 10)
}

/** Somebody's entry in the register, the first. */
const entry = (id) => page.locator(`#body-register [data-officer="${id}"]`).first()

const check = (form) => form.locator('.voice-form button[type="submit"]').click()

async function sign(form, why) {
  await form.locator('.sign-form [name="why"]').fill(why)
  await page.keyboard.press('Enter')
  await form.waitFor({ state: 'detached' })
}

/** As the page itself says something. */
const said = (method, path, body) =>
  page.evaluate(
    async ([verb, address, text]) => {
      const answer = await fetch(address, { method: verb, headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body: text })
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
      return answer.json()
    },
    [method, path, JSON.stringify(body)],
  )

/** As the page itself asks. */
const asked = (of, path) => of.evaluate(async (address) => (await fetch(address)).json(), path)

async function until(what, look) {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    if (await look()) return
    await new Promise((later) => setTimeout(later, 500))
  }
  throw new Error(`never: ${what}`)
}
