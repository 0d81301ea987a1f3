// What like cases say of an open one, where people see it: beside a reminder, in a department's list, in the list of cases; and why nothing
// is said where there are too few of them.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const DAY_MS = 86_400_000
const SOURCE = 'office'
const SAID = /^同类办件在此环节停留这么久的，有 (\d+)% 最终超期（基数 (\d+)，同事项、同环节、同科室）$/

let platform
let browser
let page
let reminder
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'foresight', demo: false, startTimeoutMs: SHOWN_MS })
  await by('POST', '/v1/definitions', { files: [{ name: 'licence.yaml', text: DEFINITIONS }], who: { person: 'e2e' }, why: '试验' })
  const { key } = await by('POST', '/v1/sources', { id: SOURCE })
  const events = history()
  const answer = await fetch(`${platform.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(events),
  })
  assert.equal(answer.status, 200, await answer.text())
  const cases = new Set(events.map(({ subject }) => subject)).size
  // Foresight keeps what it has read for a while, so it is asked when all of it is there.
  await until(async () => {
    const { cases: found } = await ask('/api/v1/cases?limit=1000')
    return found.length === cases && found.filter((one) => one.closed_at).length === cases - 2
  })
  reminder = await until(async () => (await ask('/api/v1/alerts?level=notice&open=true')).alerts.find(({ case_no: no }) => no === 'open-many'))
  browser = await startBrowser()
  page = await newPage()
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a reminder says what like cases say, with base and likeness, and that it is no finding', async () => {
  await page.goto(`${platform.url}/#/alert/${reminder.alert_id}`)
  const told = page.locator('#foresight')
  await told.waitFor()
  const { foresight } = await one('open-many')
  const [, share, base] = SAID.exec(await told.locator('p').first().textContent()) ?? assert.fail(await told.textContent())
  assert.equal(Number(share), Math.round(foresight.likelihood * 100))
  assert.equal(Number(base), foresight.base)
  assert.ok(foresight.base >= 20 && foresight.likelihood > 0 && foresight.likelihood < 1, JSON.stringify(foresight))
  assert.match(await told.textContent(), /不是认定，也不计分/)
  assert.deepEqual(await faintTexts(page, '#foresight'), [])
  await screenshot(page, 'foresight-reminder-1366')
})

test('a department sees it in its list beside what is due', async () => {
  await page.goto(`${platform.url}/#/desk/department`)
  await page.getByLabel('机构').selectOption('qu-a')
  const line = page.locator(`[data-task="${reminder.alert_id}"] .foresight-line`)
  await line.waitFor()
  assert.match(await line.textContent(), SAID)
  await screenshot(page, 'foresight-desk-1366')
})

test('the list of cases has it in a column, and says where there are too few like cases', async () => {
  for (const [name, options] of [
    ['foresight-cases-1366', {}],
    ['foresight-cases-phone', { viewport: { width: 390, height: 844 } }],
    ['foresight-cases-dark', { colorScheme: 'dark' }],
  ]) {
    const other = await newPage(options)
    await other.goto(`${platform.url}/#/cases?open=true`)
    const cell = (no) => other.locator(`#cases [data-case="${no}"] .foreseen`)
    await cell('open-many').waitFor()
    const { foresight } = await one('open-many')
    assert.match(await cell('open-many').textContent(), new RegExp(`^${Math.round(foresight.likelihood * 100)}%基数 ${foresight.base} · 同事项、同环节、同科室$`))
    assert.equal((await cell('open-few').textContent()).trim(), '样本不足')
    assert.deepEqual(await faintTexts(other, '#cases'), [])
    await screenshot(other, name)
    await other.close()
  }
})

