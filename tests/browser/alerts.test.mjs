// The list of alerts on a real platform: asked for, sorted, paged, kept, worked in numbers, taken along, in two languages.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

import { artifacts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const run = promisify(execFile)

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'alerts', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await newPage()
  // A month of the city's life: more than one thing to look at.
  await until(async () => (await ask('/api/v1/alerts?total=true&limit=1')).total >= 20)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('what is asked for stands in the address, and the platform counts it', async () => {
  await page.goto(`${platform.url}/#/alerts`)
  await page.locator('[data-alert-row]').first().waitFor()
  await screenshot(page, 'alerts-1366')
  await page.getByRole('group', { name: '级别' }).getByRole('button', { name: '红牌' }).click()
  await page.waitForURL(/level=red/)
  await until(async () => (await page.locator('[data-alert-row]').count()) > 0 && (await page.locator('[data-alert-row]:not([data-level="red"])').count()) === 0)
  const { total } = await ask('/api/v1/alerts?open=true&level=red&total=true&limit=1')
  // The city lives on meanwhile; the list is read again until both were asked at the same moment.
  await until(async () => {
    const told = await page.locator('#list-told').textContent()
    const now = (await ask('/api/v1/alerts?open=true&level=red&total=true&limit=1')).total
    if (new RegExp(`共 ${now} 条`).test(told)) return true
    await page.reload()
    await page.locator('[data-alert-row]').first().waitFor()
    return false
  })
  assert.ok(total > 0)
})

test('by body, by what falls due first and by gravity, as the platform has it', async () => {
  const { alerts } = await ask('/api/v1/alerts?limit=1000')
  const org = alerts.find((alert) => alert.org_code).org_code
  await page.goto(`${platform.url}/#/alerts?standing=all`)
  await page.getByLabel('机构').selectOption(org)
  await page.waitForURL(new RegExp(`org=${org}`))
  await page.getByLabel('次序').selectOption('gravest')
  await page.waitForURL(/sort=gravest/)
  await until(async () => {
    const wanted = (await ask(`/api/v1/alerts?org_code=${org}&sort=gravest&top_of_case=true&limit=100`)).alerts.map((alert) => alert.alert_id)
    const shown = await page.locator('[data-alert-row]').evaluateAll((rows) => rows.map((row) => row.dataset.alertRow))
    return JSON.stringify(wanted) === JSON.stringify(shown)
  })
})

test('a case is one row, its gravest alert, with how many more it has; they open, a switch shows all, and none is hidden from its address', async () => {
  const { alerts } = await ask('/api/v1/alerts?status=issued&level=red,yellow&limit=200')
  const { source, case_no } = alerts.find((alert) => alert.subject_kind === 'case')
  for (const level of ['yellow', 'red']) {
    const raising = {
      who: { person: 'li', body: '510500-sfj', office: '执法监督科' },
      subject: { kind: 'case', source, key: case_no },
      title: '现场检查超范围',
      level,
      legal_basis: '《行政检查办法》（条款待核）',
      why: '群众反映检查事项超出计划',
      key: `gravest-${level}`,
    }
    const sent = await fetch(`${platform.url}/api/v1/alerts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(raising) })
    assert.ok(sent.ok, await sent.text())
  }
  const ofCase = `open=true&source=${encodeURIComponent(source)}&case_no=${encodeURIComponent(case_no)}`
  const every = async () => (await ask(`/api/v1/alerts?${ofCase}&limit=1000`)).alerts
  // The archive is a moment behind.
  await until(async () => (await every()).filter(({ rule }) => rule === 'MANUAL').length >= 2)

  const rows = () => page.locator('[data-alert-row]').evaluateAll((all) => all.map((row) => [row.dataset.alertRow, Number(row.querySelector('[data-others]')?.dataset.others ?? 0)]))
  await page.goto(`${platform.url}/#/alerts?${new URLSearchParams({ source, case: case_no })}`)
  await page.locator('[data-others]').waitFor()
  // The city lives on: both sides are asked until they agree.
  await until(async () => {
    const [top] = (await ask(`/api/v1/alerts?${ofCase}&top_of_case=true`)).alerts
    if (top.level === 'red' && top.others >= 1 && JSON.stringify(await rows()) === JSON.stringify([[top.alert_id, top.others]])) return true
    await page.reload()
    await page.locator('[data-others]').waitFor()
    return false
  })
  assert.match(await page.locator('#list-told').textContent(), /第 1–1 行，共 \d+ 条预警；每件只列最重的一条，合 1 行/)
  await screenshot(page, 'alerts-gravest-1366')
  const [[top]] = await rows()

  await page.locator('[data-others]').click()
  await page.waitForURL(/all=1/)
  await until(async () => {
    const ids = (await every()).map(({ alert_id }) => alert_id).sort()
    if (JSON.stringify((await rows()).map(([id]) => id).sort()) === JSON.stringify(ids)) return true
    await page.reload()
    await page.locator('[data-alert-row]').nth(1).waitFor()
    return false
  })
  assert.equal(await page.locator('#show-all').getAttribute('aria-pressed'), 'true')
  assert.equal(await page.locator('[data-others]').count(), 0)
  await screenshot(page, 'alerts-whole-case-1366')
  const [behind] = (await rows()).map(([id]) => id).filter((id) => id !== top)
  await page.locator('#show-all').click()
  await page.locator('[data-others]').waitFor()
  // One that no row of the list shows is found by its own address all the same.
  await page.goto(`${platform.url}/#/alert/${behind}`)
  await page.locator('#message').waitFor()
  await page.keyboard.press('Escape')
  // By what falls due first each has a term of its own, and none stands behind another.
  await page.goto(`${platform.url}/#/alerts?sort=owed`)
  await page.locator('#show-all[disabled]').waitFor()
  await until(async () => (await rows()).length > 0 && (await page.locator('[data-others]').count()) === 0)
})

test('a filter is kept under a name, is there after a reload, and goes when it is removed', async () => {
  await page.goto(`${platform.url}/#/alerts?standing=all&level=yellow&rule=T3`)
  await page.getByRole('button', { name: '保存当前筛选…' }).click()
  await page.getByLabel('筛选的名称').fill('超期黄牌')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '超期黄牌', exact: true }).waitFor()
  await page.goto(`${platform.url}/#/alerts`)
  await page.reload()
  await page.getByRole('button', { name: '超期黄牌', exact: true }).click()
  await page.waitForURL(/rule=T3/)
  await page.getByRole('button', { name: '删除筛选 超期黄牌' }).click()
  await page.getByRole('button', { name: '超期黄牌', exact: true }).waitFor({ state: 'detached' })
})

test('nothing found, and a platform that does not answer, are told', async () => {
  await page.goto(`${platform.url}/#/alerts?case=no-such-case`)
  await page.getByText('没有符合条件的预警').waitFor()
  await screenshot(page, 'alerts-empty-1366')
  await page.route('**/api/v1/alerts?*', (route) => route.fulfill({ status: 503, json: { reason: 'store_unavailable', message_zh: '数据库暂时不可用', message_en: 'the database is away' } }))
  await page.goto(`${platform.url}/#/alerts?level=red`)
  await page.locator('#alert-list').getByText('数据库暂时不可用').waitFor()
  await page.unroute('**/api/v1/alerts?*')
  await page.locator('#alert-list').getByRole('button', { name: '重试' }).click()
  await page.locator('[data-alert-row]').first().waitFor()
})

test('a row opens its panel over the list, and Esc leads back to it', async () => {
  await page.goto(`${platform.url}/#/alerts?standing=all`)
  const row = page.locator('[data-alert-row] a[data-alert]').first()
  await row.focus()
  await page.keyboard.press('Enter')
  await page.locator('#message').waitFor()
  assert.ok((await page.locator('[data-alert-row].current').count()) === 1)
  await screenshot(page, 'alerts-panel-1366')
  await page.keyboard.press('Escape')
  await page.waitForURL(/#\/alerts\?standing=all/)
  assert.equal(await page.evaluate(() => Boolean(document.activeElement?.dataset.alert)), true, 'the focus is lost')
  // From there the arrows lead from row to row.
  const rows = await page.locator('[data-alert-row] a[data-alert]').evaluateAll((links) => links.map((link) => link.dataset.alert))
  const focused = () => page.evaluate(() => document.activeElement?.dataset.alert)
  await page.keyboard.press('End')
  assert.equal(await focused(), rows.at(-1))
  await page.keyboard.press('ArrowUp')
  assert.equal(await focused(), rows.at(-2))
})

test('many are confirmed with one reason, each by a command of its own; what does not apply is told before', async () => {
  await page.goto(`${platform.url}/#/alerts?standing=issued&level=red,yellow`)
  await page.locator('[data-alert-row]').first().waitFor()
  const boxes = page.locator('[data-alert-row] input[type=checkbox]')
  for (let n = 0; n < Math.min(3, await boxes.count()); n += 1) await boxes.nth(n).check()
  await page.getByText(/已选 [23] 条/).waitFor()
  await page.locator('[data-bulk="confirm"]').click()
  await page.locator('.bulk-told', { hasText: '以同一理由“认定”' }).waitFor()
  await page.locator('#confirm_why').fill('经核查属实')
  await page.locator('#confirm_person').fill('li')
  await screenshot(page, 'bulk-form-1366')
  const ids = await page.locator('[data-alert-row].chosen').evaluateAll((rows) => rows.map((row) => row.dataset.alertRow))
  await page.locator('.bulk .act-submit button[type=submit]').click()
  await page.locator('#bulk-told', { hasText: new RegExp(`“认定” ${ids.length}/${ids.length}`) }).waitFor()
  await screenshot(page, 'bulk-done-1366')
  // The archive is a moment behind.
  for (const id of ids) await until(async () => (await ask(`/api/v1/alerts/${id}`)).alert.disposition?.decision?.by.person === 'li')
  const keys = new Set(await Promise.all(ids.map(async (id) => (await ask(`/api/v1/alerts/${id}`)).alert.disposition.decision.by.command)))
  assert.equal(keys.size, ids.length, 'two share a command')

  // Confirmed twice is refused, and said so before it is sent.
  await page.getByRole('button', { name: '完成' }).click()
  await page.goto(`${platform.url}/#/alerts?standing=all&disposition=confirmed`)
  await page.getByLabel('选择本页全部').check()
  const confirm = page.locator('[data-bulk="confirm"]')
  await confirm.waitFor()
  assert.equal(await confirm.isDisabled(), true)
  assert.match(await confirm.getAttribute('title'), /已经认定/)
  await page.getByRole('button', { name: '取消选择' }).click()
})

test('what the platform refuses is listed with its reason, and what did not reach it is sent again under its key', async () => {
  const deaf = await newPage()
  // It does not hear what others do meanwhile.
  await deaf.route('**/api/v1/alerts/stream', (route) => route.abort())
  await deaf.goto(`${platform.url}/#/alerts?standing=all&disposition=confirmed`)
  const boxes = deaf.locator('[data-alert-row] input[type=checkbox]')
  await boxes.first().waitFor()
  await boxes.nth(0).check()
  await boxes.nth(1).check()
  const ids = await deaf.locator('[data-alert-row].chosen').evaluateAll((rows) => rows.map((row) => row.dataset.alertRow))
  // One gets an order meanwhile by another's hand; the other's answer is lost on its way once.
  const body = { key: `other-${Date.now()}`, who: { person: 'zhao', body: '510500-sfj', office: '' }, why: '先行督办', to: '510502-zjj' }
  const sent = await fetch(`${platform.url}/api/v1/alerts/${ids[0]}/order`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.equal(sent.status, 200, await sent.text())
  let lost = 0
  const keys = []
  await deaf.route(`**/api/v1/alerts/${ids[1]}/order`, async (route) => {
    keys.push(route.request().postDataJSON().key)
    if (lost++ > 0) return route.continue()
    // It arrives, and nobody hears.
    await route.fetch()
    return route.abort()
  })
  await deaf.locator('[data-bulk="order"]').click()
  await deaf.locator('#order_why').fill('请反馈')
  await deaf.locator('#order_person').fill('li')
  await deaf.locator('.bulk .act-submit button[type=submit]').click()
  await deaf.locator('[data-bulk-state="failed"]').waitFor()
  await deaf.locator('[data-bulk-state="refused"]', { hasText: '督办' }).waitFor()
  await screenshot(deaf, 'bulk-refused-1366')
  await deaf.getByRole('button', { name: /继续办理其余/ }).click()
  await deaf.locator('[data-bulk-state="failed"]').waitFor({ state: 'detached' })
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1], 'sent again under another key')
  await until(async () => (await ask(`/api/v1/alerts/${ids[1]}`)).alert.disposition?.order?.by.reason === '请反馈')
  const { alert } = await ask(`/api/v1/alerts/${ids[1]}`)
  assert.equal(alert.disposition.order.nth ?? 1, 1, 'it was ordered twice')
  await deaf.context().close()
})

test('what is filtered is taken along as CSV and as a workbook', async () => {
  const asked = 'standing=all&level=red,yellow'
  await page.goto(`${platform.url}/#/alerts?${asked}`)
  await page.locator('[data-alert-row]').first().waitFor()
  const saved = async (name) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
    assert.match(download.suggestedFilename(), /^预警（每件最重一条）\.(csv|xlsx)$/)
    return readFile(await download.path())
  }
  const csv = (await saved('导出 CSV')).toString('utf8')
  assert.ok(csv.startsWith('\ufeff预警编号,级别,状态'), csv.slice(0, 60))
  const lines = csv.trimEnd().split('\r\n')
  // The file says what it was made with, under an empty line.
  assert.match(lines.pop(), /^每个办件只列最重的一条预警/)
  assert.equal(lines.pop(), '')
  const { rows } = await ask('/api/v1/alerts?level=red,yellow&top_of_case=true&total=true&limit=1')
  assert.ok(lines.length - 1 <= rows && lines.length - 1 >= rows - 20, `${lines.length - 1} of ${rows}`)
  assert.ok(lines.slice(1).every((line) => /^[0-9a-f]{32},(红牌|黄牌),/.test(line)))
  const workbook = await saved('导出 Excel')
  assert.equal(workbook.subarray(0, 2).toString(), 'PK')
  assert.ok(workbook.length > 2000)
})

