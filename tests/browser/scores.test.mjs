// Score sheets on a real platform: an appeal withdraws a card and the score follows; a mark by hand is given, appealed by its body and withdrawn by
// somebody else; sheets are ranked within their class and open to their rows.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'

import { open, signIn, withAccounts } from './accounts.mjs'
import { chineseInEnglish, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const KEY = 'the key of the scores trial'
const MODEL = 'luzhou-demo-monthly'

let platform
let browser
let page
let theirs
let card
let body
let month
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'scores', startTimeoutMs: SHOWN_MS, env: withAccounts(KEY) })
  browser = await startBrowser()
  // The demonstration lives its last weeks first.
  await until(async () => Date.parse((await ask('/api/v1/platform')).now_at) > Date.now() - 3600_000)
  await until(async () => {
    const { alerts } = await ask('/api/v1/alerts?status=issued&level=yellow,red&limit=500')
    // A card about procedure or authority, which the model counts one by one, that nobody decided.
    const counted = (one) => !one.disposition && one.subject_kind === 'case' && one.responsible_org && /^(P\d|A\d|T[4-8])/.test(one.rule)
    card = alerts?.filter(counted).sort((a, b) => Date.parse(b.issued_at) - Date.parse(a.issued_at))[0]
    return card
  })
  body = card.responsible_org
  month = card.issued_at.slice(0, 'yyyy-mm'.length)
  const supervisor = { roles: ['supervision'], body: '510500-sfj', office: '执法监督科', region: '' }
  await open(platform.url, KEY, 'li', { ...supervisor, person: 'fz-07' })
  await open(platform.url, KEY, 'chen', { ...supervisor, person: 'fz-08' })
  await open(platform.url, KEY, 'own', { roles: ['department_supervisor'], office: '', region: '', person: 'bm-01', body })
  page = await newPage()
  await signIn(page, platform.url, 'li')
  theirs = await newPage()
  await signIn(theirs, platform.url, 'own')
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

const address = () => `${platform.url}/#/scores/${encodeURIComponent(body)}?model=${MODEL}&period=${month}`

test('English second: no word of the page’s own is left in Chinese', async () => {
  assert.deepEqual(
    await chineseInEnglish(page, [
      [`${platform.url}/#/scores?model=${MODEL}&period=${month}`, '.scores-table'],
    ], 'main :is(h2, form label > span, form button, .take button, #print, thead th:not(.number))'),
    {},
  )
})

/** The sheet as it stands: its total and where the card is. */
async function standing(of) {
  await of.goto('about:blank')
  await of.goto(address())
  await of.locator('#score-total').waitFor()
  const total = Number(await of.locator('#score-total').textContent())
  const sheet = await ask(`/api/v1/scores/${encodeURIComponent(body)}?model=${MODEL}&period=${month}`)
  const items = sheet.sheet.parts.flatMap((part) => part.items)
  const groups = ['rows', 'open', 'appealed', 'excused']
  const group = groups.find((name) => items.some((item) => item[name].some((row) => row.alerts.includes(card.alert_id))))
  return { total, group }
}

async function act(of, name, fill) {
  await of.goto(`${platform.url}/#/alert/${card.alert_id}`)
  await of.locator(`[data-act="${name}"]`).click()
  await fill()
  await of.locator('.act-submit button[type=submit]').click()
}

const follows = (group) =>
  until(async () => {
    const sheet = await ask(`/api/v1/scores/${encodeURIComponent(body)}?model=${MODEL}&period=${month}`)
    const items = sheet.sheet.parts.flatMap((part) => part.items)
    const has = (name) => items.some((item) => item[name].some((row) => row.alerts.includes(card.alert_id)))
    return group ? has(group) : !['rows', 'open', 'appealed', 'excused'].some(has)
  })

