// People for the browser tests: accounts are opened with the administrator's key, get a password of their own, and sign in.

import assert from 'node:assert/strict'

const PASSWORD = '酒城清风明月夜读书声声入耳'

/** What a platform has to be started with. */
export const withAccounts = (key) => ({ MINGJING__API__ACCOUNTS: 'required', MINGJING__INTAKE__ADMIN_KEY: key })

/** Opens an account that has a password of its own. */
export async function open(url, key, account, rights) {
  const json = { 'content-type': 'application/json' }
  const opening = await told(`${url}/api/v1/accounts`, { method: 'POST', headers: { ...json, authorization: `Bearer ${key}` }, body: JSON.stringify({ account, why: '试验', rights }) })
  const { token } = await told(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { ...json, 'x-requested-with': 'mingjing' },
    body: JSON.stringify({ account, password: opening.password, bearer: true }),
  })
  await told(`${url}/api/v1/session/password`, {
    method: 'POST',
    headers: { ...json, authorization: `Bearer ${token}` },
    body: JSON.stringify({ old: opening.password, new: PASSWORD }),
  })
}

/** Signs in on a page that shows nothing yet. */
export async function signIn(page, url, account) {
  await page.goto(url)
  await page.getByLabel('账号').fill(account)
  await page.getByLabel('口令').fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('.person summary').waitFor()
}

async function told(address, options) {
  const answer = await fetch(address, options)
  const text = await answer.text()
  assert.ok(answer.ok, `${address}: ${answer.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}
