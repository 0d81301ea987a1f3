// Statistics on a real platform: a number stands with its base and what must stand beside it, opens to the rows that make it and from there to a case;
// a county leads to its bodies, a body to its items; the dictionary says what is counted; the process map shows how cases really went.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'

import { chineseInEnglish, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'
import { open, signIn, withAccounts } from './accounts.mjs'

const SHOWN_MS = 120_000
const KEY = 'statistics-test-key-0123456789abcdef'

let platform
let browser
let page
let period
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'statistics', startTimeoutMs: SHOWN_MS })
  browser = await startBrowser()
  page = await newPage()
  // The demonstration lives its last weeks first; then the month before this one has cases that ran their course.
  await until(async () => Date.parse((await ask('/api/v1/platform')).now_at) > Date.now() - 3600_000)
  const { now_at: now } = await ask('/api/v1/platform')
  period = monthBefore(now.slice(0, 7))
  await until(async () => (await statistics({ metrics: 'closed' })).total.closed.value > 20)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('a figure stands with its base, and being on time never without what was entered late', async () => {
  await page.goto(`${platform.url}/#/statistics?period=${period}`)
  await page.locator('#headlines').waitFor()
  const { total, min_base } = await statistics({ metrics: 'closed,on_time_rate,late_case_share' })
  const closed = page.locator('#headlines > [data-metric="closed"] .headline-value')
  assert.equal(await closed.innerText(), total.closed.value.toLocaleString('en'))
  const onTime = page.locator('#headlines > [data-metric="on_time_rate"]')
  assert.match(await onTime.locator('.headline-base').innerText(), new RegExp(`基数 ${total.on_time_rate.base.toLocaleString('en')}`))
  assert.match(await onTime.locator('.headline-beside').innerText(), /^其中 .+基数/)
  assert.match(await page.locator('#statistics-told').innerText(), new RegExp(`基数不足 ${min_base}`))
  await page.locator('#trend-chart[data-drawn] svg').waitFor()
  await page.locator('#comparison-chart[data-drawn] svg').waitFor()
  // The table says the same two columns side by side.
  const columns = await page.locator('#breakdown thead .metric-name').evaluateAll((names) => names.map((name) => name.dataset.metric))
  assert.equal(columns[columns.indexOf('on_time_rate') + 1], 'late_case_share')
  await whole('statistics-overview-1366')
  assert.deepEqual(await faintTexts(page, '.statistics-page'), [])
})

test('a base too small is said, and such a row stands last whichever way it is sorted', async () => {
  const { rows, min_base } = await statistics({ by: 'item', metrics: 'on_time_rate', limit: '200' })
  const hidden = rows.filter(({ values }) => values.on_time_rate.hidden)
  assert.ok(hidden.length > 0, 'the demonstration has items with few cases')
  for (const sort of ['on_time_rate', '-on_time_rate']) {
    await page.goto(`${platform.url}/#/statistics?period=${period}&by=item&sort=${sort}`)
    const cells = page.locator('#breakdown tbody td[data-metric="on_time_rate"]')
    await cells.first().waitFor()
    const told = await cells.evaluateAll((all) => all.map((cell) => cell.querySelector('.figure')?.textContent))
    const firstHidden = told.indexOf('—')
    assert.ok(firstHidden > 0 && told.slice(firstHidden).every((text) => text === '—'), told.join(' '))
    const values = told.slice(0, firstHidden).map(Number.parseFloat)
    assert.deepEqual(values, [...values].sort((a, b) => (sort.startsWith('-') ? a - b : b - a)))
  }
  await page.locator(`#breakdown [data-key="${hidden[0].key}"] td[data-metric="on_time_rate"] .figure-hidden`, { hasText: `基数不足 ${min_base}，不予显示` }).waitFor()
})

