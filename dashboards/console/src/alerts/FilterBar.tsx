// What narrows the list: the usual and the kept filters, the level, and every other part of the question.

import { type FormEvent, type ReactNode, useState } from 'react'

import { namesStore } from '../api/names'
import type { Level } from '../api/types'
import { useStore } from '../store'
import { DISPOSITIONS, LEVELS, STATUSES, type Words } from '../words/codes'
import { say, t } from '../words/language'
import { savedFilters } from './model'
import { type AlertQuery, EVERY_OPEN, ORDER_STATES, SORTS, type Standing, byTerm, hashOf, listsAll, narrowing, sameQuery } from './query'
import { NAME_MAX, USUAL } from './saved'

const STANDINGS: Record<Standing, Words> = {
  ...STATUSES,
  open: { zh: '未了结', en: 'Open' },
  review: { zh: '待核（须由人员判断）', en: 'To review' },
  all: { zh: '全部', en: 'All' },
}
const STANDING_ORDER: Standing[] = ['open', 'review', 'all', 'pending', 'issued', 'ended', 'withdrawn', 'cancelled']

export const goTo = (query: AlertQuery) => {
  location.hash = hashOf(query)
}

export function FilterBar({ query }: { query: AlertQuery }) {
  const names = useStore(namesStore)
  const [more, setMore] = useState(narrowing(query) > 0)
  const change = (some: Partial<AlertQuery>) => goTo({ ...query, ...some })
  const toggle = (level: Level) => change({ level: query.level.includes(level) ? query.level.filter((other) => other !== level) : [...query.level, level] })
  const byName = (table: Record<string, string>) => Object.entries(table).sort(([, a], [, b]) => a.localeCompare(b, 'zh-CN'))
  const orgs = byName(names.tables.orgs)
  const sources = byName(names.tables.sources)
  return (
    <div className="query">
      <Kept query={query} />
      <div className="query-row">
        <Choice label={t('状态', 'Standing')} value={query.standing} onChange={(standing) => change({ standing: standing as Standing })}>
          {STANDING_ORDER.map((standing) => (
            <option key={standing} value={standing}>
              {say(STANDINGS[standing])}
            </option>
          ))}
        </Choice>
        <div className="group" role="group" aria-label={t('级别', 'Level')}>
          {(Object.keys(LEVELS) as Level[]).map((level) => (
            <button key={level} type="button" className="filter" aria-pressed={query.level.includes(level)} onClick={() => toggle(level)}>
              {say(LEVELS[level])}
            </button>
          ))}
        </div>
        <Choice label={t('机构', 'Body')} value={query.org} onChange={(org) => change({ org })}>
          <option value="">{t('全部机构', 'Every body')}</option>
          {query.org && !names.tables.orgs[query.org] && <option value={query.org}>{query.org}</option>}
          {orgs.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Choice>
        <Choice label={t('次序', 'Order')} value={query.sort} onChange={(sort) => change({ sort: sort as AlertQuery['sort'] })}>
          {Object.entries(SORTS).map(([sort, words]) => (
            <option key={sort} value={sort}>
              {say(words)}
            </option>
          ))}
        </Choice>
        <button
          type="button"
          className="filter"
          id="show-all"
          aria-pressed={listsAll(query)}
          disabled={byTerm(query)}
          title={byTerm(query) ? t('每条预警各有期限，按期限排序时全部列出', 'Each alert has a term of its own: by what falls due first all are listed') : t('不选时，每个办件只列最重的一条', 'Else of each case only the gravest is listed')}
          onClick={() => change({ all: !query.all })}
        >
          {t('显示全部', 'Show all')}
        </button>
        <button type="button" className="plain" aria-expanded={more} aria-controls="query-more" onClick={() => setMore(!more)}>
          {t('更多条件', 'More')}
          {narrowing(query) > 0 && ` (${narrowing(query)})`}
        </button>
        {!sameQuery(query, EVERY_OPEN) && (
          <button type="button" className="plain" onClick={() => goTo(EVERY_OPEN)}>
            {t('清除', 'Clear')}
          </button>
        )}
      </div>
      <div className="query-row" id="query-more" hidden={!more}>
        <Choice label={t('处置', 'Disposition')} value={query.disposition} onChange={(value) => change({ disposition: value as AlertQuery['disposition'] })}>
          <option value="">{t('不限', 'Any')}</option>
          {Object.entries(DISPOSITIONS).map(([code, words]) => (
            <option key={code} value={code}>
              {say(words)}
            </option>
          ))}
        </Choice>
        <Choice label={t('督办', 'Order')} value={query.order} onChange={(value) => change({ order: value as AlertQuery['order'] })}>
          <option value="">{t('不限', 'Any')}</option>
          {Object.entries(ORDER_STATES).map(([code, words]) => (
            <option key={code} value={code}>
              {say(words)}
            </option>
          ))}
        </Choice>
        <Choice label={t('同因事件', 'Incident')} value={query.incident} onChange={(incident) => change({ incident })}>
          <option value="">{t('不限', 'Any')}</option>
          <option value="any">{t('属于未结的', 'In an open one')}</option>
          <option value="none">{t('不属于', 'In none')}</option>
          {query.incident && query.incident !== 'any' && query.incident !== 'none' && <option value={query.incident}>{query.incident}</option>}
        </Choice>
        <Choice label={t('来源系统', 'Source')} value={query.source} onChange={(source) => change({ source })}>
          <option value="">{t('全部来源', 'Every source')}</option>
          {query.source && !names.tables.sources[query.source] && <option value={query.source}>{query.source}</option>}
          {sources.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Choice>
        <Typed key={`item ${query.item}`} label={t('事项', 'Item')} value={query.item} list="query-items" hint={t('名称或者编码', 'Name or code')} onDone={(typed) => change({ item: codeOf(typed, names.tables.items) })} />
        <datalist id="query-items">
          {Object.entries(names.tables.items).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </datalist>
        <Typed key={`rule ${query.rule}`} label={t('规则', 'Rule')} value={query.rule} hint="T3" onDone={(rule) => change({ rule: rule.toUpperCase() })} />
        <Typed key={`case ${query.caseNo}`} label={t('办件编号', 'Case number')} value={query.caseNo} onDone={(caseNo) => change({ caseNo })} />
        <Typed key={`region ${query.region}`} label={t('区划代码', 'Region')} value={query.region} hint="510500" onDone={(region) => change({ region })} />
        <Day key={`from ${query.from}`} label={t('提出自', 'Raised from')} value={query.from} onDone={(from) => change({ from })} />
        <Day key={`until ${query.until}`} label={t('提出至', 'Raised until')} value={query.until} onDone={(until) => change({ until })} />
      </div>
    </div>
  )
}

/** A name that was typed or chosen stands for its code. */
function codeOf(typed: string, names: Record<string, string>): string {
  if (names[typed]) return typed
  const [code] = Object.entries(names).find(([, name]) => name === typed) ?? []
  return code ?? typed
}

function Choice({ label, value, onChange, children }: { label: string; value: string; onChange: (value: string) => void; children: ReactNode }) {
  return (
    <label className="query-field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </label>
  )
}

interface TypedProps {
  label: string
  value: string
  hint?: string
  list?: string
  onDone: (value: string) => void
}

/** What is typed is asked for when it is done: with Enter, or when the field is left. */
function Typed({ label, value, hint, list, onDone }: TypedProps) {
  const [typed, setTyped] = useState(value)
  const done = () => {
    if (typed.trim() !== value) onDone(typed.trim())
  }
  return (
    <label className="query-field">
      <span>{label}</span>
      <input
        value={typed}
        placeholder={hint}
        list={list}
        maxLength={128}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.key === 'Enter') done()
        }}
      />
    </label>
  )
}

