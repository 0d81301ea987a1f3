// The live board over a real platform: what a newcomer sees within a minute of the first start, and what an officer does next.

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'
import { rowsShown } from './look.mjs'

/** "Within a minute of the first start", and as much again for a machine that does other things besides. */
const SHOWN_MS = 120_000

let platform
let browser
let page
/** The alert that was raised by hand, and its case. */
let raised
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'board', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } })
  page.setDefaultTimeout(SHOWN_MS)
  page.on('pageerror', (error) => broken.push(error.stack))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) broken.push(message.text())
  })
  await page.goto(platform.url)
})

// A panel that a failed test left open would hide what the next one presses.
afterEach(() => page.keyboard.press('Escape'))

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('open cases, a reminder, a yellow card, a red card and a withdrawal are counted on the board', async () => {
  for (const tile of ['cases', 'notice', 'yellow', 'red', 'withdrawn']) await counted(tile)
  await page.locator('#bodies tbody tr').first().waitFor()
  await page.locator('.alert-row').first().waitFor()
  await page.locator('#connection[data-state="live"]').waitFor()
  assert.match(await page.locator('#clock').textContent(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'board-1366')
})

test('every page of the demonstration says that it is one', async () => {
  const mark = page.locator('#watermark')
  await mark.waitFor()
  assert.match(await mark.textContent(), /演示数据/)
  await page.locator('#watermark-field').waitFor()
})

test('an alert that is raised while the board is open appears without a reload', async () => {
  const known = await page.evaluate(() => {
    window.loadedOnce = true
    return [...document.querySelectorAll('.alert-row')].map((row) => row.dataset.alert)
  })
  // Only what came over the stream is marked as fresh.
  const came = await page.waitForFunction(
    (before) => [...document.querySelectorAll('.alert-row.fresh')].map((row) => row.dataset.alert).find((id) => !before.includes(id)),
    known,
  )
  assert.ok(await came.jsonValue())
  assert.equal(await page.evaluate(() => window.loadedOnce), true)
})

// What is promised to who watches ("an alert appears without a reload within a second"), and not a benchmark: no machine is compared with another,
// and what the way there costs (`mingjing bench end-to-end`) is not in it. It fails where the page stops showing what it was told at once: where
// it waits for an answer, for a count or for the next look. Both instants are of the page's own clock. What a reader of the stream has been
// told, or who raised it has been answered, was published before: the earlier of the two is the latest that publishing can have been.
test('an alert stands on an open board within a second of having been published', async () => {
  // The demonstration lives its last weeks first, days in a second: soon after, its case would have one that is newer and as grave.
  for (const began = Date.now(); Date.parse((await ask('/api/v1/platform')).now_at) < Date.now() - 3600_000; await page.waitForTimeout(500)) {
    assert.ok(Date.now() - began < SHOWN_MS, 'the past of the demonstration does not end')
  }
  // One that stays: its case then has two.
  const { alerts } = await ask('/api/v1/alerts?status=issued&level=yellow,red&limit=200')
  const { source, case_no } = alerts.find((alert) => alert.subject_kind === 'case')
  // A red card, since what is less grave than what its case has already is told beside that. By hand, since then it is new for certain, and this one: a command stands in the log as events do, and its alert takes the way of all others.
  const raising = {
    who: { person: 'li', body: '510500-sfj', office: '执法监督科' },
    subject: { kind: 'case', source, key: case_no },
    title: '现场检查超范围',
    level: 'red',
    legal_basis: '《行政检查办法》（条款待核）',
    why: '群众反映检查事项超出计划',
    key: 'within-a-second',
  }
  const { id, published, shown, reloaded } = await page.evaluate(
    async ([command, patience]) => {
      const rows = new Map()
      const note = () => {
        for (const { dataset } of document.querySelectorAll('.alert-row')) if (!rows.has(dataset.alert)) rows.set(dataset.alert, performance.now())
      }
      note()
      const observer = new MutationObserver(note)
      observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['data-alert'] })
      const stream = new EventSource('/api/v1/alerts/stream')
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`nothing came within ${patience} ms`)), patience))
      try {
        await Promise.race([late, new Promise((resolve) => stream.addEventListener('hello', resolve, { once: true }))])
        const told = new Promise((resolve) => {
          stream.addEventListener('alert', ({ data }) => {
            const at = performance.now()
            const { alert } = JSON.parse(data)
            if (alert.rule === 'MANUAL' && alert.case_no === command.subject.key) resolve({ id: alert.alert_id, at })
          })
        })
        const headers = { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }
        const answer = await fetch('/api/v1/alerts', { method: 'POST', headers, body: JSON.stringify(command) })
        const answered = performance.now()
        if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
        const { id, at } = await Promise.race([late, told])
        const seen = async () => {
          while (!rows.has(id)) await new Promise(requestAnimationFrame)
          return rows.get(id)
        }
        return { id, published: Math.min(at, answered), shown: await Promise.race([late, seen()]), reloaded: window.loadedOnce !== true }
      } finally {
        stream.close()
        observer.disconnect()
      }
    },
    [raising, SHOWN_MS],
  )
  assert.equal(reloaded, false)
  assert.ok(shown - published <= 1000, `shown ${Math.round(shown - published)} ms after it was published`)
  raised = { id, case_no }
})