test('a county leads to its bodies, a body to its items, a number to its rows and a row to its case', async () => {
  const { rows: counties } = await statistics({ by: 'region', metrics: 'closed' })
  const county = counties.find(({ key, values }) => key !== '' && !key.endsWith('00') && values.closed.value > 0)
  assert.ok(county, JSON.stringify(counties))
  await page.goto(`${platform.url}/#/statistics?period=${period}&by=region&group=volume`)
  await page.locator('#breakdown').getByRole('link', { name: county.name, exact: true }).click()
  await page.waitForURL(new RegExp(`region=${county.key}`))
  const body = page.locator('#breakdown tbody tr', { has: page.locator('td[data-metric="closed"] a') }).first()
  await body.waitFor()
  const org = await body.getAttribute('data-key')
  await body.locator('th a').click()
  await page.waitForURL(new RegExp(`org=${org}`))
  await page.locator('.statistics-path', { hasText: county.name }).waitFor()
  const item = page.locator('#breakdown tbody tr', { has: page.locator('td[data-metric="closed"] a') }).first()
  await item.waitFor()
  await whole('statistics-items-1366')
  const number = item.locator('td[data-metric="closed"] a.figure')
  const counted = Number((await number.innerText()).replaceAll(',', ''))
  await number.click()
  await page.waitForURL(/#\/statistics\/rows\?metric=closed/)
  await page.locator('#rows tbody tr').first().waitFor()
  assert.equal(await page.locator('#rows tbody tr').count(), Math.min(counted, 100), 'as many rows as the number says')
  await whole('statistics-rows-1366')
  const link = page.locator('#rows tbody th a').first()
  const caseNo = await link.innerText()
  await link.click()
  await page.locator('.case-page', { hasText: caseNo }).waitFor()
})

test('cases are told apart by the channel they came by, and a channel leads to its items', async () => {
  const { rows } = await statistics({ by: 'channel', metrics: 'received' })
  const window = rows.find(({ key }) => key === 'window')
  assert.ok(window?.values.received.value > 0, JSON.stringify(rows))
  assert.equal(window.name, '窗口')
  await page.goto(`${platform.url}/#/statistics?period=${period}&by=channel&group=volume`)
  const row = page.locator('#breakdown [data-key="window"]')
  await row.waitFor()
  await whole('statistics-channels-1366')
  await row.locator('td[data-metric="received"] a.figure').click()
  await page.waitForURL(/#\/statistics\/rows\?metric=received.*channel=window/)
  await page.locator('#rows tbody tr').first().waitFor()
  assert.equal(await page.locator('#rows tbody tr').count(), Math.min(window.values.received.value, 100))
  await page.goto(`${platform.url}/#/statistics?period=${period}&by=channel&group=volume`)
  await row.locator('th a').click()
  await page.waitForURL(/by=item.*channel=window|channel=window.*by=item/)
  await page.locator('.statistics-path', { hasText: '窗口' }).waitFor()
})

test('what a city does itself opens to its own rows', async () => {
  const { rows } = await statistics({ by: 'region', metrics: 'received' })
  const own = rows.find(({ key }) => key === '510500')
  assert.ok(own, JSON.stringify(rows))
  await page.goto(`${platform.url}/#/statistics?period=${period}&by=region&group=volume`)
  const row = page.locator('#breakdown [data-key="510500"]')
  await row.locator('th', { hasText: '（本级）' }).waitFor()
  assert.equal(await row.locator('th a').count(), 0)
  await row.locator('td[data-metric="received"] a.figure').click()
  await page.locator('#rows tbody tr').first().waitFor()
  assert.equal(await page.locator('#rows tbody tr').count(), Math.min(own.values.received.value, 100))
})

test('a metric’s name says what it means, by the keyboard too', async () => {
  await page.goto(`${platform.url}/#/statistics?period=${period}`)
  const name = page.locator('#headlines > [data-metric="overdue_rate"] > .metric-name')
  await name.focus()
  await page.keyboard.press('Enter')
  const { metrics } = await ask('/api/v1/statistics/metrics')
  const overdue = metrics.find(({ id }) => id === 'overdue_rate')
  await page.locator('#definition', { hasText: overdue.definition }).waitFor()
  await page.locator('#definition', { hasText: overdue.pitfalls }).waitFor()
  await screenshot(page, 'statistics-definition-1366')
  assert.deepEqual(await faintTexts(page, '#definition'), [])
  await page.keyboard.press('Escape')
  await page.locator('#definition').waitFor({ state: 'detached' })
  assert.ok(await name.evaluate((button) => button === document.activeElement), 'the keyboard is where it was')
})

test('the dictionary has every metric, is looked through, and a link leads to one', async () => {
  const { version, metrics } = await ask('/api/v1/statistics/metrics')
  await page.goto(`${platform.url}/#/statistics/metrics`)
  await page.locator('#dictionary-version', { hasText: `第 ${version} 版` }).waitFor()
  assert.equal(await page.locator('.dictionary-entry').count(), metrics.length)
  await whole('statistics-dictionary-1366')
  assert.deepEqual(await faintTexts(page, '.statistics-page'), [])
  await page.locator('input[name="q"]').fill('no such words')
  await page.getByText('没有这样的指标').waitFor()
  await page.goto(`${platform.url}/#/statistics/metrics?metric=late_case_share`)
  await page.locator('#metric-late_case_share.chosen').waitFor()
  assert.ok(await page.locator('#metric-late_case_share').evaluate((entry) => entry.getBoundingClientRect().top < innerHeight))
})

test('the table goes along as CSV and as a workbook, with its numbers as they are', async () => {
  await page.goto(`${platform.url}/#/statistics?period=${period}&group=volume`)
  await page.locator('#breakdown').waitFor()
  const take = async (format) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`.table-head [data-format="${format}"]`).click()])
    return readFile(await file.path())
  }
  const csv = (await take('csv')).toString('utf8')
  assert.ok(csv.startsWith('\ufeff'))
  const { rows } = await statistics({ by: 'org', metrics: 'received' })
  for (const { key, values } of rows.filter(({ key }) => key !== '').slice(0, 3)) {
    assert.ok(csv.split('\r\n').some((line) => line.includes(`,${key},${values.received.value},`)), `${key}\n${csv}`)
  }
  assert.match(csv, /统计周期：/)
  assert.equal((await take('xlsx')).subarray(0, 2).toString('latin1'), 'PK')
})