function Day({ label, value, onDone }: TypedProps) {
  return (
    <label className="query-field">
      <span>{label}</span>
      <input type="date" defaultValue={value} onChange={(event) => (event.target.validity.badInput ? undefined : onDone(event.target.value))} />
    </label>
  )
}

/** The usual filters, and those of one's own. */
function Kept({ query }: { query: AlertQuery }) {
  const filters = savedFilters()
  const saved = useStore(filters.all)
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const keep = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return
    filters.save(name.trim(), query)
    setNaming(false)
    setName('')
  }
  const known = USUAL.some((usual) => sameQuery(usual.query, query)) || saved.some((own) => sameQuery(own.query, query))
  return (
    <div className="kept" role="group" aria-label={t('常用筛选', 'Kept filters')}>
      {USUAL.map((usual) => (
        <button key={usual.words.zh} type="button" className="filter" aria-pressed={sameQuery(usual.query, query)} onClick={() => goTo(usual.query)}>
          {say(usual.words)}
        </button>
      ))}
      {saved.map((own) => (
        <span key={own.name} className="own">
          <button type="button" className="filter" aria-pressed={sameQuery(own.query, query)} onClick={() => goTo(own.query)}>
            {own.name}
          </button>
          <button type="button" className="filter" aria-label={t(`删除筛选 ${own.name}`, `Remove the filter ${own.name}`)} onClick={() => filters.remove(own.name)}>
            ✕
          </button>
        </span>
      ))}
      {naming ? (
        <form className="naming" onSubmit={keep}>
          <input
            autoFocus
            aria-label={t('筛选的名称', 'Name of the filter')}
            placeholder={t('名称', 'Name')}
            maxLength={NAME_MAX}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setNaming(false)
            }}
          />
          <button type="submit" className="plain">
            {t('保存', 'Keep')}
          </button>
        </form>
      ) : (
        !known && (
          <button type="button" className="plain" onClick={() => setNaming(true)}>
            {t('保存当前筛选…', 'Keep this filter…')}
          </button>
        )
      )}
    </div>
  )
}
