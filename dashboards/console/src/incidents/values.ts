// From what is typed to what the platform takes.

import type { Cause } from './api'

/** Only what belongs to its kind: what was typed before another was chosen stays out. */
export function causeOf({ kind, source = '', case_no = '', rule = '', control_point = '', definitions_version = '' }: Cause): Cause {
  switch (kind) {
    case 'source_down':
    case 'source_late':
      return { kind, source }
    case 'fault':
      return { kind, rule: rule.trim().toUpperCase(), control_point: control_point.trim(), definitions_version: definitions_version.trim() }
    case 'matter':
      return { kind, source, case_no: case_no.trim() }
    case 'other':
      return { kind }
  }
}