test('on paper stands what was asked for, and nothing to press', async () => {
  await page.goto(`${platform.url}/#/alerts?level=red&sort=gravest`)
  await page.getByRole('link', { name: '打印' }).click()
  await page.getByRole('heading', { name: '预警清单' }).waitFor()
  assert.match(await page.locator('.paper-told').textContent(), /条件：未了结，红牌，最重、最久的在前；共 \d+ 条/)
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.locator('.masthead').isVisible(), false)
  assert.equal(await page.locator('.paper-bar').isVisible(), false)
  // Nothing lies over the text: some readers of PDF make what is under a pale picture white.
  assert.equal(await page.locator('.watermark-field').isVisible(), false)
  assert.equal(await page.locator('.paper-mark').textContent(), '演示数据')
  const mark = await page.locator('.paper-mark').boundingBox()
  const rows = await page.locator('.alert-table tbody').boundingBox()
  assert.ok(mark.height > 0 && mark.y + mark.height <= rows.y, 'the mark stands above the rows')
  await page.pdf({ path: join(artifacts, 'alerts-paper.pdf'), format: 'A4' })
  const { stdout } = await run('pdftotext', ['-layout', join(artifacts, 'alerts-paper.pdf'), '-'])
  // A glyph that a character shares with its radical may come back as that.
  const text = stdout.normalize('NFKC')
  for (const part of ['预警清单', '演示数据', '红牌']) assert.ok(text.includes(part), `${part} is no text of the PDF:\n${text.slice(0, 800)}`)
  await screenshot(page, 'alerts-paper')
  await page.emulateMedia({ media: null })
})

