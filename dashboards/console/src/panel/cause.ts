// Why an alert changed, in words.

import type { Cause } from '../api/types'
import { CAUSES, word } from '../words/codes'

export function causeText(cause: Cause): string {
  const detail = cause.version ?? cause.event_id
  return `${word(CAUSES, cause.kind).zh}${detail ? ` ${detail}` : ''}`
}
