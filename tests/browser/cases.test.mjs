// A case is found by a part of its number, and its page says how it stands, by which days, and why.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'

import { faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000

let platform
let browser
let page
let late
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'cases', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await browser.newPage({ viewport: { width: 1366, height: 900 } })
  page.setDefaultTimeout(SHOWN_MS)
  page.on('pageerror', (error) => broken.push(error.stack))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) broken.push(message.text())
  })
  late = await lateCase()
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a case is found by a part of its number, by the keyboard alone', async () => {
  await page.goto(platform.url)
  await page.locator('.places a', { hasText: '办件' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('#cases tbody tr').first().waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'number', 'one can type at once')
  await page.keyboard.type(late.alert.case_no.slice(7).toLowerCase())
  await page.keyboard.press('Enter')
  await page.locator(`#cases [data-case="${late.alert.case_no}"]`).waitFor()
  for (const number of await page.locator('#cases tbody th a').allTextContents()) {
    assert.ok(number.includes(late.alert.case_no.slice(7)), `${number} was not looked for`)
  }
  await screenshot(page, 'cases-1366')
  await page.locator(`#cases [data-case="${late.alert.case_no}"] a`).focus()
  await page.keyboard.press('Enter')
  await page.locator('#case-no', { hasText: late.alert.case_no }).waitFor()
})

