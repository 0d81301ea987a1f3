// The live board 实时监察, and its wall mode 大屏: larger, without what nobody can press on a wall, and with the sources' health.

import { useStore } from '../store'
import { AlertList } from './AlertList'
import { list, countsStore } from './model'
import { Regions } from './Regions'
import { SourceHealth } from './SourceHealth'
import { Bodies, Tiles } from './Tiles'

export function Board() {
  const counts = useStore(countsStore)
  const { filter } = useStore(list.state)
  return (
    <>
      <Tiles counts={counts} choose={(chosen) => void list.choose(chosen)} />
      <main className="board">
        <div className="board-side">
          <Bodies counts={counts} chosen={filter.org} choose={(org) => void list.choose({ org })} />
          <Regions counts={counts} />
        </div>
        <AlertList />
      </main>
    </>
  )
}

export function Wall() {
  const counts = useStore(countsStore)
  return (
    <>
      <Tiles counts={counts} />
      <main className="board">
        <div className="wall-side">
          <Bodies counts={counts} />
          <Regions counts={counts} />
          <SourceHealth />
        </div>
        <AlertList filters={false} />
      </main>
    </>
  )
}
