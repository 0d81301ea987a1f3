// The list of alerts 预警: asked for, sorted and counted by the platform, a page at a time; chosen and worked in numbers; taken along as a
// file or on paper.

import { useEffect, useRef, useState } from 'react'

import { ApiFailure, download, inEnglish } from '../api/client'
import { hashStore } from '../board/model'
import { save } from '../components/files'
import { Placeholder } from '../components/pieces'
import { alongRows } from '../components/rows'
import { count } from '../format'
import { mark } from '../incidents/model'
import { alertIdOf } from '../panel/routes'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { AlertTable } from './AlertTable'
import { BulkBar } from './BulkBar'
import { FilterBar } from './FilterBar'
import { pages, zone } from './model'
import { PAGE_ROWS } from './pages-model'
import { type AlertQuery, PRINT_HASH, hashOf, listsAll, parametersOf } from './query'

export function AlertsPage({ query }: { query: AlertQuery }) {
  const state = useStore(pages.state)
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => void pages.open(query), [query])
  useEffect(() => {
    root.current?.scrollTo(0, 0)
  }, [state.page, state.query])
  return (
    <main className="alerts-page">
      <section className="card" aria-labelledby="list-title">
        <div className="page-head">
          <h2 id="list-title">{t('预警', 'Alerts')}</h2>
          <Told />
          <Take query={query} />
        </div>
        <FilterBar query={query} />
        <BulkBar chosen={state.chosen} />
        <div className="scroll" ref={root} aria-busy={state.phase === 'waiting'} id="alert-list" tabIndex={-1} onKeyDown={alongRows}>
          <Rows />
        </div>
        <Turn />
      </section>
    </main>
  )
}

/** Which of how many are shown. */
function Told() {
  const { query, total, rows, page, alerts, phase, news } = useStore(pages.state)
  const first = page * PAGE_ROWS + 1
  const places = `${count(first)}–${count(first + alerts.length - 1)}`
  const range = alerts.length === 0 ? '' : listsAll(query) ? t(`第 ${places} 条`, places) : t(`第 ${places} 行`, `Rows ${places}`)
  return (
    <p className="page-told" role="status" id="list-told">
      {phase === 'waiting' && alerts.length === 0 ? '' : [range, totalText(total, rows)].filter(Boolean).join(t('，', ' '))}
      {news > 0 && (
        <button type="button" className="plain news" onClick={() => void pages.again()}>
          {t(`有 ${news} 条新变化，刷新`, `${news} changed: refresh`)}
        </button>
      )}
    </p>
  )
}

/** Counts are of all alerts, and say so where not all are rows. */
function totalText(total: number | null, rows: number | null): string {
  if (total === null) return ''
  if (rows === null) return t(`共 ${count(total)} 条`, `of ${count(total)}`)
  return t(`共 ${count(total)} 条预警；每件只列最重的一条，合 ${count(rows)} 行`, `of ${count(rows)}: the gravest of each case, out of ${count(total)} alerts in all`)
}

function Rows() {
  const { query, phase, failure, alerts, chosen } = useStore(pages.state)
  const current = alertIdOf(useStore(hashStore))
  const ids = alerts.map(({ alert_id }) => alert_id).join(',')
  // Those that lie in an incident are marked so; an alert that changes stays where it is.
  useEffect(() => void mark(ids === '' ? [] : ids.split(',')), [ids])
  if (phase === 'failed') {
    const words = { zh: `预警未能载入：${failure?.message}`, en: `Alerts could not be loaded: ${inEnglish(failure)}` }
    return <Placeholder state="failed" words={words} retry={() => void pages.again()} />
  }
  if (alerts.length === 0) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在载入预警…', en: 'Loading alerts' }} />
    return <Placeholder state="empty" words={{ zh: '没有符合条件的预警', en: 'No such alert' }} />
  }
  return <AlertTable alerts={alerts} query={query} chosen={chosen} current={current} />
}

function Turn() {
  const { page, next } = useStore(pages.state)
  if (page === 0 && next === null) return null
  // They stay while a page is read: a button that is switched off loses the keyboard's place.
  return (
    <nav className="turn" aria-label={t('翻页', 'Pages')}>
      <button type="button" className="plain" disabled={page === 0} onClick={() => void pages.first()}>
        {t('首页', 'First')}
      </button>
      <button type="button" className="plain" disabled={page === 0} onClick={() => void pages.previous()}>
        {t('上一页', 'Previous')}
      </button>
      <span>{t(`第 ${page + 1} 页`, `Page ${page + 1}`)}</span>
      <button type="button" className="plain" disabled={next === null} onClick={() => void pages.next()}>
        {t('下一页', 'Next')}
      </button>
    </nav>
  )
}

const FORMATS = { csv: 'CSV', xlsx: 'Excel' } as const

/** The list as a file, or on paper. */
function Take({ query }: { query: AlertQuery }) {
  const [taking, setTaking] = useState<keyof typeof FORMATS | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const take = async (format: keyof typeof FORMATS) => {
    setTaking(format)
    setFailure(null)
    try {
      const all = listsAll(query)
      const asked = new URLSearchParams({ ...parametersOf({ ...query, sort: 'newest', all }, zone()), format })
      const name = all ? t('预警（全部）', 'alerts-all') : t('预警（每件最重一条）', 'alerts-gravest-of-case')
      save(await download(`/api/v1/alerts/export?${asked}`), `${name}.${format}`)
    } catch (error) {
      setFailure(error instanceof ApiFailure ? say({ zh: error.message, en: error.en }) : t('导出中断，请重试', 'The export broke off; try again'))
    }
    setTaking(null)
  }
  return (
    <div className="take">
      {failure && <span role="alert">{failure}</span>}
      {(Object.keys(FORMATS) as (keyof typeof FORMATS)[]).map((format) => (
        <button key={format} type="button" className="plain" disabled={taking !== null} onClick={() => void take(format)}>
          {taking === format ? t('正在导出…', 'Exporting…') : t(`导出 ${FORMATS[format]}`, `Export ${FORMATS[format]}`)}
        </button>
      ))}
      <a className="plain" href={hashOf(query, PRINT_HASH)}>
        {t('打印', 'Print')}
      </a>
    </div>
  )
}
