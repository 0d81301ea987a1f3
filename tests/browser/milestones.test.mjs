// 工作节点 on a real platform: how far bodies have come, a due date that is over, a milestone that is told done and one that the definitions contradict, who may tell.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { open, signIn, withAccounts } from './accounts.mjs'
import { screenshot, startBrowser, startPlatform } from './lib.mjs'
import { CONTRAST, tooFaint, tooWide } from './look.mjs'

const SHOWN_MS = 120_000
const DAY_MS = 86_400_000
const KEY = 'the administrator key of this trial'

let platform
let browser
let page
const broken = []

before(async () => {
  platform = await startPlatform({ name: 'milestones', startTimeoutMs: SHOWN_MS, env: withAccounts(KEY) })
  browser = await startBrowser()
  await open(platform.url, KEY, 'zheng', { person: 'zw-01', roles: ['government_services'], body: '510500-zwfw', office: '政务服务科', region: '' })
  await open(platform.url, KEY, 'ling', { person: 'ld-01', roles: ['leadership'], body: '510500-zf', office: '办公室', region: '' })
  await open(platform.url, KEY, 'shen', { person: 'sj-01', roles: ['auditor'], body: '510500-sjj', office: '审计科', region: '' })
  page = await signedIn('zheng')
  await until('bodies', async () => ((await asked(page, '/api/v1/milestones')).bodies ?? []).length > 0)
})

after(async () => {
  await browser?.close()
  await platform?.stop()
})

test('every body shows its seven milestones, as the definitions in force have them', async () => {
  await page.locator('.places a', { hasText: '清单' }).click()
  await page.locator('.lists-nav a', { hasText: '工作节点' }).click()
  await page.locator('#milestone-bodies > li').first().waitFor()
  const told = await asked(page, '/api/v1/milestones')
  assert.equal(await page.locator('#milestone-bodies > li').count(), told.bodies.length)
  assert.equal(await page.locator('.milestone-way > li').count(), told.bodies.length * 7)
  for (const { body, milestones } of told.bodies) {
    for (const one of milestones.filter(({ done }) => done)) {
      await page.locator(`#milestone-bodies [data-body="${body}"] [data-milestone="${one.milestone}"][data-standing="done"]`).waitFor()
    }
  }
  assert.match(await page.locator('#milestones-total').textContent(), /有逾期节点的 0 个/)
  await page.locator('[name="late"]').click()
  await page.locator('.placeholder.empty', { hasText: '没有逾期的节点' }).waitFor()
  await screenshot(page, 'milestones-none-late-1366')
})

test('a due date that is over makes it late and marked, until it is told done', async () => {
  const { bodies } = await asked(page, '/api/v1/milestones')
  const [body, wanted] = undone(bodies, 'on_platform')
  await page.goto(`${platform.url}/#/lists/milestones/${body}`)
  const step = page.locator(`#body-milestones [data-milestone="${wanted}"]`)
  await step.waitFor()
  await tell('due', '登记期限', { milestone: wanted, day: await dayBefore(10) }, '工作方案')
  await page.locator(`#body-milestones [data-milestone="${wanted}"][data-standing="late"]`).waitFor()
  assert.match(await step.textContent(), /逾期 \d+ 天/)
  await page.locator('#milestone-records', { hasText: '工作方案' }).waitFor()
  await screenshot(page, 'milestone-late-1366')

  await page.goto(`${platform.url}/#/lists/milestones?late=true`)
  await page.locator(`#milestone-bodies [data-body="${body}"] [data-standing="late"]`).waitFor()
  assert.equal(await page.locator('#milestone-bodies > li').count(), 1)
  await screenshot(page, 'milestones-late-1366')

  await page.goto(`${platform.url}/#/lists/milestones/${body}`)
  await step.waitFor()
  await tell('done', '登记完成', { milestone: wanted, day: await dayBefore(1) }, '已经接入')
  await page.locator(`#body-milestones [data-milestone="${wanted}"][data-standing="done"]`, { hasText: '完成' }).waitFor()
  await tell('undone', '撤回完成', { milestone: wanted }, '登记有误')
  await page.locator(`#body-milestones [data-milestone="${wanted}"][data-standing="late"]`).waitFor()
  assert.equal(await page.locator('#milestone-records > li').count(), 3)
})

test('what is told done while the definitions say otherwise is marked, and is not done', async () => {
  const { bodies } = await asked(page, '/api/v1/milestones')
  const [body, wanted] = undone(bodies, 'responsibility_list', 'control_points', 'flowchart')
  await page.goto(`${platform.url}/#/lists/milestones/${body}`)
  await page.locator(`#body-milestones [data-milestone="${wanted}"]`).waitFor()
  await tell('done', '登记完成', { milestone: wanted, day: await dayBefore(2) }, '据报已经完成')
  await page.locator(`#body-milestones [data-milestone="${wanted}"][data-standing="contradicted"]`, { hasText: '登记与定义不符' }).waitFor()
  const { bodies: [own] } = await asked(page, `/api/v1/milestones?body=${body}`)
  assert.equal(own.milestones.find(({ milestone }) => milestone === wanted).done, false)
  await screenshot(page, 'milestone-contradicted-1366')
})

