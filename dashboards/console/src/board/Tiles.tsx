// The tiles above the board, and the table by body.

import { namesStore } from '../api/names'
import type { Counts, Level } from '../api/types'
import { Both, Placeholder } from '../components/pieces'
import { count } from '../format'
import { useStore } from '../store'
import { LEVELS } from '../words/codes'
import { say, t } from '../words/language'
import { type BodyRow, NO_COUNTS, type Tile, bodiesOf, tilesOf } from './counts'
import type { Filter } from './list-model'

interface TilesProps {
  counts: Counts | null
  choose?: (filter: Partial<Filter>) => void
}

export function Tiles({ counts, choose }: TilesProps) {
  return (
    <section id="tiles" className="tiles" aria-label={t('数量', 'Counts')}>
      {tilesOf(counts ?? NO_COUNTS).map((tile) => (
        <TileBox key={tile.id} tile={tile} known={counts !== null} choose={choose} />
      ))}
    </section>
  )
}

function TileBox({ tile, known, choose }: { tile: Tile; known: boolean; choose: TilesProps['choose'] }) {
  const inner = (
    <>
      <span className="tile-label">
        <Both words={tile.words} />
      </span>
      <strong className="tile-value" data-value={known ? tile.value : undefined}>
        {known ? count(tile.value) : '—'}
      </strong>
      <span className="tile-note">{known ? tile.note : t('正在载入', 'Loading')}</span>
    </>
  )
  const attributes = { className: `tile tile-${tile.id}`, 'data-tile': tile.id }
  const { filter } = tile
  if (!filter || !choose) return <div {...attributes}>{inner}</div>
  return (
    <button {...attributes} type="button" onClick={() => choose({ level: null, org: null, ...filter })}>
      {inner}
    </button>
  )
}

interface BodiesProps {
  counts: Counts | null
  chosen?: string | null
  choose?: (org: string | null) => void
}

const COLUMNS: Level[] = ['red', 'yellow', 'notice', 'review']

export function Bodies({ counts, chosen, choose }: BodiesProps) {
  const names = useStore(namesStore)
  return (
    <section className="card bodies" aria-labelledby="bodies-title">
      <h2 id="bodies-title">
        <Both words={{ zh: '各机构未了结预警', en: 'Open, by body' }} />
      </h2>
      <div id="bodies" className="scroll">
        {!counts && <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
        {counts && counts.by_org.length === 0 && <Placeholder state="empty" words={{ zh: '没有未了结的预警', en: 'No alert stands open' }} />}
        {counts && counts.by_org.length > 0 && (
          <table className="bodies-table">
            <thead>
              <tr>
                <th scope="col">{t('机构', 'Body')}</th>
                {COLUMNS.map((level) => (
                  <th key={level} scope="col" className="number">
                    {say(LEVELS[level])}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {bodiesOf(counts, names).map((body) => (
                <BodyLine key={body.code ?? ''} body={body} name={names.org(body.code)} pressed={body.code !== null && body.code === chosen} choose={choose} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  )
}

interface BodyLineProps {
  body: BodyRow
  name: string
  pressed: boolean
  choose: BodiesProps['choose']
}

function BodyLine({ body, name, pressed, choose }: BodyLineProps) {
  return (
    <tr>
      <th scope="row">
        {body.code && choose ? (
          <button type="button" className="body-name" aria-pressed={pressed} onClick={() => choose(pressed ? null : body.code)}>
            {name}
          </button>
        ) : (
          name
        )}
      </th>
      {COLUMNS.map((level) => (
        <td key={level} className={`number ${body[level] > 0 ? `some-${level}` : 'none'}`}>
          {count(body[level])}
        </td>
      ))}
    </tr>
  )
}
