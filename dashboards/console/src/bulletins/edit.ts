// Editing a paragraph as one text: numbers stand in it as ⟦…⟧ and may be moved or left out, not changed.

import type { Span } from './api'

const MARKED = /⟦([^⟦⟧]*)⟧/g

/** A paragraph as it is edited. */
export const editable = (spans: readonly Span[]) => spans.map((span) => (span.query ? `⟦${span.text}⟧` : span.text)).join('')

/** The spans of an edited text: what is marked and was a number of the paragraph is one still, the first of that text first; else it is words. */
export function spansOf(text: string, before: readonly Span[]): Span[] {
  const left = before.filter((span) => span.query)
  const spans: Span[] = []
  const words = (said: string) => {
    if (said) spans.push({ text: said })
  }
  let end = 0
  for (const found of text.matchAll(MARKED)) {
    words(text.slice(end, found.index))
    end = found.index + found[0].length
    const at = left.findIndex((span) => span.text === found[1])
    const [span] = at < 0 ? [] : left.splice(at, 1)
    if (span) spans.push(span)
    else words(found[1] ?? '')
  }
  words(text.slice(end))
  return spans
}
