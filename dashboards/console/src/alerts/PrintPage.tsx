// The list on paper: what was asked for, when and by whom, and the rows, as many as one answer holds.

import { useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import * as api from '../api/client'
import { clock } from '../api/clock'
import { namesStore } from '../api/names'
import type { AlertRow } from '../api/types'
import { Placeholder } from '../components/pieces'
import { count, full, inZoneOf } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { DISPOSITIONS, LEVELS, STATUSES } from '../words/codes'
import { say, t } from '../words/language'
import { AlertTable } from './AlertTable'
import { zone } from './model'
import type { CountedPage } from './pages-model'
import { type AlertQuery, ORDER_STATES, SORTS, hashOf, parametersOf } from './query'

/** Rows on paper at most. */
const ROWS_MAX = 1000

interface Paper {
  alerts: AlertRow[]
  total: number
  /** Null where every alert is a row. */
  rows: number | null
  at: string
}

export function PrintPage({ query }: { query: AlertQuery }) {
  const [paper, setPaper] = useState<Paper | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const { person } = useStore(sessionStore)
  useStore(namesStore)
  useEffect(() => {
    const asked = new AbortController()
    const read = async () => {
      const { alerts, total, rows } = await api.alerts<CountedPage>({ ...parametersOf(query, zone()), total: 'true' }, null, asked.signal, ROWS_MAX)
      const [now, printed] = [clock.now(), clock.printed()]
      setPaper({ alerts, total: total ?? alerts.length, rows: rows ?? null, at: now !== null && printed !== null ? full(inZoneOf(printed, now)) : '' })
    }
    read().catch((error: unknown) => {
      if (!asked.signal.aborted) setFailure(error instanceof ApiFailure ? say({ zh: error.message, en: error.en }) : String(error))
    })
    return () => asked.abort()
  }, [query])
  if (failure) return <Placeholder state="failed" words={{ zh: `预警未能载入：${failure}`, en: failure }} />
  if (!paper) return <Placeholder state="waiting" words={{ zh: '正在载入预警…', en: 'Loading alerts' }} />
  return (
    <main className="paper">
      <div className="paper-bar">
        <a className="plain" href={hashOf(query)}>
          ← {t('返回列表', 'Back to the list')}
        </a>
        <button type="button" className="primary" onClick={() => window.print()}>
          {t('打印', 'Print')}
        </button>
      </div>
      <h2>{t('预警清单', 'Alerts')}</h2>
      <p className="paper-told">
        {[
          sentence(query),
          t(`共 ${count(paper.total)} 条`, `${count(paper.total)} in all`),
          paper.rows !== null && t(`每件只列最重的一条，合 ${count(paper.rows)} 行`, `of each case only the gravest is listed, ${count(paper.rows)} rows`),
          (paper.rows ?? paper.total) > paper.alerts.length && t(`列出前 ${count(paper.alerts.length)} 行`, `the first ${count(paper.alerts.length)} listed`),
          t(`平台时间 ${paper.at}`, `Platform time ${paper.at}`),
          person && t(`打印人 ${person.name || person.account}`, `Printed by ${person.name || person.account}`),
        ]
          .filter(Boolean)
          .join(t('；', '; '))}
      </p>
      <AlertTable alerts={paper.alerts} query={query} chosen={new Map()} current={null} paper />
    </main>
  )
}

/** What was asked for. */
function sentence(query: AlertQuery): string {
  const names = namesStore.get()
  const { standing, level, disposition, order, org, item, rule, source, region, caseNo, from, until, sort } = query
  const standings = { open: t('未了结', 'open'), review: t('待核', 'to review'), all: t('全部状态', 'every status') }
  const told = [
    standing in standings ? standings[standing as keyof typeof standings] : say(STATUSES[standing as keyof typeof STATUSES]),
    level.map((code) => say(LEVELS[code])).join(t('、', ', ')),
    disposition && say(DISPOSITIONS[disposition]),
    order && say(ORDER_STATES[order]),
    org && names.org(org),
    item && names.item(item),
    rule && t(`规则 ${rule}`, `rule ${rule}`),
    source && names.source(source),
    region && t(`区划 ${region}`, `region ${region}`),
    caseNo,
    (from || until) && t(`提出于 ${from || '…'} 至 ${until || '…'}`, `raised ${from || '…'} to ${until || '…'}`),
    say(SORTS[sort]),
  ]
  return t('条件：', 'Asked for: ') + told.filter(Boolean).join(t('，', ', '))
}
