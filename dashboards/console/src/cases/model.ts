// The state of the case pages, one for the page.

import { Listing } from '../components/listing'
import { PanelModel } from '../panel/panel-model'
import { routeOf, caseHash } from '../panel/routes'
import { explain, findCases } from './api'
import { ExplainModel } from './explain-model'
import { EVERY_CASE, casesPageOf } from './routes'

export const search = new Listing(EVERY_CASE, findCases, (page, next) => ({ ...next, cases: [...page.cases, ...next.cases] }))
export const explained = new ExplainModel(explain)

/** The case of a case's own page: read, and read again when it changes, as the panel does. */
export const casePage = new PanelModel()

/** Follows the address; another instant of the same case is no other case. */
export function followCase(hash: string) {
  const page = casesPageOf(hash)
  const route = page?.kind === 'case' ? routeOf(caseHash(page.source, page.caseNo)) : null
  if (route?.hash !== casePage.state.get().route?.hash) casePage.follow(route)
}
