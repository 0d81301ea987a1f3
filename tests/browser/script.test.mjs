// What departments, officers and addresses say is text, whatever it looks like: on every page, in every file that is taken away, stored or
// only just asked for. Each name, number and reason here is a script to whoever takes it for one.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const KEY = 'the administrator key of this trial'
const PASSWORD = '酒城清风明月夜读书声声入耳'
/** What it would leave if it were taken for markup, and what it would run. */
const hostile = (n) => `<img data-hostile src=x onerror=hit(${n})>"'><script>hit(${n})</script>`
/** Case numbers are part of addresses, too, and the second would be a formula. */
const CASES = [`<img data-hostile src=x onerror=hit(1)>/../1`, '=HYPERLINK("https://evil.example","a")']
const SOURCE = 'office'

let platform
let browser
let page
let alerts
const [broken, asked] = [[], []]

before(async () => {
  platform = await startPlatform({
    name: 'script',
    demo: false,
    startTimeoutMs: SHOWN_MS,
    env: { MINGJING__API__ACCOUNTS: 'required', MINGJING__INTAKE__ADMIN_KEY: KEY },
  })
  await by('POST', '/v1/definitions', { files: [{ name: 'licence.yaml', text: definitions() }], who: { person: 'e2e' }, why: hostile(2) })
  const source = { id: SOURCE, name: hostile(3), clock: 'declared' }
  const { key } = await by('POST', '/v1/sources', source)
  await send(key)
  browser = await startBrowser()
  page = await (await browser.newContext({ viewport: { width: 1366, height: 900 } })).newPage()
  page.setDefaultTimeout(SHOWN_MS)
  await page.addInitScript(() => {
    window.ran = []
    window.hit = (n) => window.ran.push(n)
  })
  page.on('pageerror', (error) => broken.push(error.stack))
  // A script that only the policy stopped was taken for one all the same.
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && broken.push(message.text()))
  page.on('dialog', (dialog) => broken.push(dialog.message()) && dialog.dismiss())
  page.on('request', (request) => asked.push(request.url()))
  await signIn()
  alerts = await alertsOf()
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a page that took text for markup would be noticed', async () => {
  await page.goto('about:blank')
  await page.evaluate((text) => document.body.insertAdjacentHTML('beforeend', text), hostile(60))
  await page.waitForFunction(() => window.ran.length > 0)
  await assert.rejects(nothingRan('the trap'))
})

test('an officer acts with words that are scripts, and the thread shows them as they are', async () => {
  const { alert_id: id } = alerts[0]
  await page.goto(platform.url)
  await act(id, 'confirm', { why: hostile(10) })
  await act(id, 'order', { why: hostile(11), to: alerts[0].org_code })
  await page.goto(`${platform.url}/#/alert/${id}`)
  await page.locator('#thread li', { hasText: hostile(11) }).waitFor()
  await nothingRan('the thread')
  await screenshot(page, 'script-thread-1366')
})

test('every page that can be come to shows them as text', async () => {
  const [first] = alerts
  const part = encodeURIComponent
  const waiting = ['', '#/', '#/wall', '#/alerts', '#/alerts/print', '#/cases', `#/alert/${first.alert_id}`]
  for (const number of CASES) waiting.push(`#/case/${SOURCE}/${part(number)}`, `#/cases/${SOURCE}/${part(number)}`)
  for (const desk of ['officer', 'department', 'leader']) waiting.push(`#/desk/${desk}`)
  const seen = new Set()
  let shown = 0
  while (waiting.length > 0 && seen.size < 60) {
    const hash = waiting.shift()
    if (seen.has(hash)) continue
    seen.add(hash)
    await open(hash)
    await nothingRan(hash)
    shown += Number(await page.evaluate(() => document.body.textContent.includes('<img data-hostile')))
    waiting.push(...(await page.locator('a[href^="#/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')))))
  }
  assert.ok(shown >= 5, `only ${shown} of ${seen.size} pages showed what they were sent`)
})

