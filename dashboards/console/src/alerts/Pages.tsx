// The list of alerts, or the same on paper.

import { AlertsPage } from './AlertsPage'
import { PrintPage } from './PrintPage'
import type { AlertQuery } from './query'

export default function Pages({ query, paper }: { query: AlertQuery; paper: boolean }) {
  return paper ? <PrintPage query={query} /> : <AlertsPage query={query} />
}
