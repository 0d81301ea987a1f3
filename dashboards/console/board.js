// The live board: puts the parts together. What each part shows is its own module's.

import { AlertList } from './alert-list.js'
import * as api from './api.js'
import { showBodies, showTiles } from './counts-view.js'
import { both } from './dom.js'
import { full, inZoneOf } from './format.js'
import { CONNECTIONS, follow } from './live.js'
import { Panel } from './panel.js'
import { clock, watch } from './platform.js'

const TICK_MS = 1000
const AGO_MS = 5000
/** What was told just before may not be in an answer yet: then it is read once more. */
const SETTLED_MS = 5000

const at = (id) => document.getElementById(id)
let counts = null

const panel = new Panel(at('panel'))
const list = new AlertList(at('alerts'), at('filters'), showCounts)
window.addEventListener('hashchange', () => list.mark())

function showCounts() {
  showTiles(at('tiles'), counts, (filter) => list.choose({ level: null, org: null, ...filter }))
  showBodies(at('bodies'), counts, list.filter.org, (org) => list.choose({ org }))
}

function takeCounts(told) {
  counts = told
  showCounts()
}

// Counts also come with the stream; until then, and where the stream cannot be had, they are asked for.
async function loadCounts() {
  try {
    takeCounts(await api.counts())
  } catch {
    showCounts()
  }
}

function load() {
  list.load()
  loadCounts()
  panel.reload()
}

/** Loads everything, and again when the archive has what happened until now. */
function loadAnew() {
  load()
  setTimeout(load, SETTLED_MS)
}

function showWatermark(word) {
  const plain = !word
  at('watermark').hidden = plain
  at('watermark-field').hidden = plain
  if (plain) return
  at('watermark').replaceChildren(...both({ zh: word, en: 'Demonstration data' }))
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="300"><text x="210" y="150" transform="rotate(-24 210 150)" ` +
    `text-anchor="middle" font-family="sans-serif" font-size="44" fill="#12315c" fill-opacity=".055"></text></svg>`
  const image = new DOMParser().parseFromString(svg, 'image/svg+xml')
  image.querySelector('text').textContent = word
  const text = new XMLSerializer().serializeToString(image)
  at('watermark-field').style.backgroundImage = `url("data:image/svg+xml,${encodeURIComponent(text)}")`
}

function showClock() {
  const now = clock.now()
  if (now === null) return
  const instant = inZoneOf(clock.printed(), now)
  at('clock').textContent = full(instant)
}

function showConnection(state) {
  at('connection').dataset.state = state
  at('connection').replaceChildren(...both(CONNECTIONS[state]))
}

showCounts()
load()
panel.follow()
watch((platform) => {
  showWatermark(platform.watermark)
  showClock()
  showCounts()
  list.show()
  panel.reload()
})
follow({
  state: showConnection,
  counts: takeCounts,
  connected: () => list.recover(),
  reload: loadAnew,
  alert: (change, alert) => {
    list.take(change, alert)
    panel.take(alert)
  },
})
setInterval(showClock, TICK_MS / 4)
setInterval(() => list.tick(), AGO_MS)