test('every page has its place in one line of the head, and those behind a name are opened by the keyboard', async () => {
  await page.goto(`${platform.url}/#/alerts`)
  const group = page.locator('.places summary', { hasText: '监督' })
  await group.waitFor()
  assert.equal(await linesOfHead(), 1)
  const complaints = page.locator('.places-box a', { hasText: '投诉' })
  assert.equal(await complaints.isVisible(), false)
  await group.focus()
  await page.keyboard.press('Enter')
  await complaints.waitFor()
  await screenshot(page, 'head-menu-1366')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Escape')
  await complaints.waitFor({ state: 'hidden' })
  assert.equal(await group.evaluate((summary) => summary === document.activeElement), true, 'the focus is where it came from')
  await page.keyboard.press('Enter')
  await complaints.click()
  await page.waitForURL(/#\/complaints/)
  await complaints.waitFor({ state: 'hidden' })
})

test('in English every word of the console’s own is English, and it stays so', async () => {
  await page.goto(`${platform.url}/#/alerts`)
  await page.locator('#language').click()
  await page.getByRole('heading', { name: 'Alerts' }).waitFor()
  await page.getByRole('columnheader', { name: 'Answer due' }).waitFor()
  await screenshot(page, 'alerts-en-1366')
  assert.equal(await linesOfHead(), 1)
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en')
  await page.goto(`${platform.url}/#/`)
  await page.reload()
  await page.getByText('Open cases').waitFor()
  const own = await page.locator('.tile-label, .tile-note, .alert-head span, .filter, .bodies-table thead th, .switches button, .places a, .places summary, .badge').allTextContents()
  assert.deepEqual(
    own.filter((text) => /\p{Script=Han}/u.test(text) && text !== '中文'),
    [],
  )
  await page.locator('.alert-row').first().click()
  await page.locator('#message').waitFor()
  await screenshot(page, 'alert-en-1366')
  const panel = await page.locator('#panel h3, #panel dt, #panel .act-buttons > button, #panel summary').allTextContents()
  assert.deepEqual(
    panel.filter((text) => /\p{Script=Han}/u.test(text)),
    [],
  )
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '中文' }).click()
  await page.getByText('在办件').waitFor()
})

