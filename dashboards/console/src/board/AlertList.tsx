// The list of the board with its filters.

import { useEffect, useRef } from 'react'

import { type AlertQuery, EVERY_OPEN, hashOf, wholeCaseHash } from '../alerts/query'
import { ApiFailure } from '../api/client'
import { nowStore } from '../api/clock'
import { namesStore } from '../api/names'
import type { Level } from '../api/types'
import { Both, Placeholder } from '../components/pieces'
import { alongRows } from '../components/rows'
import { alertIdOf } from '../panel/routes'
import { useStore } from '../store'
import { LEVELS, type Words } from '../words/codes'
import { say, t } from '../words/language'
import { AlertRow } from './AlertRow'
import { type Filter, SCOPES, type Scope } from './list-model'
import { hashStore, list } from './model'

export function AlertList({ filters = true }: { filters?: boolean }) {
  return (
    <section className="card alerts" aria-labelledby="alerts-title">
      <div className="alerts-head">
        <h2 id="alerts-title">
          <Both words={{ zh: '预警动态', en: 'Alerts, newest first' }} />
        </h2>
        <Which />
        {filters && <Filters />}
      </div>
      <Rows />
    </section>
  )
}

/** Counts are of all alerts, and say so where not all are rows. */
function Which() {
  const { filter } = useStore(list.state)
  return <small id="which">{filter.all ? t('列出全部预警', 'Every alert') : t('每件只列最重的一条；各处数字按全部预警计', 'The gravest of each case; counts are of all alerts')}</small>
}

function Rows() {
  const state = useStore(list.state)
  const root = useRef<HTMLDivElement>(null)
  // Another filter begins at the top.
  useEffect(() => {
    root.current?.scrollTo(0, 0)
  }, [state.filter])
  return (
    <div id="alerts" className="scroll" ref={root} aria-busy={state.phase === 'waiting'} onKeyDown={alongRows}>
      <Content />
    </div>
  )
}

function Content() {
  const { phase, failure, alerts, next, full, fresh, filter } = useStore(list.state)
  const names = useStore(namesStore)
  const now = useStore(nowStore)
  const open = alertIdOf(useStore(hashStore))
  if (phase === 'failed') {
    const words = { zh: `预警未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : undefined }
    return <Placeholder state="failed" words={words as Words} retry={() => void list.load()} />
  }
  if (alerts.length === 0) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在载入预警…', en: 'Loading alerts' }} />
    return <Placeholder state="empty" words={{ zh: '没有符合条件的预警，新的预警会自动出现', en: 'No such alert; new ones appear by themselves' }} />
  }
  const asked: AlertQuery = { ...EVERY_OPEN, standing: filter.scope, level: filter.level ? [filter.level] : [], org: filter.org ?? '', all: filter.all }
  return (
    <>
      <div className="alert-head" aria-hidden="true">
        {[t('级别', 'Level'), t('监察点 / 办件 · 事项', 'What / case · item'), t('机构', 'Body'), t('期限 / 时间', 'Due / time'), t('状态', 'Status'), t('提出', 'Raised')].map((column) => (
          <span key={column}>{column}</span>
        ))}
      </div>
      <ol className="alert-rows">
        {alerts.map((alert) => (
          <AlertRow
            key={alert.alert_id}
            alert={alert}
            whole={alert.others ? wholeCaseHash(asked, alert) : ''}
            names={names}
            fresh={fresh.get(alert.alert_id) ?? 0}
            current={alert.alert_id === open}
            now={now}
          />
        ))}
      </ol>
      {full ? (
        <p className="end">
          <a href={hashOf(asked)}>{t(`这里只保留最近 ${alerts.length} 条，更早的请在预警列表中查阅`, `The latest ${alerts.length} are kept here; earlier ones are in the list of alerts`)}</a>
        </p>
      ) : next ? (
        <button type="button" className="more plain" onClick={() => void list.more()}>
          <Both words={{ zh: '更多', en: 'More' }} />
        </button>
      ) : (
        <p className="end">{t('已到最早一条', 'That is the earliest')}</p>
      )}
    </>
  )
}

function Filters() {
  const { filter } = useStore(list.state)
  const names = useStore(namesStore)
  const { level, scope, org, all } = filter
  return (
    <div id="filters">
      <div className="filters">
        {org && (
          <button type="button" className="filter chosen-body" aria-label={t(`取消机构筛选 ${names.org(org)}`, `No longer only ${names.org(org)}`)} onClick={() => void list.choose({ org: null })}>
            {names.org(org)} ✕
          </button>
        )}
        <div className="group" role="group" aria-label={t('级别', 'Level')}>
          <FilterButton on={level === null} words={{ zh: '全部级别', en: 'Every level' }} filter={{ level: null }} />
          {(Object.keys(LEVELS) as Level[]).map((code) => (
            <FilterButton key={code} on={level === code} words={LEVELS[code]} filter={{ level: code }} />
          ))}
        </div>
        <div className="group" role="group" aria-label={t('状态', 'Status')}>
          {(Object.keys(SCOPES) as Scope[]).map((code) => (
            <FilterButton key={code} on={scope === code} words={SCOPES[code].words} filter={{ scope: code }} />
          ))}
        </div>
        <FilterButton on={all} words={{ zh: '显示全部', en: 'Show all' }} filter={{ all: !all }} />
      </div>
    </div>
  )
}

function FilterButton({ on, words, filter }: { on: boolean; words: Words; filter: Partial<Filter> }) {
  return (
    <button type="button" className="filter" aria-pressed={on} title={t(words.en ?? '', words.zh)} onClick={() => void list.choose(filter)}>
      {say(words)}
    </button>
  )
}
