// The platform's day.

import { clock } from '../api/clock'
import { date, inZoneOf } from '../format'

/** Empty until the platform's clock is known. */
export function today() {
  const [now, printed] = [clock.now(), clock.printed()]
  return now === null || printed === null ? '' : date(inZoneOf(printed, now))
}
