// The page by the address, and over it the panel; before that, who is signed in.

import { Suspense, lazy, useEffect, useState } from 'react'

import { tabsOf } from './admin/routes'
import { Board, Wall } from './board/Board'
import { Masthead, WatermarkField } from './board/Masthead'
import { list, panel, start } from './board/model'
import { readsBulletins } from './bulletins/words'
import { Placeholder } from './components/pieces'
import { type Page, placeStore } from './pages'
import { Panel } from './panel/Panel'
import { ChangePassword } from './people/ChangePassword'
import { Entrance } from './people/Entrance'
import { NothingHere } from './people/NothingHere'
import { seesCases, seesLedger, seesPapers, sessionStore } from './people/session'
import { readsScores } from './scores/words'
import { readsStatistics } from './statistics/rights'
import { useStore } from './store'
import { languageStore } from './words/language'

/** Pages that many never open come in parts of their own. */
const AdminPages = lazy(() => import('./admin/Pages'))
const DeskPages = lazy(() => import('./desk/Pages'))
const AlertPages = lazy(() => import('./alerts/Pages'))
const CasePages = lazy(() => import('./cases/Pages'))
const ComplaintPages = lazy(() => import('./complaints/Pages'))
const SamplingPages = lazy(() => import('./sampling/Pages'))
const IncidentPages = lazy(() => import('./incidents/Pages'))
const LedgerPages = lazy(() => import('./ledger/Pages'))
const BulletinPages = lazy(() => import('./bulletins/Pages'))
const PapersPage = lazy(() => import('./papers/ListPage'))
const ScoresPages = lazy(() => import('./scores/Pages'))
const StatisticsPages = lazy(() => import('./statistics/Pages'))
const ListPages = lazy(() => import('./lists/Pages'))
const DraftPages = lazy(() => import('./drafts/Pages'))

export function App() {
  const { phase } = useStore(sessionStore)
  // Whatever is shown is shown anew in another language.
  const language = useStore(languageStore)
  const inside = phase === 'off' || phase === 'in'
  const [entered, setEntered] = useState(false)
  useEffect(() => {
    if (inside && !entered) {
      start()
      setEntered(true)
    }
  }, [inside, entered])
  // What was open stays, unseen, for when the same person comes back: a form that is half filled in, too.
  return (
    <>
      {entered && (
        <div hidden={!inside} inert={!inside}>
          <Inside key={language} />
        </div>
      )}
      {!inside && <Entrance phase={phase} />}
    </>
  )
}

function Inside() {
  const session = useStore(sessionStore)
  const { page } = useStore(placeStore)
  const { route } = useStore(panel.state)
  const wall = page.name === 'wall'
  // A wall shows everything that stands open, whatever was looked for before.
  useEffect(() => {
    if (wall) void list.choose({ level: null, scope: 'open', org: null, all: false })
  }, [wall])
  // Whoever signed in reads what is published; whose drafts are is asked where they are.
  const free = ['password', 'lists', 'drafts'].includes(page.name)
  const open = free || (page.name === 'admin' && tabsOf(session).length > 0) || (page.name === 'ledger' && seesLedger(session)) || (page.name === 'papers' && seesPapers(session)) || (page.name === 'bulletins' && readsBulletins(session)) || (page.name === 'scores' && readsScores(session)) || (page.name === 'statistics' ? readsStatistics(session) : seesCases(session))
  const shown = open ? <Shown page={page} /> : <NothingHere />
  return (
    <div className={`app${wall ? ' wall' : ''}${route ? ' with-panel' : ''}`}>
      <Masthead wall={wall} />
      {shown}
      <Panel />
      <WatermarkField />
    </div>
  )
}

function Shown({ page }: { page: Page }) {
  return (
    <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}>
      <PageOf page={page} />
    </Suspense>
  )
}

function PageOf({ page }: { page: Page }) {
  switch (page.name) {
    case 'admin':
      return <AdminPages page={page.page} />
    case 'board':
      return <Board />
    case 'wall':
      return <Wall />
    case 'password':
      return <ChangePassword />
    case 'desk':
      return <DeskPages kind={page.kind} />
    case 'alerts':
      return <AlertPages query={page.query} paper={page.paper} />
    case 'cases':
      return <CasePages page={page.page} />
    case 'complaints':
      return <ComplaintPages page={page.page} />
    case 'sampling':
      return <SamplingPages page={page.page} />
    case 'incidents':
      return <IncidentPages page={page.page} />
    case 'ledger':
      return <LedgerPages page={page.page} />
    case 'bulletins':
      return <BulletinPages page={page.page} />
    case 'papers':
      return <PapersPage search={page.search} />
    case 'scores':
      return <ScoresPages page={page.page} />
    case 'statistics':
      return <StatisticsPages page={page.page} />
    case 'lists':
      return <ListPages page={page.page} />
    case 'drafts':
      return <DraftPages page={page.page} />
  }
}
