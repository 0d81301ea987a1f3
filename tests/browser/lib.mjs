// What the browser tests share: a real Chromium, and a real platform on a free port with a data folder of its
// own. It knows nothing of any page; what a page must show is said in the tests.

import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { chromium } from 'playwright-core'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Where screenshots and the platform's output are left for a person to look at. */
export const artifacts = join(root, 'target', 'browser')

const binary = join(root, 'target', 'release', 'mingjing')

// Everything that would make Chromium speak to the outside is off: a test must not depend on a network.
const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a headless Chromium with a fresh profile, which goes away with `close()`. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.MINGJING_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: chromiumArgs,
  })
}

/** A port of 127.0.0.1 that nobody listened on just now, for what has to be known by its address before it is started. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Saves what the page shows as `target/browser/NAME.png` and returns the bytes of the image. */
export async function screenshot(page, name, options = {}) {
  await mkdir(artifacts, { recursive: true })
  return page.screenshot({ path: join(artifacts, `${name}.png`), ...options })
}

/** WCAG 2.1 AA for text of normal size. */
const CONTRAST = 4.5

/** Texts of the page within an element whose contrast with the ground behind them is below what WCAG AA asks; ten at most. */
export const faintTexts = (page, within) => page.evaluate(tooFaint, [within, CONTRAST])

const HAN = /\p{Script=Han}/u

/** What is the console's own on every list: headings, labels, buttons, columns. What departments and definitions say stays as they said it. */
const OWN_WORDS = 'main :is(h2, form label > span, form button, .take button, #print, thead th)'

/**
 * The console's own words that are left in Chinese on pages that are read in English, by page; `pages` are addresses, each with what it has
 * to show before it is looked at. The reader is left with the last of them, in Chinese.
 */
export async function chineseInEnglish(page, pages, own = OWN_WORDS) {
  const left = {}
  const read = async (language) => {
    await page.evaluate((wanted) => localStorage.setItem('mingjing.language', wanted), language)
    await page.reload()
  }
  for (const [address, shown] of pages) {
    await page.goto(address)
    await read('en')
    await page.locator(shown).first().waitFor()
    const words = await page.locator(own).allTextContents()
    if (words.length === 0) throw new Error(`${address} has no words of its own`)
    const chinese = words.filter((text) => HAN.test(text))
    if (chinese.length > 0) left[address] = chinese
  }
  await read('zh')
  return left
}

/**
 * Starts `mingjing up --demo` (or without the demo) on a free port of 127.0.0.1 (or at `listen`) with an empty data
 * folder and waits until it says where it listens. Its output goes to `target/browser/NAME.log`.
 *
 * Resolves to `{ url, dataDir, pid, stop }`; `stop()` ends it, removes the data folder and resolves to
 * `{ code, signal }`. Rejects, with the end of the output, when the program ends first or says nothing in time.
 */
export async function startPlatform({
  name = 'mingjing',
  args = [],
  env = {},
  program = binary,
  listen = '127.0.0.1:0',
  demo = true,
  startTimeoutMs = 60_000,
} = {}) {
  await mkdir(artifacts, { recursive: true })
  const dataDir = await mkdtemp(join(tmpdir(), 'mingjing-browser-'))
  const child = spawn(
    program,
    ['up', ...(demo ? ['--demo'] : []), '--listen', listen, '--data', dataDir, ...args],
    // A process group of its own, so that stopping it takes its ClickHouse child along whatever happens.
    { cwd: dataDir, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  const output = collect(child, join(artifacts, `${name}.log`))

  const stop = async () => {
    signalGroup(child, 'SIGTERM', { onlyLeader: true })
    const forced = setTimeout(() => signalGroup(child, 'SIGKILL'), 30_000)
    try {
      return await exited
    } finally {
      clearTimeout(forced)
      signalGroup(child, 'SIGKILL')
      await rm(dataDir, { recursive: true, force: true })
    }
  }

  try {
    const url = await listening({ child, exited, closed, output, startTimeoutMs })
    return { url, dataDir, pid: child.pid, stop }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
}

// Resolves to the address in the line `listening on http://127.0.0.1:PORT`.
function listening({ child, exited, closed, output, startTimeoutMs }) {
  return new Promise((resolve, reject) => {
    const giveUp = (why) => reject(new Error(`${why}; the last lines it wrote:\n${output.tail()}`))
    const timer = setTimeout(
      () => giveUp(`the platform did not say where it listens within ${startTimeoutMs} ms`),
      startTimeoutMs,
    )
    output.onLine((line) => {
      const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)
      if (found) {
        clearTimeout(timer)
        resolve(found[1])
      }
    })
    exited.then(
      async ({ code, signal }) => {
        clearTimeout(timer)
        // What it wrote last is read only when nobody holds its outputs any more.
        signalGroup(child, 'SIGKILL')
        await closed
        giveUp(`${child.spawnfile} ended before it listened (code ${code}, signal ${signal})`)
      },
      (error) => {
        clearTimeout(timer)
        reject(new Error(`${child.spawnfile} could not be started`, { cause: error }))
      },
    )
  })
}

// Writes both outputs of the program to a file, keeps the last lines, and hands lines of stdout on.
function collect(child, path) {
  const file = createWriteStream(path)
  const last = []
  let listener = () => {}
  const keep = (line) => {
    file.write(`${line}\n`)
    last.push(line)
    if (last.length > 40) last.shift()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    keep(line)
    listener(line)
  })
  createInterface({ input: child.stderr }).on('line', keep)
  child.once('close', () => file.end())
  return { tail: () => last.join('\n'), onLine: (f) => (listener = f) }
}

// A group that is already gone is what was wanted.
function signalGroup(child, signal, { onlyLeader = false } = {}) {
  if (child.pid === undefined) return
  try {
    process.kill(onlyLeader ? child.pid : -child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

// Runs in the page.
function tooFaint([within, least]) {
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
  for (const element of document.querySelectorAll(`${within} *`)) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!own || element.closest('.unseen, svg, [hidden], :disabled') || element.getClientRects().length === 0) continue
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(ground(element))].sort((x, y) => y - x)
    const contrast = (a + 0.05) / (b + 0.05)
    if (contrast < least) faint.push(`${element.className || element.tagName} “${element.textContent.trim().slice(0, 20)}” ${contrast.toFixed(2)}`)
  }
  return [...new Set(faint)].slice(0, 10)
}
