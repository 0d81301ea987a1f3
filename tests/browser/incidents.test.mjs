// Alerts of one cause on a real platform: a feed stands still, several alerts come of it, who supervises makes one incident of them and
// dismisses all by one act, and each alert shows it.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const SOURCE = 'office'
const DAY_MS = 86_400_000

let platform
let browser
let page
let key
let alerts
let incident
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'incidents', demo: false, startTimeoutMs: SHOWN_MS })
  const text = await readFile(new URL('../e2e/definitions/licence.yaml', import.meta.url), 'utf8')
  await by('POST', '/v1/definitions', { files: [{ name: 'licence.yaml', text }], who: { person: 'e2e' }, why: '试验' })
  const source = await by('POST', '/v1/sources', { id: SOURCE, name: '审批局业务系统', clock: 'live', delay_allowance_hours: 1, org_code: 'e2e-body', region: '510500' })
  key = source.key
  // It was complete four days ago, and has not said so since.
  await send([1, 2, 3, 4, 5], 2, [complete(ago(4))])
  browser = await startBrowser()
  page = await newPage()
  alerts = await until(async () => {
    const told = await ask('/api/v1/alerts?control_point=unreviewed&status=issued')
    return told.alerts?.length === 5 && told.alerts
  })
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('there is none yet, and a feed that stands still is proposed with why and what it rests on', async () => {
  await page.goto(`${platform.url}/#/incidents`)
  await page.getByText('没有符合条件的同因事件').waitFor()
  await page.getByRole('button', { name: '查找', exact: true }).click()
  const proposal = page.locator('#proposals > li[data-proposal="source_down"]')
  await proposal.getByText('完整时点停在以下时刻').waitFor()
  await proposal.locator('.rests-on', { hasText: '完整至' }).waitFor()
  await screenshot(page, 'incidents-proposed-1366', { fullPage: true })
  assert.deepEqual(await faintTexts(page, '.cases-page'), [])
})