test('a case says it on its page while it is open, and not after', async () => {
  await page.goto(`${platform.url}/#/cases/${SOURCE}/open-many`)
  await page.locator('#foresight').waitFor()
  await screenshot(page, 'foresight-case-1366')
  await page.goto(`${platform.url}/#/cases/${SOURCE}/open-few`)
  await page.locator('#foresight', { hasText: '样本不足，不作超期推算' }).waitFor()
  await page.goto(`${platform.url}/#/cases/${SOURCE}/early-60-0`)
  await page.locator('#case-no', { hasText: 'early-60-0' }).waitFor()
  assert.equal(await page.locator('#foresight').count(), 0)
})

test('nothing broke on the way', () => assert.deepEqual(broken, []))

const DEFINITIONS = `kind: body
code: qu-a
name: 甲区审批局
region: '510502'
offices: [{code: window, name: 窗口, officers: [{id: wang}]}]
---
kind: item
code: many
name: 常办许可
power_type: licence
level: county
region: '510502'
executing_body: qu-a
legal_basis: [行政许可法]
effective_from: 2020-01-01
flowchart: licence
---
kind: item
code: few
name: 罕办许可
power_type: licence
level: county
region: '510502'
executing_body: qu-a
legal_basis: [行政许可法]
effective_from: 2020-01-01
flowchart: licence
---
kind: flowchart
id: licence
version: '1'
name: 许可流程
effective_from: 2020-01-01
steps:
  - { code: review, name: 审查, office: window, first: true, repeatable: true }
limits:
  - { id: decision, name: 许可决定, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 10wd }
control_points:
  - { id: decision-late, name: 决定超期, check: { overdue: { limit: decision, levels: [{ level: notice, at: 9wd before }, { level: yellow, at: promised }, { level: red, at: statutory }] } } }
`

/** Cases of three months, of each half early and half late, so that a holiday in one of them moves little; and two that are open. */
function history() {
  const events = []
  const day = (ago) => new Date(Date.now() - ago * DAY_MS + 8 * 3_600_000).toISOString().slice(0, 10)
  const told = (subject, item, kind, ago, time) => {
    const step = kind.startsWith('step') ? { step_code: 'review' } : {}
    const data = { item_code: item, org_code: 'qu-a', region_code: '510502', actor: { id: 'wang' }, ...step }
    events.push({ specversion: '1.0', source: SOURCE, type: `cn.mingjing.case.${kind}.v1`, id: `${subject}-${kind}`, subject, time: `${day(ago)}T${time}:00+08:00`, data })
  }
  const begins = (subject, item, ago) => {
    told(subject, item, 'accepted', ago, '09:00')
    told(subject, item, 'step_start', ago, '09:30')
  }
  for (const began of [60, 100, 140]) {
    for (let n = 0; n < 12; n += 1) {
      for (const [name, days] of [
        ['early', 12],
        ['late', 35],
      ]) {
        const subject = `${name}-${began}-${n}`
        begins(subject, 'many', began)
        told(subject, 'many', 'step_end', began - days, '10:00')
        told(subject, 'many', 'decided', began - days, '10:30')
        told(subject, 'many', 'closed', began - days, '11:00')
      }
    }
  }
  begins('open-many', 'many', 4)
  begins('open-few', 'few', 4)
  return events
}

async function newPage(options = {}) {
  const opened = await browser.newPage({ viewport: { width: 1366, height: 900 }, ...options })
  opened.setDefaultTimeout(SHOWN_MS)
  opened.on('pageerror', (error) => broken.push(error.stack))
  return opened
}

const one = async (no) => (await ask(`/api/v1/foresight?source=${SOURCE}&case_no=${no}`)).cases[0]

async function ask(path) {
  const answer = await fetch(platform.url + path)
  assert.equal(answer.status, 200, path)
  return answer.json()
}

async function until(found) {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    const what = await found()
    if (what) return what
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new Error('it did not come')
}

/** From this machine nobody asks for a key where none is configured. */
async function by(method, path, body) {
  const answer = await fetch(`${platform.url}${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const told = await answer.json()
  assert.ok(answer.ok, `${path}: ${JSON.stringify(told)}`)
  return told
}