test('sheets of a month are ranked within their class, and the page says what is not scored', async () => {
  await page.goto(`${platform.url}/#/scores?model=${MODEL}&period=${month}`)
  await page.locator('.scores-table').first().waitFor()
  const classes = await page.locator('.score-class h3').allTextContents()
  assert.ok(classes.length >= 2, `${classes}`)
  await page.locator('.score-left-out summary').click()
  await page.getByText('快慢不计分').first().waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'scores-list-1366')
  await page.setViewportSize({ width: 390, height: 844 })
  await screenshot(page, 'scores-list-390')
  await page.setViewportSize({ width: 1366, height: 900 })
})

test('an appeal withdraws a card and the score follows', async () => {
  const before = await standing(page)
  assert.equal(before.group, 'open', 'nobody decided yet')
  await act(page, 'confirm', () => page.locator('#confirm_why').fill('经核实'))
  await follows('rows')
  const confirmed = await standing(page)
  assert.ok(confirmed.total < before.total, `${confirmed.total} of ${before.total}`)
  await page.locator(`.score-rows[data-group="rows"] a[href*="${card.alert_id}"]`).first().waitFor()
  assert.deepEqual(await faintTexts(page, 'main'), [])
  await screenshot(page, 'scores-sheet-confirmed-1366')

  await act(theirs, 'appeal', () => theirs.locator('#appeal_why').fill('系统故障，当日无法受理'))
  await follows('appealed')
  const appealed = await standing(theirs)
  assert.equal(appealed.total, before.total, 'what is under appeal takes nothing')
  await screenshot(theirs, 'scores-sheet-appealed-1366')

  const chen = await newPage()
  await signIn(chen, platform.url, 'chen')
  await act(chen, 'withdraw', async () => {
    await chen.locator('#withdraw_conclusion').click()
    await chen.locator('.ant-select-item-option', { hasText: '客观原因' }).click()
    await chen.locator('#withdraw_cause').click()
    await chen.locator('.ant-select-item-option', { hasText: '网络、系统故障' }).click()
    await chen.getByText('一般为：故障或者停机的公告').waitFor()
    await chen.locator('#withdraw_evidence').fill('0e'.repeat(32))
    await chen.locator('#withdraw_why').fill('情况属实')
    assert.deepEqual(await faintTexts(chen, '.act-form'), [])
    await screenshot(chen, 'withdraw-objective-1366', { fullPage: true })
  })
  const told = chen.locator('#thread li', { hasText: '申诉撤销（客观原因：网络、系统故障）' })
  await told.locator('code', { hasText: '0e'.repeat(32) }).waitFor()
  await told.scrollIntoViewIfNeeded()
  await screenshot(chen, 'thread-objective-1366')
  await follows(null)
  const withdrawn = await standing(page)
  assert.equal(withdrawn.total, before.total)
  await screenshot(page, 'scores-sheet-withdrawn-1366')
})

