// Papers on a real platform: who supervises orders, issues the paper of it with one press and has both files; asked for again it is the same paper; whoever
// does not see the alert does not see its paper.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

import { open, signIn, withAccounts } from './accounts.mjs'
import { artifacts, faintTexts, screenshot, startBrowser, startPlatform } from './lib.mjs'

const SHOWN_MS = 120_000
const KEY = 'papers-test-administrator'
const run = promisify(execFile)

let platform
let browser
let page
let alert
let body
const broken = []

before(async () => {
  const env = { ...withAccounts(KEY), MINGJING__PAPERS__BODY: '泸州市司法局', MINGJING__PAPERS__MARK: '泸司监' }
  platform = await startPlatform({ name: 'papers', startTimeoutMs: SHOWN_MS, env })
  browser = await startBrowser()
  // The demonstration lives its last weeks first.
  await until(async () => Date.parse((await ask('/api/v1/platform')).now_at) > Date.now() - 3600_000)
  await until(async () => {
    const { alerts } = await ask('/api/v1/alerts?status=issued&level=yellow,red&limit=200')
    const counted = (one) => !one.disposition && one.subject_kind === 'case' && one.responsible_org && one.due_at
    const cards = alerts?.filter(counted).sort((a, b) => Date.parse(b.issued_at) - Date.parse(a.issued_at))
    alert = cards?.[0]
    return alert
  })
  body = alert.responsible_org
  const department = { roles: ['department_supervisor'], office: '', region: '' }
  await open(platform.url, KEY, 'li', { person: 'fz-07', roles: ['supervision'], body: '510500-sfj', office: '执法监督科', region: '' })
  await open(platform.url, KEY, 'own', { ...department, person: 'bm-01', body })
  await open(platform.url, KEY, 'other', { ...department, person: 'bm-02', body: 'another-body' })
  page = await newPage()
  await signIn(page, platform.url, 'li')
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('nothing was issued yet, and the page says so', async () => {
  await page.goto(`${platform.url}/#/papers`)
  await page.getByRole('heading', { name: '文书' }).waitFor()
  await page.getByText('没有符合条件的文书').waitFor()
  const kinds = await page.locator('#papers-search select[name="kind"] option').allTextContents()
  assert.deepEqual(kinds.slice(0, 3), ['全部', '预警告知单', '督办通知书'])
})

test('an order is given, and one press issues its paper and takes both files', async () => {
  await page.goto(`${platform.url}/#/alert/${alert.alert_id}`)
  await page.locator('[data-offer="notice"]').waitFor()
  assert.equal(await page.locator('[data-offer="order"]').count(), 0, 'nothing was ordered')
  await page.locator('[data-act="order"]').click()
  await page.locator('#order_rectify').check()
  // What would be markup to Typst or in a DOCX, were it read as such.
  await page.locator('#order_why').fill('请于期限内整改并反馈 #panic("x") $1$ *粗* </w:t> & <b>')
  await page.locator('.act-submit button[type=submit]').click()
  const button = page.locator('[data-offer="order"]')
  await button.waitFor()
  await button.scrollIntoViewIfNeeded()
  await screenshot(page, 'papers-offered-1366')
  const files = []
  const taken = new Promise((resolve) => {
    page.on('download', (download) => {
      files.push(download)
      if (files.length === 2) resolve()
    })
  })
  await button.click()
  await taken
  const [docx, pdf] = files
  assert.equal(docx.suggestedFilename(), '督办通知书（泸司监督〔2026〕1号）.docx'.replace('2026', String(new Date().getFullYear())))
  assert.match(pdf.suggestedFilename(), /^督办通知书（泸司监督〔\d{4}〕1号）\.pdf$/)
  await docx.saveAs(join(artifacts, 'paper-order.docx'))
  await pdf.saveAs(join(artifacts, 'paper-order.pdf'))
  await page.locator('[data-paper="order"]', { hasText: /泸司监督〔\d{4}〕1号/ }).waitFor()
  assert.equal(await page.locator('[data-offer="order"]').count(), 0, 'it is issued')
  await page.locator('#papers').scrollIntoViewIfNeeded()
  await screenshot(page, 'papers-issued-1366')
  assert.deepEqual(await faintTexts(page, '#papers'), [])
  const { stdout } = await run('pdftotext', ['-layout', join(artifacts, 'paper-order.pdf'), '-'])
  const text = stdout.replace(/\s+/g, '')
  for (const part of ['泸州市司法局', '督办通知书', '#panic("x")$1$*粗*</w:t>&<b>', '期限的逐日计算', 'SHA-256']) {
    assert.ok(text.includes(part), `${part} is missing in ${stdout}`)
  }
})

test('asked for again it is the same paper, with the content that it had', async () => {
  const of = await ask(`/api/v1/alerts/${alert.alert_id}/papers`)
  const { paper, basis } = of.offers.find(({ kind }) => kind === 'order')
  const again = await page.evaluate(
    async ([address, said]) => {
      const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body: JSON.stringify(said) })
      return answer.json()
    },
    [`/api/v1/alerts/${alert.alert_id}/papers`, { kind: 'order', basis }],
  )
  assert.equal(again.id, paper)
  assert.equal(again.number, of.papers.find(({ id }) => id === paper).number)
  const { content } = await ask(`/api/v1/papers/${again.id}`)
  assert.equal(content.mark, '演示数据', 'it is no paper in earnest, and says so')
  const files = [await bytes(again.pdf), await bytes(again.pdf)]
  assert.ok(files[0].equals(files[1]))
  const none = await page.evaluate(
    async (address) => {
      const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json', 'x-requested-with': 'mingjing' }, body: '{"kind":"appeal"}' })
      return [answer.status, (await answer.json()).message_zh]
    },
    `/api/v1/alerts/${alert.alert_id}/papers`,
  )
  assert.equal(none[0], 409)
  assert.match(none[1], /没有出具申诉决定书的情形/)
})

