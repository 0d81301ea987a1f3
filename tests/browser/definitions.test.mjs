// The lists are browsed and compared, and a flowchart goes from the version in force over a canvas and both reviews to publication.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { open, signIn, withAccounts } from './accounts.mjs'
import { screenshot, startBrowser, startPlatform } from './lib.mjs'
import { CONTRAST, tooFaint, tooWide } from './look.mjs'

const SHOWN_MS = 120_000
const KEY = 'the administrator key of this trial'
const ITEM = '510500-XK-0101'
const CHART = 'completion-filing'

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'definitions', startTimeoutMs: SHOWN_MS, env: { ...withAccounts(KEY), MINGJING__SHADOW__EVERY: '2s' } })
  browser = await startBrowser()
  const of = (account, person, roles, office) => open(platform.url, KEY, account, { person, roles, body: '510500-jw', office, region: '' })
  await of('zhou', 'jc-01', ['supervision'], '案件监督室')
  await of('fa', 'fz-02', ['legal'], '执法监督科')
  await of('jian', 'jc-03', ['supervision'], '审理室')
  await of('sun', 'sj-04', ['auditor'], '审计科')
  page = await signedIn('zhou')
  await until('definitions', async () => (await asked(page, '/api/v1/items')).total > 0)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('the power list is counted by category, searched, and goes on page by page', async () => {
  await page.locator('.places a', { hasText: '清单' }).click()
  await page.locator('#items tbody tr').first().waitFor()
  const all = await asked(page, '/api/v1/items')
  assert.match(await page.locator('#items-total').textContent(), new RegExp(`共 ${all.total} 项`))
  assert.equal(await page.locator('.item-types [data-type]').count(), all.by_power_type.length)
  await screenshot(page, 'items-1366')
  if (all.next) {
    await page.locator('.more').click()
    await page.waitForFunction((first) => document.querySelectorAll('#items tbody tr').length > first, all.items.length)
    const codes = await page.locator('#items tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.item))
    assert.equal(new Set(codes).size, codes.length, 'no item stands there twice')
  }
  await page.locator('.item-types [data-type="penalty"]').click()
  await page.locator('.item-types [data-type="penalty"][aria-current]').waitFor()
  const penalties = await asked(page, '/api/v1/items?power_type=penalty')
  await page.waitForFunction((total) => document.querySelector('#items-total')?.textContent?.includes(String(total)), penalties.total)
  const types = await page.locator('#items tbody tr td:nth-of-type(1)').allTextContents()
  assert.deepEqual([...new Set(types)], ['行政处罚'])

  await page.goto(`${platform.url}/#/lists`)
  await page.locator('#item-search [name="text"]').fill('施工许可')
  await page.keyboard.press('Enter')
  await page.locator(`#items [data-item="${ITEM}"]`).waitFor()
  for (const name of await page.locator('#items tbody th a').allTextContents()) assert.match(name, /施工许可/)
  await page.locator('#item-search [name="text"]').fill('没有这样的事项')
  await page.keyboard.press('Enter')
  await page.locator('.nothing', { hasText: '没有符合条件的事项' }).waitFor()
})

test('an item says on which basis, how long, with which papers, what is owed and what is watched by which rule', async () => {
  await page.goto(`${platform.url}/#/lists/items/${ITEM}`)
  await page.locator(`#item[data-item="${ITEM}"]`).waitFor()
  const told = await asked(page, `/api/v1/items/${ITEM}`)
  const text = await page.locator('#item').textContent()
  for (const words of [told.executing_body_name, told.promised_zh, ...told.legal_basis, ...told.materials.map((one) => one.name), told.responsibilities[0].duty]) {
    assert.ok(text.includes(words), `${words} is not on the page`)
  }
  assert.equal(await page.locator('#points [data-point]').count(), told.chart.control_points.length + told.general_points.length)
  await page.locator('#chart .flowchart[data-drawn]').waitFor()
  await page.locator('#chart .bjs-powered-by').waitFor()
  await screenshot(page, 'item-1366')
  await screenshot(page, 'item-whole', { fullPage: true })

  const point = told.chart.control_points.find((one) => one.rule)
  const own = page.locator(`#points [data-point="${point.id}"]`).first()
  await own.locator('summary').click()
  await own.getByText(point.checks).waitFor()
  await own.locator('.rule-link').click()
  await page.locator(`[data-rule="${point.rule}"].chosen details[open]`).waitFor()
  assert.ok((await page.locator(`[data-rule="${point.rule}"]`).textContent()).includes(point.checks))
  await screenshot(page, 'rules-1366')
})

test('an item of discretion shows its tiers, and the responsibility list every duty of a body', async () => {
  const penalties = await asked(page, '/api/v1/items?power_type=penalty')
  let shown = null
  for (const { code } of penalties.items) {
    const whole = await asked(page, `/api/v1/items/${code}`)
    if (whole.discretion) shown = whole
    if (shown) break
  }
  assert.ok(shown, 'no penalty has tiers')
  await page.goto(`${platform.url}/#/lists/items/${shown.code}`)
  await page.locator('.act-tiers').first().waitFor()
  const tiers = shown.discretion.acts.flatMap((act) => act.tiers)
  assert.equal(await page.locator('.act-tiers tbody tr').count(), tiers.length)
  assert.ok(tiers.some((tier) => /元|倍/.test(tier.money_zh ?? '')), 'no tier says how much')

  await page.goto(`${platform.url}/#/lists/duties?body=${shown.executing_body}`)
  await page.locator('#duties .duties-of').first().waitFor()
  const { items } = await asked(page, `/api/v1/responsibilities?body=${shown.executing_body}`)
  const duties = items.reduce((sum, one) => sum + one.responsibilities.length, 0)
  assert.equal(await page.locator('#duties .duty-list > li').count(), duties)
  await screenshot(page, 'duties-1366')
})

test('a year of the work calendar is drawn day by day, and as an earlier version had it', async () => {
  await page.goto(`${platform.url}/#/lists/calendars/cn?year=2020`)
  await page.locator('#calendar-year[data-year="2020"]').waitFor()
  const latest = await asked(page, '/api/v1/calendars/cn?year=2020')
  const holidays = (year) => year.days.filter((day) => day.kind === 'holiday').length
  assert.equal(await page.locator('td.day-holiday').count(), holidays(latest.year))
  assert.equal(await page.locator('td[data-date]').count(), 366)
  assert.ok((await page.locator('td.day-make_up').count()) > 0)
  await screenshot(page, 'calendar-1366')
  // In 2020 the spring holiday was made longer when it had begun.
  await page.locator('#calendar-year select[name="version"]').selectOption('2020.1')
  await page.locator('#calendar-year[data-version="2020.1"]').waitFor()
  const first = await asked(page, '/api/v1/calendars/cn?year=2020&version=2020.1')
  assert.equal(await page.locator('td.day-holiday').count(), holidays(first.year))
  assert.ok(holidays(first.year) < holidays(latest.year))
  await page.locator('.year-head a', { hasText: '2021' }).click()
  await page.locator('#calendar-year[data-year="2021"] .provisional').waitFor()
})

test('the canvas edits a flowchart through both reviews to publication', async () => {
  await page.goto(`${platform.url}/#/lists/definitions/flowchart`)
  await page.locator(`#definitions [data-definition="${CHART}"] a`).first().waitFor()
  await screenshot(page, 'definitions-1366')
  await page.locator(`#definitions [data-definition="${CHART}"] a`).first().click()
  await page.locator(`#definition[data-id="${CHART}"] .flowchart[data-drawn]`).waitFor()
  await screenshot(page, 'definition-1366')
  await page.locator('#versions [data-version="1"] .draft-from').click()
  await page.locator('textarea[name="text"]').waitFor()
  assert.equal(await page.locator('input[name="version"]').inputValue(), '2')
  assert.match(await page.locator('textarea[name="text"]').inputValue(), /^version: "2"$/m)
  // The city of the demonstration lives through its last weeks in a minute: a day that is far enough does not go by meanwhile.
  const from = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10)
  await page.locator('input[name="effective_from"]').fill(from)
  await page.waitForFunction((day) => document.querySelector('textarea[name="text"]').value.includes(`\neffective_from: ${day}\n`), from)
  await screenshot(page, 'draft-new-1366')
  await sign(page, '起草', '档案管理要求')
  await page.locator('#draft[data-state="drafting"]').waitFor()
  const id = await page.locator('#draft').getAttribute('data-draft')

  await onTheCanvas(id)
  await inTheText(id)
  await inShadow(id)

  await page.locator('[data-view="course"]').click()
  await act(page, 'submit', '送审', '送法制、监察审核')
  await page.locator('#draft[data-state="in_review"]').waitFor()
  for (const role of ['legal', 'supervision']) await page.locator(`#reviews [data-role="${role}"][data-verdict="awaited"]`).waitFor()
  assert.match(await page.locator('#changes').textContent(), /新增环节“立卷归档”/)
  await screenshot(page, 'draft-in-review-1366')
  // Nobody reviews what they wrote.
  await act(page, 'review', '提交审核意见', '同意')
  await page.locator('.refusal', { hasText: '起草人' }).waitFor()

  for (const [account, role, opinion] of [
    ['fa', 'legal', '环节设置合法'],
    ['jian', 'supervision', '监察点已对应'],
  ]) {
    const other = await signedIn(account)
    await other.goto(`${platform.url}/#/drafts?state=in_review`)
    await other.locator(`#drafts [data-draft="${id}"] a`).waitFor()
    if (role === 'legal') await screenshot(other, 'drafts-1366')
    await other.locator(`#drafts [data-draft="${id}"] a`).click()
    await other.locator('[data-act="review"]').click()
    await other.locator('input[name="opinion"]').fill(opinion)
    await sign(other, '提交审核意见', '审核')
    await other.locator(`#reviews [data-role="${role}"][data-verdict="agree"]`, { hasText: opinion }).waitFor()
    await other.context().close()
  }
  await page.reload()
  await page.locator('#draft[data-state="approved"]').waitFor()
  await screenshot(page, 'draft-approved-1366')
  await act(page, 'publish', '公布', '公布施行')
  await page.locator('#draft[data-state="published"]').waitFor()
  await act(page, 'notice', '登记公示', '门户网站公示', async () => {
    await page.locator('input[name="place"]').fill('市政府门户网站')
    await page.locator('input[name="on"]').fill((await asked(page, '/api/v1/platform')).now_at.slice(0, 10))
  })
  await page.locator('.case-head', { hasText: '市政府门户网站' }).waitFor()
  await screenshot(page, 'draft-published-1366')

  const { versions } = await asked(page, `/api/v1/definitions/flowchart/${CHART}`)
  assert.deepEqual(
    versions.map((version) => version.version),
    ['1', '2'],
  )
  await page.goto(`${platform.url}/#/lists/publications`)
  await page.locator(`#publications [data-draft="${id}"]`, { hasText: '市政府门户网站' }).waitFor()
  await screenshot(page, 'publications-1366')
})