test('cases are listed by body and by whether they are closed, page by page', async () => {
  const body = late.alert.org_code
  await page.goto(`${platform.url}/#/cases?org=${body}&open=false`)
  await page.locator('#cases tbody tr').first().waitFor()
  const { cases } = await ask(`/api/v1/cases?org_code=${body}&open=false`)
  assert.ok(cases.length > 0 && cases.every((found) => found.org_code === body && found.closed_at))
  for (const badge of await page.locator('#cases .badge').allTextContents()) assert.equal(badge, '已办结')

  await page.goto(`${platform.url}/#/cases`)
  await page.locator('.more').click()
  await page.waitForFunction(() => document.querySelectorAll('#cases tbody tr').length > 50)
  const numbers = await page.locator('#cases tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.case))
  assert.equal(new Set(numbers).size, numbers.length, 'no case stands there twice')

  await page.locator('#case-search [name="number"]').fill('no-such-case-anywhere')
  await page.keyboard.press('Enter')
  await page.locator('.placeholder.empty').waitFor()
})

test('a case says by which channel its application came, on its page, in the list and in the file', async () => {
  const words = { window: '窗口', online: '网上', mobile: '移动端', self_service: '自助终端', mail: '邮寄', other: '其他' }
  const { cases } = await ask('/api/v1/cases?limit=50')
  const told = cases.find((found) => words[found.channel])
  assert.ok(told, 'no case of the demonstration tells its channel')
  await page.goto(`${platform.url}/#/cases/${encodeURIComponent(told.source)}/${encodeURIComponent(told.case_no)}`)
  const fact = page.locator('.case-head .facts div', { hasText: '办理渠道' })
  await fact.locator('dd', { hasText: words[told.channel] }).waitFor()
  await page.goto(`${platform.url}/#/cases?number=${encodeURIComponent(told.case_no)}`)
  const row = page.locator(`#cases tr[data-case="${told.case_no}"]`)
  await row.locator('.sub', { hasText: words[told.channel] }).waitFor()
  await screenshot(page, 'cases-channel-1366')
  const taken = page.waitForEvent('download')
  await page.locator('.take').getByRole('button', { name: 'CSV' }).click()
  const text = await readFile(await (await taken).path(), 'utf8')
  assert.match(text, /办理渠道/)
  assert.match(text, new RegExp(words[told.channel]))
})

test('the page of a case shows its limits day by day: counted, left out, due, beyond', async () => {
  await openCase()
  const limit = page.locator('#limits .limit').filter({ has: page.locator('.over-day') }).first()
  await limit.waitFor()
  // What the squares show is what the platform counted.
  const told = await ask(`/api/v1/cases/${late.alert.source}/${late.alert.case_no}/explain`)
  const [story] = told.limits.filter((l) => l.control_points.includes(late.alert.control_point) && l.visit === late.alert.visit)
  const own = page.locator('#limits .limit', { has: page.locator('summary b', { hasText: new RegExp(`^${story.limit}$`) }) }).first()
  const longest = story.measures.filter((m) => m.account).sort((a, b) => Date.parse(b.due_at) - Date.parse(a.due_at))[0]
  const days = longest.account.days.reduce((n, range) => n + 1 + (Date.parse(range.to) - Date.parse(range.from)) / 86_400_000, 0)
  assert.equal(await own.locator('td[class^="verdict-"]').count(), days)
  assert.equal(await own.locator('td.due-day').count(), new Set(story.measures.filter((m) => m.due_at).map((m) => m.due_at.slice(0, 10))).size)
  const text = await own.locator('td.due-day .unseen').last().textContent()
  assert.match(text, /期限届满/)
  assert.match(await own.locator('.strip-headline').textContent(), /届满.*超期第 \d+ 天/)
  assert.ok((await own.locator('.legend li').count()) >= 3)
  await screenshot(page, 'case-page-1366')
})

test('the case stands on its published flowchart: done, late, not on its way, and the list says the same', async () => {
  await openCase()
  await page.locator('#chart .flowchart[data-drawn]').waitFor()
  const { case: known } = await ask(`/api/v1/cases/${late.alert.source}/${late.alert.case_no}`)
  await page.locator('.step-list summary').click()
  const steps = await page.locator('.step-list [data-step]').evaluateAll((rows) => rows.map((row) => ({ ...row.dataset })))
  const visited = new Set(known.visits.map((visit) => visit.step))
  assert.ok(steps.length > visited.size, `the chart has only ${steps.length} steps`)
  for (const { step, progress } of steps) {
    const last = known.visits.findLast((visit) => visit.step === step)
    const expected = last ? (last.ended_at || known.closed_at ? 'done' : 'current') : known.closed_at ? 'passed_by' : 'not_reached'
    if (progress !== 'skipped') assert.equal(progress, expected, step)
  }
  assert.equal(await page.locator('#chart .djs-element.step-done').count(), steps.filter((s) => s.progress === 'done').length)
  const overdue = steps.filter((s) => s.late === 'true')
  assert.equal(await page.locator('#chart .step-tag.tag-late').count(), overdue.length)
  assert.match(await page.locator('.flowchart-box').getAttribute('aria-label'), /已办/)

  // It is moved by the keyboard, too.
  const place = () => page.locator('#chart .viewport').getAttribute('transform')
  const before = await place()
  await page.locator('.flowchart-box').focus()
  await page.keyboard.press('ArrowRight')
  assert.notEqual(await place(), before)
  await page.keyboard.press('+')
  // The licence of the library asks for its mark.
  await page.locator('#chart .bjs-powered-by').waitFor()
  await page.locator('#chart').scrollIntoViewIfNeeded()
  await screenshot(page, 'case-chart-1366')
})

test('every flowchart of the demonstration can be drawn, and its steps are found in the drawing', async () => {
  const { cases } = await ask('/api/v1/cases?limit=1000')
  const charts = new Map(cases.filter((found) => found.flowchart).map((found) => [found.flowchart, found]))
  assert.ok(charts.size >= 10, `${charts.size} flowcharts`)
  for (const [chart, { source, case_no: no }] of charts) {
    await page.goto(`${platform.url}/#/cases/${encodeURIComponent(source)}/${encodeURIComponent(no)}`)
    await page.locator(`#chart .flowchart[data-drawn="${chart}"]`).waitFor()
    const { case: known } = await ask(`/api/v1/cases/${source}/${no}`)
    const steps = await page.locator('.step-list [data-step]').evaluateAll((rows) => rows.map((row) => row.dataset.step))
    for (const { step } of known.visits) assert.ok(steps.includes(step), `${chart}: ${step} is not in the drawing`)
  }
})

test('the query code is shown when it is asked for, opens the case at the portal, and is printed on a slip alone', async () => {
  await openCase()
  assert.equal(await page.locator('.query-slip').count(), 0, 'nobody asked for it')
  await page.locator('#query-code').click()
  const code = await page.locator('.query-slip .query-code').textContent()
  assert.match(code, /^1[0-9A-Z]{4}-[0-9A-Z]{5}$/)
  const { code: told } = await ask(`/api/v1/cases/${encodeURIComponent(late.alert.source)}/${encodeURIComponent(late.alert.case_no)}/query-code`)
  assert.equal(code, told)
  await page.locator('.query-slip').scrollIntoViewIfNeeded()
  await screenshot(page, 'case-query-slip-1366')
  await page.emulateMedia({ media: 'print' })
  assert.deepEqual(
    await page.locator('#case-no, #limits, #why, #timeline, .masthead, .query-slip-acts').evaluateAll((found) => found.filter((element) => element.checkVisibility()).map((element) => element.id || element.className)),
    [],
  )
  assert.ok(await page.locator('.query-slip .query-code').isVisible())
  await page.emulateMedia({ media: null })
  await page.locator('.query-slip button', { hasText: '收起' }).click()
  await page.locator('#query-code').waitFor()
})

test('records stand in one line of time with what was alleged, and late ones say so', async () => {
  await openCase()
  const found = await ask(`/api/v1/cases/${late.alert.source}/${late.alert.case_no}`)
  assert.equal(await page.locator('#timeline [data-kind]').count(), found.timeline.length)
  assert.ok((await page.locator('#timeline [data-kind="alert"]').count()) > 0)

  // A township of the demonstration enters its cases in bulk, days later.
  const entered = await backEntered()
  await page.goto(`${platform.url}/#/cases/${entered.source}/${entered.case_no}`)
  await page.locator('#timeline [data-mark="entered_late"]').first().waitFor()
  assert.match(await page.locator('#timeline [data-mark="entered_late"]').first().textContent(), /\d+ 天后.*才录入/)
})

test('what was known when the card was issued explains the card, and the address keeps the question', async () => {
  await openCase()
  const issued = late.alert.issued_at
  await page.locator('#explain-form button', { hasText: issued.slice(5, 16).replace('T', ' ') }).first().click()
  await page.locator(`.explained[data-view="course"][aria-busy="false"]`, { hasText: `只计平台在 ${issued.slice(0, 10)}` }).waitFor()
  assert.match(page.url(), /known=/)
  assert.match(await page.locator('#explained').textContent(), /与平台当时已发布的预警一致/)
  await page.locator('.points[data-outcome="alleged"][open]').waitFor()
  assert.ok((await page.locator('.points[data-outcome="not_found"] summary').count()) > 0, 'why nothing was raised is told too')
  await page.locator('#why').scrollIntoViewIfNeeded()
  await screenshot(page, 'case-explained-1366')

  const other = await browser.newPage()
  await other.goto(page.url())
  await other.locator('.explained', { hasText: `只计平台在 ${issued.slice(0, 10)}` }).waitFor({ timeout: SHOWN_MS })
  await other.close()
})

test('as of an instant before anything happened there is nothing to explain, and the page says so', async () => {
  await openCase()
  await page.locator('#explain-form [name="known"]').fill('2020-01-01T00:00:01')
  await page.locator('#explain-form button.main').click()
  await page.locator('#why .placeholder.failed', { hasText: '尚未收到' }).waitFor()
})

test('English second: on the search and on a case no word of the page’s own is left in Chinese', async () => {
  await page.goto(`${platform.url}/#/cases`)
  await page.locator('#cases tbody tr').first().waitFor()
  await page.locator('#language').click()
  await page.getByRole('heading', { name: 'Find cases' }).waitFor()
  const own = '.case-search :is(label > span, button, [name="open"] option), thead th, .badge, .case-back, #query-code, h3, dt, .legend li, .strip :is(caption, th, b), .flowchart-controls button, #explain-form :is(label > span, button, .hint), .step-list > summary, .strip-headline, .points > summary'
  const chinese = () =>
    page.locator('main').locator(own).evaluateAll((found) => found.map((element) => element.textContent.trim()).filter((text) => /\p{Script=Han}/u.test(text)))
  assert.deepEqual(await chinese(), [], 'the search')
  await openCase()
  await page.locator('#chart .flowchart[data-drawn]').waitFor()
  assert.deepEqual(await chinese(), [], 'the page of a case')
  await screenshot(page, 'case-en-1366')
  await page.locator('#language').click()
  await page.locator('#case-no', { hasText: '办件编号' }).waitFor()
})

test('light and dark, on a desk and on a phone, everything can be read and nothing is cut off', async () => {
  for (const scheme of ['light', 'dark']) {
    for (const [name, width, height] of [
      ['desk', 1366, 900],
      ['phone', 390, 844],
    ]) {
      const other = await browser.newPage({ viewport: { width, height }, colorScheme: scheme })
      other.setDefaultTimeout(SHOWN_MS)
      await other.goto(`${platform.url}/${hashOf(late.alert)}`)
      await other.locator('#explained').waitFor()
      const wide = await other.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(wide <= 0, `${name} ${scheme}: ${wide} px wider than its window`)
      const faint = await faintTexts(other, '.case-page')
      assert.deepEqual(faint, [], `${name} ${scheme}`)
      await screenshot(other, `case-page-${name}-${scheme}`)
      await other.close()
    }
  }
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

async function openCase() {
  await page.goto(`${platform.url}/${hashOf(late.alert)}`)
  await page.locator('#explained').waitFor()
}

const hashOf = ({ source, case_no: no }) => `#/cases/${encodeURIComponent(source)}/${encodeURIComponent(no)}`

/** A closed case with a card for a limit in working days that was overrun: closed, so that it stands still while it is looked at. */
async function lateCase() {
  return until('an overdue case', async () => {
    const { alerts } = await ask('/api/v1/alerts?status=issued&level=yellow,red&limit=200')
    for (const alert of alerts.filter((a) => a.subject_kind === 'case' && a.breached_at && a.completed_at && /wd$/.test(a.limit ?? ''))) {
      const found = await ask(`/api/v1/alerts/${alert.alert_id}`)
      if (found.account.length === 0) continue
      const { case: known } = await ask(`/api/v1/cases/${alert.source}/${alert.case_no}`)
      if (known.closed_at) return found
    }
    return null
  })
}

/** A case that an inspection found entered in bulk, days after it happened. */
async function backEntered() {
  return until('an inspection that found back entry', async () => {
    const { alerts } = await ask('/api/v1/alerts?rule=Q2&limit=1')
    if (alerts.length === 0) return null
    const { alert } = await ask(`/api/v1/alerts/${alerts[0].alert_id}`)
    const rows = alert.evidence.flatMap((e) => (e.kind === 'inspection' ? e.rows : []))
    return rows.find((row) => row.case_no) ?? null
  })
}

async function until(what, look) {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    const found = await look()
    if (found) return found
    await new Promise((later) => setTimeout(later, 500))
  }
  throw new Error(`there was never ${what}`)
}

async function ask(path) {
  const response = await fetch(new URL(path, platform.url))
  assert.equal(response.status, 200, path)
  return response.json()
}
