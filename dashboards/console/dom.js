// Building the page without a framework. Text is always set as text, never as markup.

/**
 * Makes an element. `attributes` may hold any attribute, `class`, `on` (listeners by event name) and `style` (custom properties
 * and properties by name); an attribute that is null, undefined or false is left out.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (name === 'on') {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener)
    } else if (name === 'style') {
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text)
    } else {
      element.setAttribute(name, value === true ? '' : value)
    }
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** Chinese first, English second and smaller. */
export function both(words) {
  return words.en ? [words.zh, ' ', el('small', { lang: 'en' }, words.en)] : [words.zh]
}

/** The badge of a level or a status: `words` as in words.js. */
export function badge(kind, code, words) {
  return el('span', { class: `badge ${kind}-${code}`, title: words.en }, words.zh)
}

/** What stands where nothing stands: waiting, empty or failed. */
export function placeholder(state, words, action) {
  const role = state === 'failed' ? 'alert' : 'status'
  const button = action && el('button', { type: 'button', class: 'plain', on: { click: action.run } }, both(action.words))
  return el('div', { class: `placeholder ${state}`, role }, el('p', {}, both(words)), button)
}

/** A section of the panel. */
export function section(words, ...children) {
  return el('section', { class: 'part' }, el('h3', {}, both(words)), ...children)
}

/** A list of terms; those without a value are left out. */
export function facts(entries) {
  const rows = entries
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([words, value]) => el('div', {}, el('dt', {}, both(words)), el('dd', {}, value)))
  return el('dl', { class: 'facts' }, rows)
}

const kept = new WeakMap()

/**
 * Arranges `items` as the children of `parent`, touching only what changed, so that a press or the focus outlives an update.
 * An item is `{ key, print, make }`: its element is made anew when `print` is not the one of before.
 */
export function arrange(parent, items) {
  const before = kept.get(parent) ?? new Map()
  const now = new Map()
  let focus = null
  for (const { key, print, make } of items) {
    const old = before.get(key)
    if (old && old.print === print) {
      now.set(key, old)
      continue
    }
    const element = make()
    if (old?.element.contains(document.activeElement)) focus = element
    now.set(key, { print, element })
  }
  kept.set(parent, now)
  const elements = [...now.values()].map((entry) => entry.element)
  const wanted = new Set(elements)
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove()
  elements.forEach((element, place) => {
    if (parent.childNodes[place] !== element) parent.insertBefore(element, parent.childNodes[place] ?? null)
  })
  if (focus) (focus.matches('button, a') ? focus : focus.querySelector('button, a'))?.focus({ preventScroll: true })
}