test('the process map shows how cases went, and where the time lies', async () => {
  await page.goto(`${platform.url}/#/statistics/process?period=${period}`)
  await page.locator('#offered a').first().click()
  await page.locator('#process-steps tbody tr').first().waitFor()
  await page.locator('.process-map[data-drawn] .flow-line').first().waitFor({ state: 'attached' })
  const item = new URLSearchParams(page.url().split('?')[1]).get('item')
  const { steps, flows } = await ask(`/api/v1/statistics/process?item_code=${item}&period=${period}`)
  assert.equal(await page.locator('#process-steps tbody tr').count(), steps.length)
  assert.equal(await page.locator('#process-flows tbody tr').count(), flows.length)
  // What the drawing has and what the table calls outside of it is all there is.
  const off = Number(await page.locator('.process-map').getAttribute('data-off'))
  assert.equal(await page.locator('#process-flows .off-chart').count(), off)
  assert.ok(off < flows.length, 'the demonstration’s cases mostly go as their flowchart has it')
  await whole('statistics-process-1366')
  assert.deepEqual(await faintTexts(page, '.statistics-page'), [])
})

test('what cannot be had is said, and a period without cases is empty', async () => {
  await page.goto(`${platform.url}/#/statistics?period=${period}&by=handler`)
  await page.getByText('未能载入').first().waitFor()
  await page.goto(`${platform.url}/#/statistics?period=1999`)
  await page.getByText('没有可统计的数据').waitFor()
  await whole('statistics-empty-1366')
})

