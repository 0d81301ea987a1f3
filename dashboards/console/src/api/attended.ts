// Whether somebody is at the page. A session ends when it was not used for a while; the page's own questions, every few seconds, are no use.

/** Somebody who pressed, turned or typed so long ago may be reading. */
const READING_MS = 60_000

let last = performance.now()

/** Begins to look out for somebody. */
export function followPresence() {
  const seen = () => {
    last = performance.now()
  }
  for (const sign of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) {
    document.addEventListener(sign, seen, { passive: true, capture: true })
  }
}

export const attended = () => performance.now() - last < READING_MS