test('what stands in an address is never more than text', async () => {
  const part = encodeURIComponent(hostile(20))
  for (const address of [
    `?sign_in=${part}`,
    `?${part}`,
    `#/alert/${part}`,
    `#/case/${part}/${part}`,
    `#/cases?number=${part}&org=${part}&item=${part}`,
    `#/alerts?q=${part}&case_no=${part}&level=${part}&status=${part}`,
    `#/desk/${part}`,
    `#/${part}`,
    '#javascript:hit(21)',
    part,
    `api/v1/alerts/${part}`,
    `api/v1/alerts?${part}=1`,
    `api/v1/cases/${part}/${part}`,
  ]) {
    await open(address)
    await nothingRan(address)
  }
})

test('files that are taken away hold no script and no formula, and no browser opens them as a page', async () => {
  await page.goto(platform.url)
  for (const [path, type] of [
    ['/api/v1/alerts/export', 'application/x-ndjson'],
    ['/api/v1/alerts/export?format=csv', 'text/csv'],
    ['/api/v1/alerts/export?format=xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['/api/v1/events/export', ''],
    [`/api/v1/alerts/${alerts[0].alert_id}/evidence`, 'application/json'],
  ]) {
    const told = await page.evaluate(async (address) => {
      const answer = await fetch(address)
      const named = Object.fromEntries(['content-type', 'content-disposition', 'x-content-type-options'].map((name) => [name, answer.headers.get(name) ?? '']))
      return { status: answer.status, ...named, text: await answer.text() }
    }, path)
    assert.equal(told.status, 200, path)
    assert.ok(told['content-type'].startsWith(type) && !/html|svg|xml;/.test(told['content-type']), `${path}: ${told['content-type']}`)
    assert.equal(told['x-content-type-options'], 'nosniff', path)
    if (/csv/.test(path)) {
      assert.match(told['content-disposition'], /^attachment/)
      assert.ok(told.text.includes('"\'=HYPERLINK('), 'a number that a spreadsheet would take for a formula')
      assert.doesNotMatch(told.text, /(^|,|\n)"?=/)
    }
    if (/evidence/.test(path)) await reportOf(JSON.parse(told.text))
  }
})

test('nothing asked anybody else for anything, and nothing broke', () => {
  assert.deepEqual(broken, [])
  assert.deepEqual(
    asked.filter((url) => !url.startsWith(platform.url) && !/^(data|blob|about):/.test(url)),
    [],
  )
})

/** The report for people in a package of evidence, opened from a disk, where no policy of ours stands before it. */
async function reportOf({ parts, manifest }) {
  const { parts: listed } = JSON.parse(manifest)
  const html = parts[listed.findIndex(({ name }) => name === 'report.html')]
  assert.ok(html.includes('&lt;img data-hostile'), 'the report names the case')
  const alone = await browser.newPage()
  await alone.addInitScript(() => {
    window.ran = []
    window.hit = (n) => window.ran.push(n)
  })
  await alone.route('**/*', (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }))
  await alone.goto('http://report.example/')
  assert.deepEqual(await alone.evaluate(() => [window.ran, document.querySelectorAll('[data-hostile], script').length]), [[], 0])
  await alone.close()
}

/** Neither run nor taken for markup. */
async function nothingRan(where) {
  const found = await page.evaluate(() => ({
    ran: window.ran ?? [],
    elements: [...document.querySelectorAll('[data-hostile], script:not([src]), [onerror], [onload]')].map((element) => element.outerHTML),
    links: [...document.querySelectorAll('a[href]')].map((link) => link.href).filter((href) => /^\s*(javascript|data):/i.test(href)),
  }))
  assert.deepEqual(found, { ran: [], elements: [], links: [] }, where)
}

/** Begins anew at an address, which a change of its hash alone does not, and waits until nothing is waited for. */
async function open(address) {
  await page.goto('about:blank')
  await page.goto(`${platform.url}/${address}`)
  await page.locator('body').waitFor()
  await page.waitForFunction(() => !document.querySelector('.placeholder.waiting'))
  await page.waitForTimeout(300)
}

/** The licence of the end-to-end tests, every name in it a script. */
function definitions() {
  const name = (n) => JSON.stringify(hostile(n))
  return `kind: body
code: qu-a
name: ${name(30)}
region: '510502'
---
kind: item
code: licence
name: ${name(31)}
power_type: licence
level: county
region: '510502'
executing_body: qu-a
legal_basis: [${name(32)}]
effective_from: 2020-01-01
flowchart: licence
---
kind: flowchart
id: licence
version: '1'
name: ${name(33)}
effective_from: 2020-01-01
steps:
  - { code: review, name: ${name(34)}, first: true, repeatable: true }
limits:
  - { id: decision, name: ${name(35)}, kind: case, from: [accepted], to: [decided], statutory: 10wd, promised: 5wd }
control_points:
  - { id: unreviewed, name: ${name(36)}, level: red, check: { requires_before: { event: [decided], before: ['step_end:review'] } } }
`
}

/** Cases that are decided without a review, told by an officer whose number is a script. */
async function send(key) {
  const event = (type, more) => ({ specversion: '1.0', source: SOURCE, type: `cn.mingjing.${type}.v1`, ...more })
  const events = CASES.flatMap((subject, n) =>
    ['accepted', 'decided'].map((kind, hour) =>
      event(`case.${kind}`, {
        id: `${kind}-${n}`,
        subject,
        time: `2026-03-02T1${hour}:00:00+08:00`,
        data: { item_code: 'licence', org_code: 'qu-a', region_code: '510502', reason: hostile(40 + n), actor: { id: hostile(42 + n).slice(0, 60) } },
      }),
    ),
  )
  events.push(event('source.complete_until', { id: 'complete', time: '2026-03-03T00:00:00+08:00', data: { until: '2026-03-03T00:00:00+08:00' } }))
  const answer = await fetch(`${platform.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(events),
  })
  assert.equal(answer.status, 200, await answer.text())
}

/** Somebody whose name is a script. */
async function signIn() {
  const rights = { person: 'fz-07', name: hostile(50), roles: ['supervision'], office: hostile(51), body: 'jwjc' }
  const { password } = await by('POST', '/api/v1/accounts', { account: 'li', why: hostile(52), rights })
  const ours = { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }
  const signing = await fetch(`${platform.url}/api/v1/session`, { method: 'POST', headers: ours, body: JSON.stringify({ account: 'li', password, bearer: true }) })
  const { token } = await signing.json()
  const changing = await fetch(`${platform.url}/api/v1/session/password`, {
    method: 'POST',
    headers: { ...ours, authorization: `Bearer ${token}` },
    body: JSON.stringify({ old: password, new: PASSWORD }),
  })
  assert.equal(changing.status, 200, await changing.text())
  await page.goto(platform.url)
  await page.getByLabel('账号').fill('li')
  await page.getByLabel('口令').fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('.person summary').waitFor()
}

/** One alert a case, as soon as there are. */
async function alertsOf() {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    const { alerts: found } = await page.evaluate(async () => (await fetch('/api/v1/alerts?control_point=unreviewed&status=issued')).json())
    if (found.length === CASES.length) return found.sort((a, b) => CASES.indexOf(a.case_no) - CASES.indexOf(b.case_no))
    await page.waitForTimeout(500)
  }
  throw new Error('no such alerts')
}

async function act(id, what, said) {
  const told = await page.evaluate(
    async ([path, body]) => {
      const headers = { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }
      const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
      return { status: answer.status, text: await answer.text() }
    },
    [`/api/v1/alerts/${id}/${what}`, { key: `${what}-${id}`, ...said }],
  )
  assert.equal(told.status, 200, told.text)
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