test('alerts that were chosen become one incident, and say so themselves', async () => {
  await page.goto(`${platform.url}/#/alerts?rule=${alerts[0].rule}&standing=issued`)
  await page.locator('[data-alert-row]').nth(4).waitFor()
  const boxes = page.locator('[data-alert-row] input[type=checkbox]')
  for (let n = 0; n < 4; n += 1) await boxes.nth(n).check()
  await page.locator('[data-bulk="incident"]').click()
  await screenshot(page, 'incidents-join-1366')
  await page.getByRole('button', { name: '新立同因事件…' }).click()
  await page.getByRole('heading', { name: '立为同因事件' }).waitFor()
  assert.equal(await page.locator('#open-incident select[name="source"]').inputValue(), SOURCE)
  assert.equal(await page.locator('#open-incident select[name="org"]').inputValue(), 'e2e-body')
  await page.getByLabel('事件名称').fill('审批局接口断报')
  await page.locator('#open-incident input[name="from"]').fill(ago(4).slice(0, 16))
  await page.getByLabel('为什么出自同一原因').fill('接口停机，期间的审查记录没有报送')
  await page.locator('#open-incident input[name="person"]').fill('jc-01')
  await screenshot(page, 'incidents-open-1366', { fullPage: true })
  await page.locator('#open-incident').getByRole('button', { name: '立项' }).click()
  await page.waitForURL(/#\/incidents\/[0-9a-f]{12}/)
  incident = page.url().split('/').at(-1)
  await page.locator('#incident-members tbody tr').nth(3).waitFor()
  const [member] = await page.locator('#incident-members tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.member))
  await page.goto(`${platform.url}/#/alert/${member}`)
  await page.locator('#in-incident', { hasText: '审批局接口断报' }).waitFor()
  await screenshot(page, 'incidents-alert-1366')
  await page.locator('#in-incident a').click()
  await page.locator('#incident-title', { hasText: '审批局接口断报' }).waitFor()
})

test('what else comes of the cause is offered, and added by one press', async () => {
  await page.locator('#offered', { hasText: /另有 \d+ 条预警可能出自同一原因/ }).waitFor()
  await screenshot(page, 'incidents-offered-1366', { fullPage: true })
  const before = await page.locator('#incident-members tbody tr').count()
  assert.equal(before, 4, 'nothing comes in by itself')
  await page.locator('#offered').getByRole('button', { name: /并入这/ }).click()
  await page.locator('#add-offered').getByRole('button', { name: '并入' }).click()
  await page.locator('#offered').waitFor({ state: 'detached' })
  await page.locator('#incident-members tbody tr').nth(4).waitFor()
})

test('one act dismisses all as a fault of the data, and each alert shows it', async () => {
  await page.locator('[data-all="dismiss"]').click()
  await page.locator('#dismiss_conclusion').click()
  await page.locator('.ant-select-item-option', { hasText: '数据问题' }).click()
  await page.locator('#dismiss_why').fill('断报期间记录未到，业务系统中审查在先')
  await page.locator('#dismiss_person').fill('jc-01')
  await screenshot(page, 'incidents-dismiss-1366', { fullPage: true })
  await page.locator('.act-submit button[type=submit]').click()
  const run = page.locator('#incident-acts li[data-run="dismiss"]')
  await run.and(page.locator('[data-state="done"]')).waitFor()
  const applied = Number(/已办理 (\d+)/.exec(await run.textContent())[1])
  assert.ok(applied >= 5, await run.textContent())
  await until(async () => (await page.locator('#incident-members .badge', { hasText: '不予认定' }).count()) >= 5)
  await screenshot(page, 'incidents-dismissed-1366', { fullPage: true })
  assert.deepEqual(await faintTexts(page, '.cases-page'), [])
  for (const { alert_id: id } of alerts) {
    const { alert } = await until(async () => {
      const told = await ask(`/api/v1/alerts/${id}`)
      return told.alert?.disposition?.state === 'dismissed' && told
    })
    assert.equal(alert.disposition.decision.conclusion, 'data')
    assert.match(alert.disposition.decision.by.reason, /同因事件“审批局接口断报”.*断报期间记录未到/)
  }
  await page.goto(`${platform.url}/#/alert/${alerts[0].alert_id}`)
  await page.locator('#thread .thread-why', { hasText: '断报期间记录未到' }).waitFor()
  await page.locator('#in-incident', { hasText: '审批局接口断报' }).waitFor()
})

test('the list marks its alerts and finds them, and counts know one cause', async () => {
  await page.goto(`${platform.url}/#/alerts?standing=all&incident=any`)
  await page.locator('[data-alert-row]').nth(4).waitFor()
  await page.locator('[data-alert-row] .incident-mark', { hasText: '审批局接口断报' }).first().waitFor()
  await screenshot(page, 'incidents-marked-1366')
  const counts = await ask('/api/v1/incidents/counts?open=false')
  assert.equal(counts.incidents, 1)
  assert.equal(counts.causes, counts.alerts - counts.in_incidents + 1)
  await page.goto(`${platform.url}/#/alerts?standing=all&incident=none&rule=${alerts[0].rule}`)
  await page.getByText('没有符合条件的预警').waitFor()
})

test('a conclusion ends it, and a platform that does not answer is told', async () => {
  await page.goto(`${platform.url}/#/incidents/${incident}`)
  await page.locator('[data-own="end"]').click()
  await page.locator('#close-incident select[name="conclusion"]').selectOption('data')
  await page.locator('#close-incident textarea[name="why"]').fill('接口已恢复，数据已补齐')
  await page.locator('#close-incident').getByRole('button', { name: '作出结论' }).click()
  await page.locator('#incident-conclusion', { hasText: '数据问题' }).waitFor()
  assert.equal(await page.locator('[data-all]').count(), 0)
  await page.locator('#incident-course li[data-course="close"]').waitFor()
  await page.goto(`${platform.url}/#/incidents?state=closed`)
  await page.locator('#incidents tbody tr').waitFor()
  await screenshot(page, 'incidents-list-1366', { fullPage: true })
  await page.route('**/api/v1/incidents*', (route) => route.fulfill({ status: 503, json: { reason: 'tables_unavailable', message_zh: '记录暂不可用', message_en: 'the tables are away' } }))
  await page.goto(`${platform.url}/#/incidents?state=open`)
  await page.getByText('同因事件未能载入：记录暂不可用').waitFor()
  await page.unroute('**/api/v1/incidents*')
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByText('没有符合条件的同因事件').waitFor()
})

test('list and detail fit a phone', async () => {
  const phone = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  for (const [name, hash, shown] of [
    ['list', '#/incidents', '#incidents'],
    ['one', `#/incidents/${incident}`, '#incident-members'],
  ]) {
    await phone.goto(`${platform.url}/${hash}`)
    await phone.locator(shown).waitFor()
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the phone`)
    assert.deepEqual(await faintTexts(phone, '.cases-page'), [])
    await screenshot(phone, `incidents-${name}-phone-dark`)
  }
  await phone.context().close()
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** So many days ago, in the zone of the site. */
function ago(days, hours = 0) {
  const at = new Date(Date.now() - days * DAY_MS + hours * 3600_000 + 8 * 3600_000)
  return `${at.toISOString().slice(0, 19)}+08:00`
}

const complete = (until) => ({ specversion: '1.0', type: 'cn.mingjing.source.complete_until.v1', source: SOURCE, id: `complete-${until}`, data: { until } })

/** Cases that were accepted and decided so many days ago, without a review that anybody heard of. */
async function send(cases, days, more = []) {
  const events = cases.flatMap((n) =>
    ['accepted', 'decided'].map((kind, place) => ({
      specversion: '1.0',
      type: `cn.mingjing.case.${kind}.v1`,
      source: SOURCE,
      id: `${n}-${kind}`,
      subject: `case-${n}`,
      time: ago(days, place),
      data: { item_code: 'e2e-licence', org_code: 'e2e-body', region_code: '510500', actor: { id: 'wang' } },
    })),
  )
  const answer = await fetch(`${platform.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([...events, ...more]),
  })
  assert.ok(answer.ok, await answer.text())
}

async function by(method, path, body) {
  const answer = await fetch(`${platform.url}${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
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
  for (const began = Date.now(); Date.now() - began < 3 * SHOWN_MS; ) {
    const found = await is()
    if (found) return found
    await new Promise((done) => setTimeout(done, 300))
  }
  throw new Error('it did not come to be in time')
}
