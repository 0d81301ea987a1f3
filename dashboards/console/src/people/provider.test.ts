// Why somebody came back from the provider without being signed in.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { whyBack } from './provider'

test('who came back is told why, and what an address says is never shown as it is', () => {
  assert.equal(whyBack(''), null)
  assert.equal(whyBack('?a=b'), null)
  assert.match(whyBack('?sign_in=no_account')?.zh ?? '', /没有对应的可用账号/)
  assert.match(whyBack('?sign_in=away')?.zh ?? '', /连接不上/)
  for (const other of ['<b>x</b>', '', 'constructor', '__proto__']) {
    assert.equal(whyBack(`?sign_in=${encodeURIComponent(other)}`)?.zh, '登录未成，请重新登录')
  }
})