test('on a phone and in the dark nothing is wider than its window, and every text is readable', async () => {
  for (const [name, options] of [
    ['alerts-phone', { viewport: { width: 390, height: 844 } }],
    ['alerts-dark-1366', { colorScheme: 'dark' }],
  ]) {
    const other = await newPage(options)
    await other.goto(`${platform.url}/#/alerts?standing=all`)
    await other.locator('[data-alert-row]').first().waitFor()
    await other.locator('[data-alert-row] input').first().check()
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than its window`)
    assert.deepEqual(await pale(other), [], name)
    await screenshot(other, name)
    await other.context().close()
  }
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** In how many lines the head's places stand. */
const linesOfHead = () => page.locator('.places > a, .places summary').evaluateAll((places) => new Set(places.map((place) => Math.round(place.getBoundingClientRect().top))).size)

/** Texts whose contrast to their ground is below WCAG 2.1 AA. What is disabled does not count, and what is over an image. */
function pale(of) {
  return of.evaluate(() => {
    const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    const read = (colour) => (/[\d.]+/g.exec(colour) ? colour.match(/[\d.]+/g).map(Number) : [0, 0, 0, 0])
    const bright = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255)
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = read(getComputedStyle(at).backgroundColor)
        if (colour.length === 3 || colour[3] > 0.99) return colour
      }
      return [255, 255, 255]
    }
    const found = []
    for (const element of document.querySelectorAll('main *, .masthead *')) {
      const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
      if (!text || !element.checkVisibility() || element.closest(':disabled, .unseen, [aria-hidden="true"]')) continue
      const style = getComputedStyle(element)
      const [light, dark] = [bright(read(style.color)), bright(ground(element))].sort((a, b) => b - a)
      const ratio = (light + 0.05) / (dark + 0.05)
      const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700)
      if (ratio < (large ? 3 : 4.5)) found.push(`${element.className || element.tagName}: ${element.textContent.trim().slice(0, 20)} ${ratio.toFixed(2)}`)
    }
    return [...new Set(found)]
  })
}

async function newPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const made = await context.newPage()
  made.setDefaultTimeout(SHOWN_MS)
  made.on('pageerror', (error) => broken.push(error.stack))
  made.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) broken.push(message.text())
  })
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
