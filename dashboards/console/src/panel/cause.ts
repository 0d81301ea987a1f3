// Why an alert changed, in words.

import type { Cause } from '../api/types'
import { CAUSES, word } from '../words/codes'
import { say } from '../words/language'

export function causeText(cause: Cause): string {
  const detail = cause.version ?? cause.event_id
  return `${say(word(CAUSES, cause.kind))}${detail ? ` ${detail}` : ''}`
}
