// The page: the board or the wall by the address, and over it the panel.

import { useEffect } from 'react'

import { Board, Wall } from './board/Board'
import { Masthead, WatermarkField } from './board/Masthead'
import { hashStore, list, panel } from './board/model'
import { Panel } from './panel/Panel'
import { WALL_HASH } from './panel/routes'
import { useStore } from './store'

export function App() {
  const wall = useStore(hashStore) === WALL_HASH
  const { route } = useStore(panel.state)
  // A wall shows everything that stands open, whatever was looked for before.
  useEffect(() => {
    if (wall) void list.choose({ level: null, scope: 'open', org: null })
  }, [wall])
  return (
    <div className={`app${wall ? ' wall' : ''}${route ? ' with-panel' : ''}`}>
      <Masthead wall={wall} />
      {wall ? <Wall /> : <Board />}
      <Panel />
      <WatermarkField />
    </div>
  )
}
