// The helper itself: that the browser starts and draws Chinese, and that a platform which cannot start says why.

import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { artifacts, screenshot, startBrowser, startPlatform } from './lib.mjs'

let browser
let folder

before(async () => {
  browser = await startBrowser()
  folder = await mkdtemp(join(tmpdir(), 'mingjing-helper-'))
})

after(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

test('the browser draws Chinese characters and leaves a screenshot', async () => {
  const page = await browser.newPage()
  const html = '<meta charset="utf-8"><h1>明镜</h1><span id="a">黄</span> <span id="b">红</span>'
  await page.goto(`data:text/html;charset=utf-8,${encodeURIComponent(html)}`)

  assert.equal(await page.locator('h1').textContent(), '明镜')
  // Without a font for them both characters would be the same empty box.
  const a = await page.locator('#a').screenshot()
  const b = await page.locator('#b').screenshot()
  assert.ok(!a.equals(b), 'two different characters look the same: no Chinese font')

  await screenshot(page, 'helper')
  assert.ok((await stat(join(artifacts, 'helper.png'))).size > 1000)
  await page.close()
})

test('a platform that ends before it listens is reported with its last words', async () => {
  const program = await script('echo "no room for the data folder" >&2; exit 7')
  await assert.rejects(startPlatform({ name: 'helper-ends', program }), (error) => {
    assert.match(error.message, /ended before it listened \(code 7/)
    assert.match(error.message, /no room for the data folder/)
    return true
  })
})

test('a platform that never listens is reported and ended', async () => {
  const program = await script('echo "pid $$"; exec sleep 600')
  let pid
  await assert.rejects(
    startPlatform({ name: 'helper-silent', program, startTimeoutMs: 1_000 }),
    (error) => {
      assert.match(error.message, /did not say where it listens/)
      pid = Number(/pid (\d+)/.exec(error.message)[1])
      return true
    },
  )
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})

test('a program that is not there is reported by its path', async () => {
  const program = join(folder, 'nowhere')
  await assert.rejects(startPlatform({ name: 'helper-missing', program }), /nowhere could not be started/)
})

let scripts = 0

async function script(body) {
  const path = join(folder, `program-${scripts++}.sh`)
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
  return path
}
