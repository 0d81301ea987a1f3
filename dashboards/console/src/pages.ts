// Which page an address names, behind the panel, which has addresses of its own (panel/routes.ts).

import { type AdminPage, adminPageOf, adminStart } from './admin/routes'
import { ALERTS_HASH, type AlertQuery, PRINT_HASH, queryOf } from './alerts/query'
import { type BulletinPlace, bulletinPageOf } from './bulletins/routes'
import { type CasesPage, casesPageOf } from './cases/routes'
import { type ComplaintsPage, complaintsPageOf } from './complaints/routes'
import { type DraftsPage, draftsPageOf } from './drafts/routes'
import { type IncidentPlace, incidentPageOf } from './incidents/routes'
import { type LedgerPlace, ledgerPageOf } from './ledger/routes'
import { type ListsPage, listsPageOf } from './lists/routes'
import { type PapersSearch, papersPageOf } from './papers/routes'
import { DESKS, type DeskKind, deskOf } from './people/roles'
import type { Session } from './people/session'
import { type SamplingPage, samplingPageOf } from './sampling/routes'
import { type ScoresPlace, scoresPageOf } from './scores/routes'
import { type StatisticsPage, statisticsPageOf } from './statistics/routes'
import { Store } from './store'

export type Page = { name: 'admin'; page: AdminPage } | { name: 'board' } | { name: 'wall' } | { name: 'password' } | { name: 'cases'; page: CasesPage } | { name: 'complaints'; page: ComplaintsPage } | { name: 'sampling'; page: SamplingPage } | { name: 'incidents'; page: IncidentPlace } | { name: 'ledger'; page: LedgerPlace } | { name: 'papers'; search: PapersSearch } | { name: 'bulletins'; page: BulletinPlace } | { name: 'scores'; page: ScoresPlace } | { name: 'statistics'; page: StatisticsPage } | { name: 'lists'; page: ListsPage } | { name: 'drafts'; page: DraftsPage } | { name: 'alerts'; query: AlertQuery; paper: boolean } | { name: 'desk'; kind: DeskKind }

export const BOARD_HASH = '#/'
export const WALL_HASH = '#/wall'
export const PASSWORD_HASH = '#/password'
export const deskHash = (kind: DeskKind) => `#/desk/${kind}`

/** The page and the address that names it: where the panel closes to. */
export interface Place {
  page: Page
  hash: string
}

export const placeStore = new Store<Place>({ page: { name: 'board' }, hash: BOARD_HASH })

/** The page that an address names; null where it names none of these. */
export function pageOf(hash: string): Page | null {
  const [path = ''] = hash.split('?')
  if (path === '' || path === BOARD_HASH) return { name: 'board' }
  if (path === WALL_HASH) return { name: 'wall' }
  if (path === PASSWORD_HASH) return { name: 'password' }
  if (path === ALERTS_HASH || path === PRINT_HASH) return { name: 'alerts', query: queryOf(hash), paper: path === PRINT_HASH }
  const [, kind = ''] = /^#\/desk\/([a-z]+)$/.exec(path) ?? []
  if (Object.hasOwn(DESKS, kind)) return { name: 'desk', kind: kind as DeskKind }
  const admin = adminPageOf(hash)
  if (admin) return { name: 'admin', page: admin }
  const complaints = complaintsPageOf(hash)
  if (complaints) return { name: 'complaints', page: complaints }
  const sampling = samplingPageOf(hash)
  if (sampling) return { name: 'sampling', page: sampling }
  const incidents = incidentPageOf(hash)
  if (incidents) return { name: 'incidents', page: incidents }
  const ledger = ledgerPageOf(hash)
  if (ledger) return { name: 'ledger', page: ledger }
  const papers = papersPageOf(hash)
  if (papers) return { name: 'papers', search: papers }
  const scores = scoresPageOf(hash)
  if (scores) return { name: 'scores', page: scores }
  const bulletins = bulletinPageOf(hash)
  if (bulletins) return { name: 'bulletins', page: bulletins }
  const statistics = statisticsPageOf(hash)
  if (statistics) return { name: 'statistics', page: statistics }
  const lists = listsPageOf(hash)
  if (lists) return { name: 'lists', page: lists }
  const drafts = draftsPageOf(hash)
  if (drafts) return { name: 'drafts', page: drafts }
  const cases = casesPageOf(hash)
  return cases && { name: 'cases', page: cases }
}

/** The first page of who is signed in; none of who works neither with alerts nor on the platform itself. Where nobody signs in, an officer's. */
export function ownDesk(session: Session): string | null {
  const { phase, person } = session
  const kind = phase === 'off' ? 'officer' : person && deskOf(person.roles)
  return kind ? deskHash(kind) : person && adminStart(session)
}