test('a case is one row, its gravest, with how many more it has, which open; a switch shows all', async () => {
  const row = page.locator('.alert-rows > li', { has: page.locator(`.alert-row[data-alert="${raised.id}"]`) })
  const others = row.locator('[data-others]')
  await others.waitFor()
  assert.match(await others.textContent(), /^另有 \d+ 条$/)
  assert.match(await page.locator('#which').textContent(), /每件只列最重的一条；各处数字按全部预警计/)
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'board-gravest-1366')
  await page.getByRole('button', { name: '显示全部' }).click()
  await others.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '显示全部' }).click()
  await others.waitFor()
  await others.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/alerts\?.*all=1/)
  await page.locator('[data-alert-row]').nth(1).waitFor()
  const shown = await page.locator('[data-alert-row]').evaluateAll((rows) => rows.map((one) => one.dataset.alertRow))
  const { alerts } = await ask(`/api/v1/alerts?case_no=${encodeURIComponent(raised.case_no)}&limit=1000`)
  assert.ok(shown.includes(raised.id) && shown.every((id) => alerts.some((alert) => alert.alert_id === id)), 'another case’s alert is among them')
  await page.goto(`${platform.url}/#/`)
  await page.locator('.alert-row').first().waitFor()
})

test('an alert is understood from its panel and leads to its case in a second click', async () => {
  const { alert } = await overdueAlert()
  await page.locator(`[data-tile="${alert.level}"]`).click()
  await page.locator(`[data-alert="${alert.alert_id}"]`).click()

  await page.locator('#message').waitFor()
  await page.locator('#account').waitFor()
  // The city lives on: what was late may be done meanwhile, and then the panel and the platform both say so.
  for (const began = Date.now(); ; ) {
    const told = await ask(`/api/v1/alerts/${alert.alert_id}`)
    const message = told.alert.message.slice(told.alert.message.indexOf('：') + 1)
    const shown = await page.locator('#message').textContent()
    const days = await page.locator('#account td[class^="verdict-"]').count()
    if (shown === message && days === told.account.length) break
    if (Date.now() - began > SHOWN_MS) assert.deepEqual([shown, days], [message, told.account.length])
    await page.waitForTimeout(100)
  }
  await page.locator('#account td.due-day').waitFor()
  // What has a name is shown by it: office, source.
  const shown = await page.locator('#panel dd').allTextContents()
  for (const code of [alert.responsible_office, alert.source]) assert.ok(!shown.includes(code), `${code} has a name that is not shown`)
  assert.deepEqual(await faintTexts(page, '#panel'), [])
  await screenshot(page, 'alert-1366')

  await page.locator('.to-case').click()
  await page.locator('#timeline').waitFor()
  assert.match(page.url(), /#\/case\//)
  assert.ok((await page.locator('#timeline [data-kind="event"]').count()) > 0, 'no event in the timeline')
  assert.ok((await page.locator('#timeline [data-kind="alert"]').count()) > 0, 'no alert in the timeline')
  await screenshot(page, 'case-1366')

  // A link to a case works by itself, and on a large screen.
  const link = page.url()
  const other = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  await other.goto(link)
  await other.locator('#timeline').waitFor({ timeout: SHOWN_MS })
  await other.locator('.alert-row').first().waitFor({ timeout: SHOWN_MS })
  await screenshot(other, 'case-1920')
  await other.close()

  await page.keyboard.press('Escape')
  await page.locator('#panel').waitFor({ state: 'hidden' })
})

test('a withdrawn card says when and why it was withdrawn', async () => {
  await page.locator('[data-tile="withdrawn"]').click()
  await page.locator('.alert-row[data-status="withdrawn"]').first().click()
  await page.locator('.closing').waitFor()
  assert.match(await page.locator('.closing').textContent(), /已撤销：\S+/)
  await page.locator('.history [data-change="withdrawn"]').waitFor()
  await screenshot(page, 'withdrawn-1366')
  await page.keyboard.press('Escape')
})

test('an archive that is a moment behind is asked until the panel shows what was told live', async () => {
  const { alert } = await overdueAlert()
  const path = `/api/v1/alerts/${alert.alert_id}`
  await page.goto(`${platform.url}/#/alert/${alert.alert_id}`)
  await page.locator('#message').waitFor()
  // An answer of before, as an archive gives it that has not written the change yet.
  const before = JSON.stringify(await ask(path))
  let behind = 3
  await page.route(`**${path}`, (route) => (behind-- > 0 ? route.fulfill({ contentType: 'application/json', body: before }) : route.continue()))
  await post(`${path}/dismiss`, {
    who: { person: 'li', body: '510500-sfj', office: '执法监督科' },
    why: '系统对接延误',
    key: 'behind',
    conclusion: 'data',
  })
  await page.locator('#panel .closing').waitFor()
  assert.ok(behind < 0, `${behind} answers of before were not asked for`)
  await page.unroute(`**${path}`)
  await page.keyboard.press('Escape')
})

test('what a person has to decide is counted and listed alike', async () => {
  await counted('review')
  await page.locator('[data-tile="review"]').click()
  await page.waitForFunction(() => {
    const rows = document.querySelectorAll('.alert-row')
    const value = document.querySelector('[data-tile="review"] [data-value]')?.dataset.value
    // The tile counts every alert, and so does a row with those that it stands for.
    const more = [...document.querySelectorAll('.alert-rows [data-others]')].reduce((sum, { dataset }) => sum + Number(dataset.others), 0)
    return rows.length > 0 && String(rows.length + more) === value
  })
  await screenshot(page, 'review-1366')
})

test('a body that is pressed narrows the list to its own alerts', async () => {
  await page.locator('[data-tile="red"]').click()
  const body = page.locator('#bodies .body-name').first()
  const name = await body.textContent()
  await body.click()
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll('.alert-row .who')]
    return rows.length > 0 && rows.every((who) => who.textContent === wanted)
  }, name)
})

