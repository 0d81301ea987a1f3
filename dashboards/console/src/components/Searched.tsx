// What pages are made of that list what was looked for: the form, whose answer is an address; the table; what stands before, after and instead of it.

import { type FormEvent, type ReactNode, useState } from 'react'

import { inEnglish } from '../api/client'
import { namesStore } from '../api/names'
import { useStore } from '../store'
import type { Words } from '../words/codes'
import { t } from '../words/language'
import type { Listing } from './listing'
import { Both, Placeholder } from './pieces'

interface FormProps<Q> {
  id: string
  search: Q
  /** Everything. */
  whole: Q
  hashOf(search: Q): string
  children(wanted: Q, set: (some: Partial<Q>) => void): ReactNode
}

/** What is looked for. */
export function SearchForm<Q>({ id, search, whole, hashOf, children }: FormProps<Q>) {
  const [wanted, want] = useState(search)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = hashOf(wanted)
  }
  return (
    <form id={id} className="case-search" role="search" onSubmit={submit}>
      {children(wanted, (some) => want({ ...wanted, ...some }))}
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <button type="button" className="plain" onClick={() => (location.hash = hashOf(whole))}>
          {t('清空', 'Clear')}
        </button>
      </div>
    </form>
  )
}

interface ChoiceProps {
  label: string
  name: string
  value: string
  /** Codes with what each is called. */
  options: [string, string][]
  set(value: string): void
}

/** One of several, or all of them; what is chosen but not among them stands by its code. */
export function Choice({ label, name, value, options, set }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select name={name} value={value} onChange={(event) => set(event.target.value)}>
        <option value="">{t('全部', 'All')}</option>
        {value && !options.some(([code]) => code === value) && <option value={value}>{value}</option>}
        {options.map(([code, called]) => (
          <option key={code} value={code}>
            {called}
          </option>
        ))}
      </select>
    </label>
  )
}

/** One of the bodies, or all. */
export function BodyChoice(props: Omit<ChoiceProps, 'name' | 'options'>) {
  const names = useStore(namesStore)
  return <Choice {...props} name="org" options={Object.entries(names.tables.orgs)} />
}

interface FoundProps<Q, P extends { next: string | null }> {
  list: Listing<Q, P>
  /** What could not be read. */
  what: Words
  /** How many rows a page has. */
  rows(page: P): number
  /** More of them are not drawn: nobody reads them, and every change draws them all. */
  most?: number
  children(page: P): ReactNode
}

/** What was found as far as it was read, and the way to more of it. */
export function Found<Q, P extends { next: string | null }>({ list, what, rows, most = Infinity, children }: FoundProps<Q, P>) {
  const { phase, failure, page } = useStore(list.state)
  const more = () => void list.more()
  if (!page) {
    if (phase === 'waiting') return <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
    return <Placeholder state="failed" words={{ zh: `${what.zh}未能载入：${failure?.message}`, en: inEnglish(failure) }} retry={more} />
  }
  return (
    <>
      {children(page)}
      {phase === 'failed' && (
        <p className="stale" role="alert">
          {t('下一页未能载入', 'The next page could not be read')}
          {t('：', ': ')}
          {failure?.message}
        </p>
      )}
      {page.next && rows(page) >= most ? (
        <p className="end">{t(`已列出 ${rows(page)} 件，请缩小范围后再查`, `${rows(page)} are listed: narrow the search`)}</p>
      ) : page.next ? (
        <button type="button" className="more plain" disabled={phase === 'waiting'} onClick={more}>
          <Both words={{ zh: '更多', en: 'More' }} />
        </button>
      ) : (
        rows(page) > 0 && <p className="end">{t('已全部列出', 'That is all')}</p>
      )}
    </>
  )
}

/** Rows under their columns; a wide one is scrolled in its place. */
export function Table({ id, columns, children }: { id: string; columns: string[]; children: ReactNode }) {
  return (
    <div className="cases-scroll">
      <table className="cases-table" id={id}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