test('two versions are compared in words, and the new one is drawn as it was left on the canvas', async () => {
  await page.goto(`${platform.url}/#/lists/definitions/flowchart/${CHART}`)
  await page.locator('#compare').waitFor()
  await page.locator('#compare [name="from"]').selectOption('1')
  await page.locator('#compare [name="to"]').selectOption('2')
  await page.locator('#compare button').click()
  await page.locator('#changes li').first().waitFor().catch(async (error) => {
    error.message += `\nat ${page.url()} the page says: ${await page.locator('main').innerText()}`
    throw error
  })
  const { changes } = await asked(page, `/api/v1/definitions/flowchart/${CHART}/diff?from=1&to=2`)
  assert.deepEqual(await page.locator('#changes li').allTextContents(), changes)
  assert.ok(changes.includes('版本由1改为2') && changes.includes('新增环节“立卷归档”'), changes.join('；'))
  await page.locator(`.flowchart[data-drawn="${CHART}@2"]`).getByText('立卷归档').first().waitFor()
  await screenshot(page, 'compare-1366')
})

test('who works with no alerts reads the lists and no drafts', async () => {
  const other = await signedIn('sun')
  const refused = []
  other.on('response', (response) => response.status() === 403 && refused.push(response.url()))
  await other.locator('.places a', { hasText: '清单' }).click()
  await other.locator('#items tbody tr').first().waitFor()
  assert.equal(await other.locator('.places a', { hasText: '草案' }).count(), 0)
  await other.goto(`${platform.url}/#/lists/definitions/flowchart/${CHART}`)
  await other.locator('#versions').waitFor()
  assert.equal(await other.locator('.draft-from').count(), 0)
  await other.goto(`${platform.url}/#/drafts`)
  await other.locator('#nothing-title').waitFor()
  assert.deepEqual(refused, [])
  await other.context().close()
})