test('dark and on a phone it fits and can be read', async () => {
  const phone = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  const { rows } = await statistics({ by: 'item', metrics: 'received' })
  for (const [name, hash, shown] of [
    ['overview', `#/statistics?period=${period}`, '#breakdown'],
    ['rows', `#/statistics/rows?metric=closed&period=${period}`, '#rows'],
    ['dictionary', '#/statistics/metrics', '.dictionary-entry'],
    ['process', `#/statistics/process?period=${period}&item=${rows[0].key}`, '#process-steps'],
  ]) {
    await phone.goto(`${platform.url}/${hash}`)
    await phone.locator(shown).first().waitFor()
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the phone`)
    assert.deepEqual(await faintTexts(phone, '.statistics-page'), [], name)
    await screenshot(phone, `statistics-${name}-phone-dark`)
  }
  await phone.context().close()
  const dark = await newPage({ colorScheme: 'dark' })
  await dark.goto(`${platform.url}/#/statistics?period=${period}`)
  await dark.locator('#trend-chart[data-drawn] svg').waitFor()
  await dark.locator('#breakdown').waitFor()
  assert.deepEqual(await faintTexts(dark, '.statistics-page'), [])
  await screenshot(dark, 'statistics-overview-1366-dark')
  await dark.context().close()
})

test('on paper it is black on white and bears the demonstration’s mark', async () => {
  const paper = await newPage({ colorScheme: 'dark' })
  await paper.goto(`${platform.url}/#/statistics?period=${period}`)
  await paper.locator('#breakdown').waitFor()
  await paper.emulateMedia({ media: 'print' })
  assert.equal(await paper.locator('.paper-mark').isVisible(), true)
  assert.equal(await paper.locator('#statistics-ask').isVisible(), false)
  assert.match(await paper.locator('p.on-paper').innerText(), /统计周期：/)
  const ink = await paper.locator('#breakdown tbody th').first().evaluate((cell) => getComputedStyle(cell).color)
  assert.equal(ink, 'rgb(0, 0, 0)')
  await paper.context().close()
})

test('who supervises has a way to statistics, and a department’s people see their own body’s', async () => {
  const closed = await startPlatform({ name: 'statistics-people', env: withAccounts(KEY), startTimeoutMs: SHOWN_MS })
  try {
    const rights = { name: '', region: '', office: '' }
    await open(closed.url, KEY, 'jc-wang', { ...rights, person: 'jc-01', roles: ['supervision'], body: '' })
    await open(closed.url, KEY, 'zj-li', { ...rights, person: 'zj-01', roles: ['department_supervisor'], body: '510502-zjj' })
    await open(closed.url, KEY, 'zj-zhao', { ...rights, person: 'zj-02', roles: ['department_handler'], body: '510502-zjj' })
    const ways = {}
    for (const account of ['jc-wang', 'zj-li', 'zj-zhao']) {
      const someone = await newPage()
      await signIn(someone, closed.url, account)
      ways[account] = await someone.locator('.places a', { hasText: '统计' }).count()
      if (account !== 'jc-wang') {
        await someone.goto(`${closed.url}/#/statistics?by=org&group=volume`)
        await someone.locator('#breakdown, .placeholder.empty').first().waitFor()
        const keys = await someone.locator('#breakdown tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.key))
        assert.ok(keys.every((key) => key === '510502-zjj'), keys.join())
        const offered = await someone.locator('#statistics-ask select[name="org"] option').evaluateAll((options) => options.map(({ value }) => value))
        assert.deepEqual(offered, ['', '510502-zjj'])
      }
      await someone.context().close()
    }
    assert.deepEqual(ways, { 'jc-wang': 1, 'zj-li': 1, 'zj-zhao': 1 })
  } finally {
    await closed.stop()
  }
})

test('English second: no word of the page’s own is left in Chinese', async () => {
  assert.deepEqual(
    await chineseInEnglish(page, [
      [`${platform.url}/#/statistics?period=${period}`, '#breakdown'],
      [`${platform.url}/#/statistics/metrics`, '.dictionary-entry'],
    ]),
    {},
  )
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

async function newPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const made = await context.newPage()
  made.setDefaultTimeout(SHOWN_MS)
  made.on('pageerror', (error) => broken.push(error.stack))
  return made
}

/** A picture of all that the page scrolls. */
async function whole(name) {
  const { width, height } = page.viewportSize()
  const all = await page.evaluate(() => document.querySelector('main').scrollHeight + 80)
  await page.setViewportSize({ width, height: Math.min(4000, Math.max(height, all)) })
  await screenshot(page, name)
  await page.setViewportSize({ width, height })
}

const statistics = (query) => ask(`/api/v1/statistics?${new URLSearchParams({ period, ...query })}`)

function monthBefore(month) {
  const [year, number] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 7)
}

async function ask(path) {
  const answer = await fetch(`${platform.url}${path}`)
  return answer.json()
}

async function until(is) {
  for (const began = Date.now(); Date.now() - began < 3 * SHOWN_MS; ) {
    if (await is()) return
    await new Promise((done) => setTimeout(done, 300))
  }
  throw new Error('it did not come to be in time')
}