test('the register lists it, and departments see their own alone', async () => {
  await page.goto(`${platform.url}/#/papers`)
  await page.locator('#papers-table tbody tr', { hasText: '督办通知书' }).waitFor()
  await page.locator('#papers-search select[name="kind"]').selectOption({ label: '预警告知单' })
  await page.getByRole('button', { name: '查询' }).click()
  await page.getByText('没有符合条件的文书').waitFor()
  await page.getByRole('button', { name: '清空' }).click()
  await page.locator('#papers-table tbody tr').waitFor()
  await screenshot(page, 'papers-list-1366', { fullPage: true })
  assert.deepEqual(await faintTexts(page, '.cases-page'), [])
  const { papers } = await ask('/api/v1/papers')
  const [{ id, pdf }] = papers

  const own = await newPage()
  await signIn(own, platform.url, 'own')
  await own.goto(`${platform.url}/#/alert/${alert.alert_id}`)
  await own.locator('[data-paper="order"]').waitFor()
  assert.equal(await own.locator('[data-offer]').count(), 0, 'a department issues nothing')
  assert.deepEqual(await statuses(own, [pdf, `/api/v1/papers/${id}`]), [200, 200])
  const other = await newPage()
  await signIn(other, platform.url, 'other')
  assert.deepEqual(await statuses(other, [pdf, `/api/v1/papers/${id}`, `/api/v1/alerts/${alert.alert_id}/papers`]), [404, 404, 404])
  const seen = await other.evaluate(async () => (await (await fetch('/api/v1/papers')).json()).papers.length)
  assert.equal(seen, 0)
})

test('panel and register fit a phone', async () => {
  const phone = await newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await signIn(phone, platform.url, 'li')
  for (const [name, hash, shown] of [
    ['list', '#/papers', '#papers-table'],
    ['panel', `#/alert/${alert.alert_id}`, '#papers'],
  ]) {
    await phone.goto(`${platform.url}/${hash}`)
    await phone.locator(shown).waitFor()
    await phone.locator(shown).scrollIntoViewIfNeeded()
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wide <= 0, `${name} is ${wide} px wider than the phone`)
    await screenshot(phone, `papers-${name}-phone-dark`)
  }
  await phone.context().close()
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

const statuses = (of, addresses) => of.evaluate((all) => Promise.all(all.map(async (address) => (await fetch(address)).status)), addresses)

async function bytes(path) {
  const answer = await fetch(new URL(path, platform.url), { headers: { authorization: `Bearer ${KEY}` } })
  assert.equal(answer.status, 200, path)
  const file = Buffer.from(await answer.arrayBuffer())
  await writeFile(join(artifacts, path.split('/').at(-1)), file)
  return file
}

async function newPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, acceptDownloads: true, ...options })
  const made = await context.newPage()
  made.setDefaultTimeout(SHOWN_MS)
  made.on('pageerror', (error) => broken.push(error.stack))
  return made
}

async function ask(path) {
  const answer = await fetch(`${platform.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } })
  return answer.json()
}

async function until(is) {
  for (const began = Date.now(); Date.now() - began < 3 * SHOWN_MS; ) {
    if (await is()) return
    await new Promise((done) => setTimeout(done, 300))
  }
  throw new Error('it did not come to be in time')
}