test('what an inspection found names what it is about, and links the cases it rests on', async () => {
  // A source whose figures do not agree with what was taken: found by hand, since the demonstration's day is not over.
  const { source, day } = await differingTotals()
  const found = await post('/api/v1/inspections/Q14', { from: day, to: day })
  const [command] = found.windows[0].commands.filter((c) => c.subject.source === source)
  assert.ok(command, JSON.stringify(found))
  await page.goto(`${platform.url}/#/alert/${command.alert_id}`)
  const subject = page.locator('[data-subject="source"]')
  await subject.waitFor()
  assert.match(await subject.textContent(), /^来源系统：(对账演示系统|browser-totals)$/)
  assert.equal(await page.locator('.to-case').count(), 0, 'a source has no case page')
  await page.locator('.evidence [data-kind="inspection"] .inspected li').first().waitFor()
  await screenshot(page, 'inspection-1366')
  await page.keyboard.press('Escape')
})

test('regions and what the last hour brought are told, and follow the stream', async () => {
  const regions = page.locator('#regions [data-region]')
  await regions.first().waitFor()
  const names = await page.locator('#regions .region-name').allTextContents()
  assert.ok(names.every((name) => name === '未报区划' || !/^\d+$/.test(name)), `a region has no name: ${names}`)
  // The city lives on: both sides are asked until they agree.
  const shown = () =>
    page.evaluate(() => ({
      regions: Object.fromEntries([...document.querySelectorAll('#regions [data-region]')].map((one) => [one.dataset.region, Number(one.dataset.value)])),
      received: Number(document.querySelector('[data-flow="received"]')?.dataset.value),
    }))
  const told = async () => {
    const { by_region } = await ask('/api/v1/counts')
    const sums = {}
    for (const { region_code, alerts } of by_region) sums[region_code ?? ''] = (sums[region_code ?? ''] ?? 0) + alerts
    return sums
  }
  for (const began = Date.now(); ; await page.waitForTimeout(200)) {
    const [here, there] = [(await shown()).regions, await told()]
    const agree = JSON.stringify(Object.entries(here).sort()) === JSON.stringify(Object.entries(there).sort())
    if (agree) break
    if (Date.now() - began > SHOWN_MS) assert.deepEqual(here, there)
  }
  // By night and on Sundays the city sends nothing, and an hour of its is a minute of ours.
  const source = 'browser-flow'
  const { key } = await post('/v1/sources', { id: source, name: '夜间演示系统', clock: 'live', org_code: '510500-rsj', region: '510500' })
  for (let [began, n] = [Date.now(), 0]; !((await shown()).received > 0); n += 1) {
    assert.ok(Date.now() - began < SHOWN_MS, 'what came is not counted')
    const { now_at } = await ask('/api/v1/platform')
    const event = { specversion: '1.0', id: `flow-${n}`, source, type: 'cn.mingjing.case.accepted.v1', subject: `FLOW-${n}`, time: now_at, data: { org_code: '510500-rsj', region_code: '510500' } }
    await post('/v1/events', event, { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents+json' })
    await page.waitForTimeout(5000)
  }
  await screenshot(page, 'board-regions-1366')
})

test('大屏 takes the whole screen, and leaving it gives the screen back', async () => {
  await page.goto(`${platform.url}/#/`)
  await page.locator('#tiles').waitFor()
  assert.equal(await page.evaluate(() => document.fullscreenElement === null), true)
  await page.getByRole('button', { name: '大屏', exact: true }).click()
  await page.waitForURL(/#\/wall$/)
  await page.waitForFunction(() => document.fullscreenElement === document.documentElement)
  await page.locator('#sources tbody tr').first().waitFor()
  await page.locator('#regions [data-region]').first().waitFor()
  // Whatever was looked for before: a wall shows everything that stands open.
  const { rows } = await ask('/api/v1/alerts?open=true&top_of_case=true&total=true&limit=1')
  assert.ok(rows > 1)
  await page.locator('#alerts [data-alert]').nth(1).waitFor()
  // What stands beside the list is whole on a small screen too, and more than a row or two of it.
  const panels = await page.evaluate(rowsShown, '#bodies, #regions, #sources')
  assert.equal(panels.length, 3)
  for (const { panel, of, whole, cut, wide } of panels) {
    assert.deepEqual({ cut, wide }, { cut: [], wide: 0 }, panel)
    assert.ok(whole >= Math.min(of, 4), `${panel} shows ${whole} of ${of} rows`)
  }
  await screenshot(page, 'wall-full-screen')
  await page.getByRole('button', { name: '退出大屏' }).click()
  await page.waitForURL(/#\/$/)
  await page.waitForFunction(() => document.fullscreenElement === null)
  await page.locator('#filters').waitFor()
})

// Last, because it ends the platform.
test('a platform that is gone is shown as gone, and nothing on the way broke the page', async () => {
  assert.deepEqual(broken, [])
  await platform.stop()
  await page.locator('#connection[data-state="lost"]').waitFor()
  await page.locator('#filters button', { hasText: '全部级别' }).click()
  const failed = page.locator('#alerts .placeholder.failed')
  await failed.waitFor()
  assert.match(await failed.textContent(), /无法连接平台/)
  await failed.getByRole('button', { name: '重试' }).waitFor()
  await screenshot(page, 'gone-1366')
})

/** Waits until a tile counts at least one. */
function counted(tile) {
  return page.waitForFunction(
    (name) => Number(document.querySelector(`[data-tile="${name}"] [data-value]`)?.dataset.value) > 0,
    tile,
  )
}

/** An open card in a row of the first page of its level whose limit was counted in days, with its account. */
async function overdueAlert() {
  for (const level of ['red', 'yellow']) {
    const { alerts } = await ask(`/api/v1/alerts?open=true&level=${level}&top_of_case=true&limit=50`)
    for (const { alert_id, limit } of alerts) {
      if (!/^\d+(wd|cd|cdr)$/.test(limit ?? '')) continue
      const found = await ask(`/api/v1/alerts/${alert_id}`)
      if (found.account.length > 0) return found
    }
  }
  throw new Error('no open card is about a limit in days')
}

/** A source of our own that has just said that it made events on a finished day, of which nothing came. */
async function differingTotals() {
  const source = 'browser-totals'
  const { key } = await post('/v1/sources', { id: source, name: '对账演示系统', clock: 'live' })
  const { now_at } = await ask('/api/v1/platform')
  const day = new Date(Date.parse(now_at) - 3 * 86_400_000).toISOString().slice(0, 10)
  const event = { specversion: '1.0', id: `totals-${day}`, source, type: 'cn.mingjing.source.totals.v1', data: { day, totals: [{ type: 'note', events: 3 }] } }
  await post('/v1/events', event, { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents+json' })
  return { source, day }
}

async function post(path, body, headers = { 'content-type': 'application/json' }) {
  const response = await fetch(new URL(path, platform.url), { method: 'POST', headers, body: body && JSON.stringify(body) })
  const text = await response.text()
  assert.ok(response.ok, `${path}: ${response.status} ${text}`)
  return JSON.parse(text)
}

async function ask(path) {
  const response = await fetch(new URL(path, platform.url))
  assert.equal(response.status, 200, path)
  return response.json()
}
