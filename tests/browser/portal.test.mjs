// The public page, on a phone and without signing in: the power list in plain words, and how one's own case stands.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const KEY = 'the administrator key of this trial'
const PHONE = { width: 390, height: 844 }
/** WCAG 2.1 AA for text of normal size. */
const CONTRAST = 4.5

let platform
let browser
let page
const broken = []
const asked = []
/** Cases that a test has asked about: wrong codes of one test count for the next. */
const tried = new Set()

before(async () => {
  platform = await startPlatform({
    name: 'portal',
    startTimeoutMs: SHOWN_MS,
    // Where everything else asks for an account, the public page does not.
    env: { MINGJING__API__ACCOUNTS: 'required', MINGJING__INTAKE__ADMIN_KEY: KEY },
  })
  browser = await startBrowser()
  page = await newPage()
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('somebody finds an item in their own words and reads who does it, by when, and how it is supervised', async () => {
  // The demonstration publishes its list while it starts.
  await until(async () => (await publicly('/items')).total > 0)
  await page.goto(`${platform.url}/public`)
  await page.locator('.portal-items li').first().waitFor()
  await page.locator('.portal-mark', { hasText: '演示数据' }).waitFor()
  await screenshot(page, 'portal-list-phone')
  await page.getByLabel(/您要办什么事/).fill('我要办施工许可证')
  await page.keyboard.press('Enter')
  const first = page.locator('.portal-items li a').first()
  await page.waitForFunction(() => document.querySelector('.portal-items li a')?.textContent.includes('施工许可'))
  await screenshot(page, 'portal-found-phone')
  await first.click()
  await page.getByRole('heading', { name: /施工许可/ }).waitFor()
  for (const label of ['事项编码', '行使主体', '设定依据', '监督方式']) await page.locator('dt', { hasText: label }).waitFor()
  await page.locator('.portal-phone').first().waitFor()
  assert.ok((await page.locator('.portal-steps > li').count()) >= 3, 'its steps are not shown')
  assert.match(await page.locator('.portal-item').textContent(), /法定 \d+个工作日/)
  await screenshot(page, 'portal-item-phone', { fullPage: true })
  await page.goBack()
  assert.equal(await page.getByLabel(/您要办什么事/).inputValue(), '我要办施工许可证', 'what was looked for is forgotten')
  await page.getByLabel(/您要办什么事/).fill('天上掉馅饼')
  await page.keyboard.press('Enter')
  await page.getByText('没有找到相符的事项').waitFor()
})

test('with number and code of the slip one sees how the case stands; with a wrong code nothing, and in the same words as of a case that is none', async () => {
  const found = await slip(({ closed_at: closed, due_at: due }) => due && !closed)
  await page.goto(`${platform.url}/public#/progress`)
  await fill(found.case_no, '1AAAA-AAAAA')
  const wrong = await page.getByRole('alert').textContent()
  await screenshot(page, 'portal-wrong-code-phone')
  await fill('NO-SUCH-CASE', found.code)
  await page.waitForFunction(() => document.querySelector('.portal-form button').disabled === false)
  assert.equal(await page.getByRole('alert').textContent(), wrong)
  // As it is typed by somebody in a hurry.
  await fill(found.case_no.toLowerCase(), found.code.toLowerCase().replace('-', ' '))
  await page.locator('#standing-state').waitFor()
  const text = await page.locator('.portal-standing').textContent()
  assert.match(text, new RegExp(found.case_no))
  assert.match(text, /应当办结\d{4}-\d{2}-\d{2}/)
  await page.locator('.portal-standing .portal-phone').first().waitFor()
  assert.ok(!page.url().includes(found.case_no) && !page.url().includes(found.code), 'the address tells the case')
  await screenshot(page, 'portal-progress-phone', { fullPage: true })
})

test('a case that is late says by how much, and whether its office said why; one that is paused says why and since when', async () => {
  const late = await publicSlip((told) => told.late)
  await fill(late.case_no, late.code)
  await page.locator('dt', { hasText: '超期情况' }).waitFor()
  assert.match(await page.locator('.portal-standing').textContent(), /已超过(法定|承诺)期限 \d+ 天/)
  await screenshot(page, 'portal-late-phone', { fullPage: true })
})

test('somebody complains about their own case, is given a number, and sees by it what became of it', async () => {
  const found = await slip(({ closed_at: closed }) => !closed)
  await page.goto(`${platform.url}/public#/complaint`)
  await page.getByLabel('办件编号').fill(found.case_no)
  await page.getByLabel('查询码').fill(found.code)
  await page.getByLabel('投诉什么').selectOption({ label: '办理拖延' })
  await page.getByLabel('具体情况').fill('材料交齐两周了，没有人联系。<img src=x onerror=alert(1)> 电话 13912345678')
  await screenshot(page, 'portal-complaint-phone', { fullPage: true })
  await page.getByRole('button', { name: '提交' }).click()
  const number = await page.locator('.portal-receipt').textContent()
  assert.match(number, /^TS-[0-9A-Z]{10}$/)
  await screenshot(page, 'portal-receipt-phone')
  // It is what the rules judge: an event of the case, as one taken in at a window.
  const { complaints } = await until(async () => {
    const answer = await byKey(`/api/v1/complaints?receipt_no=${number}`)
    return answer.complaints.length > 0 && answer
  })
  assert.equal(complaints[0].case_no, found.case_no)
  assert.ok(!JSON.stringify(complaints).includes('13912345678'), 'a telephone number was kept')
  await page.getByRole('link', { name: '查处理情况' }).last().click()
  await page.getByLabel('受理号').fill(number.toLowerCase())
  await page.getByRole('button', { name: '查询' }).click()
  await page.locator('#receipt-state', { hasText: '已登记，等待受理' }).waitFor()
  assert.ok(!(await page.locator('.portal-standing').textContent()).includes('材料'), 'what was said is shown to whoever has the number')
  await screenshot(page, 'portal-receipt-status-phone')
})

test('somebody rates an item without any case, and a case of somebody else cannot be complained about by its number alone', async () => {
  const { items } = await publicly('/items?q=施工许可')
  await page.goto(`${platform.url}/public#/item/${items[0].code}`)
  await page.getByRole('link', { name: '评价', exact: true }).click()
  await page.getByLabel('满意', { exact: true }).check()
  await page.getByRole('button', { name: '提交' }).click()
  assert.match(await page.locator('.portal-receipt').textContent(), /^PJ-/)
  const { cases } = await byKey('/api/v1/cases?limit=1')
  tried.add(cases[0].case_no)
  const said = { key: 'k'.repeat(16), kind: 'complaint', topic: 'slow', text: '代他人投诉', case_no: cases[0].case_no, code: '1CCCC-CCCCC' }
  const refused = await ask('/complaints', said)
  assert.equal(refused.status, 404)
})

test('who guesses is locked out, for this case and from this address', async () => {
  const found = await slip((one) => !tried.has(one.case_no))
  const guess = (code) => ask('/progress', { case_no: found.case_no, code })
  const answers = []
  for (let n = 0; n < 6; n += 1) answers.push((await guess('1BBBB-BBBBB')).status)
  assert.deepEqual(answers, [404, 404, 404, 404, 404, 429])
  assert.equal((await guess(found.code)).status, 429, 'the right code opens what is locked')
  await page.goto(`${platform.url}/public#/progress`)
  await fill(found.case_no, found.code)
  await page.getByRole('alert').filter({ hasText: '次数过多' }).waitFor()
  await screenshot(page, 'portal-locked-phone')
})

test('the public page asks nothing of the console, and the console stays closed', async () => {
  const others = asked.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/public/v1/'))
  assert.deepEqual(others, [])
  const closed = await fetch(`${platform.url}/api/v1/cases`)
  assert.equal(closed.status, 401)
})

test('light and dark, on a phone and on a desk, in both languages, everything can be read and nothing is cut off', async () => {
  const { items } = await publicly('/items?q=施工许可')
  for (const scheme of ['light', 'dark']) {
    for (const [name, size] of [
      ['phone', PHONE],
      ['desk', { width: 1366, height: 900 }],
    ]) {
      const other = await newPage({ viewport: size, colorScheme: scheme })
      for (const [place, hash, waited] of [
        ['list', '#/', '.portal-items li'],
        ['item', `#/item/${items[0].code}`, '.portal-steps'],
        ['progress', '#/progress', '.portal-form'],
        ['complaint', '#/complaint', '.portal-form'],
        ['rating', `#/rating/${items[0].code}`, '.portal-form'],
      ]) {
        await other.goto(`${platform.url}/public${hash}`)
        await other.locator(waited).first().waitFor()
        const wide = await other.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        assert.ok(wide <= 0, `${place} ${name} ${scheme}: ${wide} px wider than its window`)
        assert.deepEqual(await other.evaluate(tooFaint, CONTRAST), [], `${place} ${name} ${scheme}`)
        if (scheme === 'dark' || name === 'desk') await screenshot(other, `portal-${place}-${name}-${scheme}`)
      }
      await other.getByRole('button', { name: 'English' }).click()
      await other.getByRole('heading', { name: 'Rate', exact: true }).waitFor()
      await other.context().close()
    }
  }
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

async function newPage(options = { viewport: PHONE }) {
  const made = await (await browser.newContext(options)).newPage()
  made.setDefaultTimeout(SHOWN_MS)
  made.on('pageerror', (error) => broken.push(error.stack))
  made.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) broken.push(message.text())
  })
  return made
}

async function fill(caseNo, code) {
  await page.getByLabel('办件编号').fill(caseNo)
  await page.getByLabel(/查询码/).fill(code)
  await page.getByRole('button', { name: '查询' }).click()
}

/** A case of the demonstration that has a slip, as the department's machine knows it. */
async function slip(wanted) {
  let found
  await until(async () => {
    const { cases } = await byKey('/api/v1/cases?limit=1000')
    found = cases.find((one) => one.item_code?.includes('-XK-') && wanted(one))
    return found
  })
  tried.add(found.case_no)
  const { code } = await byKey(`/api/v1/cases/${found.source}/${encodeURIComponent(found.case_no)}/query-code`)
  return { ...found, code }
}

/** One of which the public is told something, asked as the public does. The demonstration may still be on its way there. */
function publicSlip(wanted) {
  return until(async () => {
    const { cases } = await byKey('/api/v1/cases?limit=1000')
    const now = Date.now()
    for (const one of cases.filter((found) => found.item_code?.includes('-XK-') && found.due_at && Date.parse(found.due_at) < now)) {
      const { code } = await byKey(`/api/v1/cases/${one.source}/${encodeURIComponent(one.case_no)}/query-code`)
      tried.add(one.case_no)
      const { status, body } = await ask('/progress', { case_no: one.case_no, code })
      if (status === 200 && wanted(body)) return { ...one, code }
    }
    return undefined
  })
}

async function ask(path, sent) {
  const response = await fetch(`${platform.url}/api/public/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body: JSON.stringify(sent) })
  return { status: response.status, body: await response.json() }
}

async function publicly(path) {
  const response = await fetch(`${platform.url}/api/public/v1${path}`)
  assert.equal(response.status, 200, path)
  return response.json()
}

async function byKey(path) {
  const response = await fetch(`${platform.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } })
  assert.equal(response.status, 200, path)
  return response.json()
}

async function until(holds) {
  const end = Date.now() + SHOWN_MS
  for (;;) {
    const found = await holds()
    if (found) return found
    if (Date.now() > end) throw new Error('it did not come to be')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Texts that stand out less from their ground than they have to. */
function tooFaint(least) {
  const parse = (color) => (/rgba?\(([^)]+)\)/.exec(color)?.[1] ?? '0,0,0,0').split(/[ ,/]+/).map(Number)
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor)
      if (alpha > 0.9) return [r, g, b]
    }
    return [255, 255, 255]
  }
  const faint = []
  for (const element of document.querySelectorAll('.portal *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!own || element.closest('.unseen, svg, [hidden]') || element.getClientRects().length === 0) continue
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(ground(element))].sort((x, y) => y - x)
    const contrast = (a + 0.05) / (b + 0.05)
    if (contrast < least) faint.push(`${element.className || element.tagName} “${element.textContent.trim().slice(0, 20)}” ${contrast.toFixed(2)}`)
  }
  return [...new Set(faint)].slice(0, 10)
}
