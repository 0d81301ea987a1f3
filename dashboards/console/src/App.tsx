// The page: the board or the wall by the address, and over it the panel.

import { Suspense, lazy, useEffect } from 'react'

import { Board, Wall } from './board/Board'
import { Masthead, WatermarkField } from './board/Masthead'
import { hashStore, list, panel } from './board/model'
import { casesPageOf } from './cases/routes'
import { Placeholder } from './components/pieces'
import { Panel } from './panel/Panel'
import { WALL_HASH } from './panel/routes'
import { useStore } from './store'

/** Pages that many never open come in parts of their own. */
const CasePages = lazy(() => import('./cases/Pages'))

export function App() {
  const hash = useStore(hashStore)
  const wall = hash === WALL_HASH
  const cases = casesPageOf(hash)
  const { route } = useStore(panel.state)
  // A wall shows everything that stands open, whatever was looked for before.
  useEffect(() => {
    if (wall) void list.choose({ level: null, scope: 'open', org: null })
  }, [wall])
  return (
    <div className={`app${wall ? ' wall' : ''}${route ? ' with-panel' : ''}`}>
      <Masthead wall={wall} />
      {cases ? (
        <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}>
          <CasePages page={cases} />
        </Suspense>
      ) : wall ? (
        <Wall />
      ) : (
        <Board />
      )}
      <Panel />
      <WatermarkField />
    </div>
  )
}
