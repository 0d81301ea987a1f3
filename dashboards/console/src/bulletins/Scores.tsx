// The score sheets that are kept with a bulletin: as they stood when it was signed; in a correction, as they stood then and as they are re-stated.

import { useState } from 'react'

import { full } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { periodSaid } from '../statistics/period'
import { t } from '../words/language'
import { type Bulletin, type KeptScores, type Standing, readScores } from './api'
import { type Compared, comparedOf } from './model'

export function Scores({ bulletin }: { bulletin: Bulletin }) {
  const [opened, open] = useState(false)
  return (
    <section className="card bulletin-history" aria-labelledby="kept-scores-title">
      <h3 id="kept-scores-title">{t('随文留存的评分', 'Scores kept with it')}</h3>
      {opened ? (
        <Read id={bulletin.id} />
      ) : (
        <div className="case-search-acts">
          <button type="button" className="plain" id="kept-scores-open" onClick={() => open(true)}>
            {t('查看评分', 'Show the scores')}
          </button>
        </div>
      )}
    </section>
  )
}

function Read({ id }: { id: string }) {
  const asked = useAsked(`kept scores ${id}`, (signal) => readScores(id, signal))
  return <Answered asked={asked}>{(kept) => <Told kept={kept} />}</Answered>
}

function Told({ kept }: { kept: KeptScores }) {
  const rows = comparedOf(kept)
  const corrects = 'now' in kept
  const then = corrects ? kept.then : null
  const as_of = full(corrects ? kept.now.as_of : kept.as_of)
  const heads = [t('单位', 'Body'), t('评估模型', 'Model'), t('期间', 'Period'), ...(then ? [t('原评分', 'Then')] : []), corrects ? t('更正后', 'Re-stated') : t('得分', 'Score')]
  return (
    <>
      <p className="sub">
        {then && t(`原评分截至 ${full(then.as_of)}；`, `Then as of ${full(then.as_of)}; `)}
        {corrects && !then && t('原通报签发时没有留存评分；', 'None were kept when the old bulletin was signed; ')}
        {t(`评分截至 ${as_of}`, `scores as of ${as_of}`)}
        {then && t(`；${rows.filter(({ moved }) => moved).length} 个有变动，列在前面`, `; ${rows.filter(({ moved }) => moved).length} moved and stand first`)}
      </p>
      {rows.length === 0 ? (
        <p className="nothing">{t('留存时没有已经结束的评估期间', 'No period of a model was over when they were kept')}</p>
      ) : (
        <div className="cases-scroll">
          <table className="cases-table" id="kept-scores">
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={`${row.now.model} ${row.now.period} ${row.now.body}`} row={row} both={then !== null} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}

function Row({ row: { now, then, moved }, both }: { row: Compared; both: boolean }) {
  return (
    <tr data-body={now.body} data-moved={moved}>
      <th scope="row">{now.body_name}</th>
      <td>{now.model_name}</td>
      <td>{periodSaid(now.period)}</td>
      {both && <td>{then ? scoreText(then) : '—'}</td>}
      <td className={moved ? 'over' : undefined}>{scoreText(now)}</td>
    </tr>
  )
}

/** A score as the field writes it; grades stand in its own terms. */
function scoreText({ total, grade, rank, ranked }: Standing): string {
  return [t(`${total} 分`, String(total)), grade, rank === null ? t('不排名', 'no rank') : t(`第 ${rank} 名（共 ${ranked} 个）`, `${rank} of ${ranked}`)].join(t('，', ', '))
}