test('light and dark, on a desk and on a phone, everything can be read and nothing is cut off', async () => {
  const { drafts } = await asked(page, '/api/v1/drafts')
  const hashes = [`#/lists/items/${ITEM}`, '#/lists/calendars/cn?year=2020', `#/drafts/${drafts[0].id}`, `#/drafts/${drafts[0].id}/text`]
  for (const scheme of ['light', 'dark']) {
    for (const [name, width, height] of [
      ['desk', 1366, 900],
      ['phone', 390, 844],
    ]) {
      const other = await signedIn('zhou', { viewport: { width, height }, colorScheme: scheme })
      for (const [place, hash] of hashes.entries()) {
        await other.goto(`${platform.url}/${hash}`)
        await other.locator(['#item', '#calendar-year', '#draft', 'textarea[name="text"]'][place]).waitFor()
        const wide = await other.evaluate(tooWide)
        assert.ok(wide <= 0, `${hash} ${name} ${scheme}: ${wide} px wider than its window`)
        assert.deepEqual(await other.evaluate(tooFaint, { least: CONTRAST, within: '.lists-page' }), [], `${hash} ${name} ${scheme}`)
        await screenshot(other, `lists-${place}-${name}-${scheme}`)
      }
      await other.context().close()
    }
  }
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** A step is added with the mouse and named where it stands; what was drawn comes into the draft, and the platform says what is enforced. */
async function onTheCanvas(id) {
  await page.locator('[data-view="canvas"]').click()
  await page.locator(`#canvas[data-open="${id}"]`).waitFor()
  const last = await page.locator('.canvas-side select[name="step"] option', { hasText: '返还备案表' }).first().getAttribute('value')
  await page.locator(`.canvas-box [data-element-id="${last}"] .djs-hit`).first().click({ force: true })
  await page.locator('.canvas-side input[name="step-name"]').waitFor()
  await page.locator('.djs-context-pad [data-action="append.append-task"]').click()
  // The name of what was added is typed on the canvas itself.
  await page.locator('.djs-direct-editing-content').waitFor()
  await page.keyboard.type('立卷归档')
  await screenshot(page, 'canvas-naming-1366')
  await page.keyboard.press('Enter')
  await page.locator('.djs-direct-editing-content').waitFor({ state: 'detached' })
  await page.locator('.canvas-side select[name="step"]').selectOption({ label: '立卷归档' })
  await page.locator('.canvas-side input[name="step-code"]').fill('archive')
  await page.keyboard.press('Tab')
  await page.locator('.canvas-side code', { hasText: 'archive' }).waitFor()
  // What is undone is done again.
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('button', { name: '重做' }).click()
  await screenshot(page, 'canvas-1366')
  await page.locator('.canvas-box .bjs-powered-by').waitFor()
  await sign(page, '保存到草案', '增加归档环节')
  await page.locator('#drawing-report', { hasText: '已保存到草案' }).waitFor()
  await page.locator('#drawing-report').scrollIntoViewIfNeeded()
  await screenshot(page, 'canvas-saved-1366')
  const text = await page.evaluate(async (address) => (await fetch(address)).text(), `/api/v1/drafts/${id}/text`)
  assert.match(text, /code: archive\n\s+name: 立卷归档/)
}

/** A mistake is told with its line; the text without it, and with another control point, is kept. */
async function inTheText(id) {
  await page.locator('[data-view="text"]').click()
  const area = page.locator('textarea[name="text"]')
  await area.waitFor()
  const text = await area.inputValue()
  const lines = text.split('\n')
  const line = lines.findIndex((one) => /^\s+kind: (case|stage|step)$/.test(one)) + 1
  assert.ok(line > 0, 'no limit is written')
  await area.fill(lines.map((one, at) => (at === line - 1 ? one.replace(/kind: .*/, 'kind: 无此种类') : one)).join('\n'))
  await sign(page, '保存修改', '试写')
  await page.locator(`.code-problems [data-line="${line}"]`).waitFor()
  await screenshot(page, 'draft-text-wrong-1366')
  await page.locator(`.code-problems [data-line="${line}"] button`).click()
  assert.match(await page.evaluate(() => document.getSelection()?.toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)), /无此种类/)

  const renamed = text.replace(/(control_points:\n- id: [^\n]+\n\s+name: )[^\n]+/, (_, before) => `${before}备案超过承诺时限`)
  assert.notEqual(renamed, text)
  const shorter = renamed.replace(/(id: decision\n(?:\s+[^\n]*\n)*?\s+promised: )3wd/, (_, before) => `${before}2wd`)
  assert.notEqual(shorter, renamed)
  await area.fill(shorter)
  await sign(page, '保存修改', '缩短承诺时限，监察点更名')
  await page.locator('.checked', { hasText: '可以送审' }).waitFor()
  await screenshot(page, 'draft-text-1366')
  const { problems, refusals } = await asked(page, `/api/v1/drafts/${id}/check`)
  assert.deepEqual([problems, refusals], [[], []])
}

/** What the draft would allege beside what is in force. */
async function inShadow(id) {
  await page.locator('[data-view="shadow"]').click()
  const since = new Date(Date.parse((await asked(page, '/api/v1/platform')).now_at) - 90 * 86_400_000).toISOString().slice(0, 10)
  await act(page, 'shadow', '影子运行', '送审之前先看影响', () => page.locator('input[name="since"]').fill(since))
  await until('the shadow was judged', async () => ((await asked(page, `/api/v1/drafts/${id}/shadow`)).outcome?.cases ?? 0) > 0)
  await page.getByRole('button', { name: '重新读取' }).click()
  await page.locator('#shadow-total').waitFor()
  assert.match(await page.locator('#shadow-total').textContent(), /判断 [\d,]+ 件/)
  await screenshot(page, 'draft-shadow-1366')
}

/** Says why, and sends the form that stands open. */
async function sign(of, button, why) {
  const form = of.locator('.sign-form', { has: of.getByRole('button', { name: button, exact: true }) })
  await form.locator('input[name="why"]').fill(why)
  await form.getByRole('button', { name: button, exact: true }).click()
}

/** Opens an act's form, fills in what it asks for, and sends it. */
async function act(of, name, button, why, fill = async () => {}) {
  await of.locator(`[data-act="${name}"]`).click()
  await fill()
  await sign(of, button, why)
}

/** A page of its own, signed in. */
async function signedIn(account, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const own = await context.newPage()
  own.setDefaultTimeout(SHOWN_MS)
  own.on('pageerror', (error) => broken.push(error.stack))
  own.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) broken.push(message.text())
  })
  await signIn(own, platform.url, account)
  return own
}

/** As the page itself asks. */
const asked = (of, path) => of.evaluate(async (address) => (await fetch(address)).json(), path)

async function until(what, look) {
  for (const began = Date.now(); Date.now() - began < SHOWN_MS; ) {
    if (await look()) return
    await new Promise((later) => setTimeout(later, 500))
  }
  throw new Error(`never: ${what}`)
}