test('a leader reads and tells nothing; who reads no drafts sees none of it', async () => {
  const leader = await signedIn('ling')
  await leader.goto(`${platform.url}/#/lists/milestones`)
  await leader.locator('#milestone-bodies a').first().click()
  await leader.locator('#body-milestones .milestone-way > li').first().waitFor()
  assert.equal(await leader.locator('#body-milestones [data-act]').count(), 0)
  await leader.context().close()

  const other = await signedIn('shen')
  const refused = []
  other.on('response', (response) => response.status() === 403 && refused.push(response.url()))
  await other.goto(`${platform.url}/#/lists`)
  await other.locator('.lists-nav a').first().waitFor()
  assert.equal(await other.locator('.lists-nav a', { hasText: '工作节点' }).count(), 0)
  await other.goto(`${platform.url}/#/lists/milestones`)
  await other.locator('.placeholder.empty', { hasText: '工作节点由' }).waitFor()
  assert.deepEqual(refused, [])
  await other.context().close()
})

test('what cannot be read says so and can be asked again', async () => {
  const address = /\/api\/v1\/milestones(\?|$)/
  await page.route(address, (route) => route.abort())
  await page.goto(`${platform.url}/#/lists/milestones`)
  await page.locator('.placeholder.failed', { hasText: '未能载入' }).waitFor()
  await page.unroute(address)
  await page.locator('.placeholder.failed button').click()
  await page.locator('#milestone-bodies > li').first().waitFor()
  await page.goto(`${platform.url}/#/lists/milestones/no-such-body`)
  await page.locator('.nothing', { hasText: '没有这个机构' }).waitFor()
})

test('light and dark, on a desk and on a phone, in both languages, everything can be read and nothing is cut off', async () => {
  const { bodies } = await asked(page, '/api/v1/milestones')
  const [{ body }] = bodies.filter(({ history }) => history.length > 0)
  for (const [name, width, scheme] of [
    ['desk', 1366, 'dark'],
    ['phone', 360, 'light'],
    ['phone', 360, 'dark'],
  ]) {
    const other = await signedIn('zheng', { viewport: { width, height: 800 }, colorScheme: scheme })
    for (const [place, hash, seen] of [
      ['all', '#/lists/milestones', `#milestone-bodies [data-body="${body}"]`],
      ['body', `#/lists/milestones/${body}`, `#body-milestones[data-body="${body}"]`],
    ]) {
      await other.goto(`${platform.url}/${hash}`)
      await other.locator(seen).waitFor()
      if (place === 'body') await other.locator('[data-act="done"]').click()
      const wide = await other.evaluate(tooWide)
      assert.ok(wide <= 0, `${hash} ${name} ${scheme}: ${wide} px wider than its window`)
      assert.deepEqual(await other.evaluate(tooFaint, { least: CONTRAST, within: '.lists-page' }), [], `${hash} ${name} ${scheme}`)
      await screenshot(other, `milestones-${place}-${name}-${scheme}`)
    }
    await other.context().close()
  }
  await page.goto(`${platform.url}/#/lists/milestones`)
  await page.locator('#language').click()
  await page.getByRole('heading', { name: 'Milestones' }).waitFor()
  await screenshot(page, 'milestones-english-1366')
})

test('nothing on the way broke the page', () => assert.deepEqual(broken, []))

/** A body and the first of these milestones that it has not reached. */
function undone(bodies, ...some) {
  for (const { body, milestones } of bodies) {
    const one = milestones.find(({ milestone, done, contradicted }) => some.includes(milestone) && !done && !contradicted)
    if (one) return [body, one.milestone]
  }
  throw new Error(`every body has reached ${some.join(', ')}`)
}

/** Opens an act's form, fills it in and sends it. */
async function tell(act, button, { milestone, day }, why) {
  await page.locator(`[data-act="${act}"]`).click()
  const form = page.locator('.sign-form')
  await form.locator('[name="milestone"]').selectOption(milestone)
  if (day) await form.locator('[name="day"]').fill(day)
  await form.locator('[name="why"]').fill(why)
  await form.getByRole('button', { name: button, exact: true }).click()
  await form.waitFor({ state: 'detached' })
}

/** So many days before the platform's today. */
async function dayBefore(days) {
  const today = (await asked(page, '/api/v1/platform')).now_at.slice(0, 10)
  return new Date(Date.parse(`${today}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10)
}

/** A page of its own, signed in. */
async function signedIn(account, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options })
  const own = await context.newPage()
  own.setDefaultTimeout(SHOWN_MS)
  own.on('pageerror', (error) => broken.push(error.stack))
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
