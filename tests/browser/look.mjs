// How a page looks, asked of the page itself.

/** WCAG 2.1 AA for text of normal size. */
export const CONTRAST = 4.5

/** Texts below an element whose contrast with what they stand on is less than `least`; it is run in the page. */
export function tooFaint({ least, within }) {
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

/** So many pixels a page is wider than its window. */
export const tooWide = () => document.documentElement.scrollWidth - window.innerWidth

/** Of the rows of each panel how many are whole, which its lower edge cuts through, and by how many pixels it is too wide; it is run in the page. */
export const rowsShown = (panels) =>
  [...document.querySelectorAll(panels)].map((panel) => {
    // Above and below the text of a row is at least so much room.
    const edge = panel.getBoundingClientRect().bottom + 3
    const rows = [...panel.querySelectorAll('tbody tr, li')].map((row) => ({ text: row.textContent.trim(), ...row.getBoundingClientRect().toJSON() }))
    const cut = rows.filter(({ top, bottom }) => top < edge - 6 && bottom > edge)
    return { panel: panel.id, of: rows.length, whole: rows.filter(({ bottom }) => bottom <= edge).length, cut: cut.map(({ text }) => text), wide: panel.scrollWidth - panel.clientWidth }
  })
