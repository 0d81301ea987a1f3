// 我部门的数据: what the department's own systems send, what of it was refused and what to mend, and how far its records are to be relied on.

import { useState } from 'react'

import { type SourceFound, source } from '../admin/api'
import { useAsked } from '../admin/asked'
import { Again, Answered } from '../admin/parts'
import { SourceStanding } from '../admin/SourceDetail'
import * as api from '../api/client'
import { clock } from '../api/clock'
import type { SourceRow } from '../api/types'
import { Placeholder } from '../components/pieces'
import { count, date, inZoneOf } from '../format'
import { readStatistics } from '../statistics/api'
import { EVERYWHERE } from '../statistics/routes'
import { smallBase, valueText } from '../statistics/values'
import { say, t } from '../words/language'
import { DAYS, FIGURES, ownOf, spanOf } from './own-data'

export function OwnData({ body }: { body: string }) {
  const [open, setOpen] = useState(false)
  const asked = useAsked(`own sources ${body}`, async (signal) => ownOf((await api.sources(signal)).sources, body))
  const rows = asked.found
  return (
    <section className="card desk-data" aria-labelledby="own-data-title" data-open={open}>
      <div className="page-head">
        <h2 id="own-data-title">{t('本部门数据', 'Our data')}</h2>
        {rows && <p className="page-told">{t(`来源 ${count(rows.length)} 个`, `${count(rows.length)} sources`)}</p>}
        <div className="take">
          <button type="button" className="plain" aria-expanded={open} aria-controls="own-data" onClick={() => setOpen(!open)}>
            {open ? t('收起', 'Fold') : t('退回记录与数据质量', 'Refused records and quality')}
          </button>
          {open && <Again asked={asked} />}
        </div>
      </div>
      {open && (
        <div id="own-data" className="scroll">
          <Quality body={body} />
          <Answered asked={asked}>
            {(found) => (found.length === 0 ? <Placeholder state="empty" words={{ zh: '没有登记为本部门主管的来源系统', en: 'No source is registered as this body’s' }} /> : <Sources rows={found} />)}
          </Answered>
        </div>
      )}
    </section>
  )
}

/** 补录率、重报率、时间倒序率 as the statistics have them. */
function Quality({ body }: { body: string }) {
  const asked = useAsked(`own quality ${body}`, (signal) => {
    const [now, printed] = [clock.now(), clock.printed()]
    const period = now === null || printed === null ? '' : spanOf(now, (at) => date(inZoneOf(printed, at)))
    return readStatistics({ ...EVERYWHERE, org: body, period, by: '', metrics: FIGURES.map((figure) => figure.id), compare: false }, signal)
  })
  return (
    <Answered asked={asked}>
      {({ total, min_base }) => (
        <>
          <dl className="desk-quality" id="own-quality">
            {FIGURES.map(({ id, words }) => {
              const value = total[id]
              return (
                <div key={id} data-figure={id}>
                  <dt>{say(words)}</dt>
                  <dd>
                    <b>{value?.hidden ? '—' : valueText('share', value?.value)}</b>
                    <small>{value?.hidden ? smallBase(min_base) : t(`基数 ${count(value?.base ?? 0)} 条记录`, `of ${count(value?.base ?? 0)} records`)}</small>
                  </dd>
                </div>
              )
            })}
          </dl>
          <p className="desk-of">{t(`按近 ${DAYS} 日办结办件的全部记录计算`, `Of all records of the cases closed in the last ${DAYS} days`)}</p>
        </>
      )}
    </Answered>
  )
}

function Sources({ rows }: { rows: SourceRow[] }) {
  const [chosen, setChosen] = useState(rows[0]?.source ?? '')
  const here = rows.find((row) => row.source === chosen) ?? rows[0]
  return (
    <>
      {rows.length > 1 && (
        <div className="group desk-sources" role="group" aria-label={t('来源', 'Source')}>
          {rows.map((row) => (
            <button key={row.source} type="button" className="filter" aria-pressed={row.source === here?.source} data-source={row.source} onClick={() => setChosen(row.source)}>
              {row.name || row.source}
            </button>
          ))}
        </div>
      )}
      {here && <One key={here.source} id={here.source} />}
    </>
  )
}

function One({ id }: { id: string }) {
  const asked = useAsked<SourceFound>(`own source ${id}`, (signal) => source(id, signal))
  return (
    <div className="admin-one" data-own={id}>
      <Answered asked={asked}>{(found) => <SourceStanding found={found} />}</Answered>
    </div>
  )
}