test('who decided what is told by person, with what nobody has concluded apart, and not to a department', async () => {
  const deciders = `${platform.url}/#/statistics/deciders?period=${month}`
  const chen = (told) => told.deciders?.find((one) => one.withdrawn.objective > 0)
  let told
  await until(async () => chen((told = await ask(`/api/v1/statistics/deciders?period=${month}`))))
  await page.goto('about:blank')
  await page.goto(deciders)
  const row = page.locator(`#deciders [data-person="${chen(told).person}"]`)
  await row.waitFor()
  assert.equal(Number(await row.locator('td').nth(6).textContent()), chen(told).withdrawn.objective)
  await page.locator('#unconcluded', { hasText: /尚未作结论的黄牌、红牌 \d/ }).waitFor()
  await page.locator('#deciders-bodies tbody tr').first().waitFor()
  await page.locator('.taken-back li', { hasText: '认定的 1 件' }).first().waitFor()
  const taken = async (name) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
    return readFile(await file.path(), 'utf8')
  }
  // What is on the page is in the files, with the names it has there.
  const shown = (await row.locator('th').textContent()).trim().split(/\s+/)
  const people = await taken('导出认定情况表 CSV')
  assert.ok(people.split('\r\n').some((line) => shown.every((word) => line.includes(word))), `${shown}\n${people}`)
  assert.match(people, /合计,,\d+,[^]+尚未作结论的黄牌、红牌 \d/)
  assert.match(await taken('导出撤销表 CSV'), /撤销人,原认定人,件数\r\n[^]*,1\r\n/)
  assert.deepEqual(await faintTexts(page, 'main'), [])
  // No column is beyond the edge of the card, and each table begins apart from what stands above it.
  assert.deepEqual(await page.locator('.cases-scroll').evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth)), [0, 0])
  const gaps = await page.locator('.statistics-part').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top - one.previousElementSibling.getBoundingClientRect().bottom))
  assert.equal(gaps.length, 3)
  assert.ok(gaps.every((gap) => gap >= 16), `gaps of ${gaps} px`)
  await screenshot(page, 'statistics-deciders-1366', { fullPage: true })
  assert.deepEqual(await chineseInEnglish(page, [[deciders, '#deciders']]), {})
  await theirs.goto(deciders)
  await theirs.getByText('未能载入').first().waitFor()
  assert.equal(await theirs.locator('.lists-nav a', { hasText: '认定情况' }).count(), 0)
})

test('a mark by hand is given, appealed by its body, and withdrawn by somebody else', async () => {
  const before = await standing(page)
  await page.locator('#open-mark').click()
  const form = page.locator('#give-mark')
  await form.locator('select[name="mark_item"]').selectOption('guide')
  await form.locator('input[name="mark_points"]').fill('-2')
  await form.locator('textarea[name="mark_why"]').fill('抽查发现办事指南缺少收费依据')
  await screenshot(page, 'scores-mark-1366')
  await form.locator('button[type=submit]').click()
  await page.locator('[data-state="counts"]').waitFor()
  const marked = await standing(page)
  assert.equal(marked.total, before.total - 2)
  assert.equal(await page.locator('[data-state="counts"] [data-act="appeal"]').count(), 0, 'who marked does not appeal')

  await theirs.goto('about:blank')
  await theirs.goto(address())
  assert.equal(await theirs.locator('#open-mark').count(), 0, 'nobody marks their own body')
  await theirs.locator('[data-act="appeal"]').click()
  await theirs.locator('[data-form="appeal"] textarea').fill('收费依据已于当日补充')
  await screenshot(theirs, 'scores-appeal-1366')
  await theirs.locator('[data-form="appeal"] button[type=submit]').click()
  await theirs.locator('[data-state="appealed"]').waitFor()
  assert.equal((await standing(theirs)).total, before.total)

  const chen = await newPage()
  await signIn(chen, platform.url, 'chen')
  await chen.goto(address())
  await chen.locator('[data-act="decide"]').click()
  await chen.locator('[data-form="decide"] input[type=radio]').nth(1).check()
  await chen.locator('[data-form="decide"] textarea').fill('补充在抽查之前')
  await chen.locator('[data-form="decide"] button[type=submit]').click()
  await chen.locator('[data-state="withdrawn"]').waitFor()
  await screenshot(chen, 'scores-decided-1366')
  assert.equal((await standing(page)).total, before.total)
  await page.setViewportSize({ width: 390, height: 844 })
  await screenshot(page, 'scores-sheet-390')
  await page.setViewportSize({ width: 1366, height: 900 })
  assert.deepEqual(broken, [])
})

async function newPage() {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, locale: 'zh-CN' })
  const page = await context.newPage()
  page.on('pageerror', (error) => broken.push(String(error)))
  return page
}

async function ask(path) {
  const answer = await fetch(platform.url + path, { headers: { authorization: `Bearer ${KEY}` } })
  return answer.json()
}

async function until(holds) {
  const end = Date.now() + SHOWN_MS
  while (!(await holds())) {
    assert.ok(Date.now() < end, 'it did not come to that in time')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
