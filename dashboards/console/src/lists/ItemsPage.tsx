// 权力清单: searched, by category, body and region, page after page.

import { type FormEvent, useEffect, useMemo, useState } from 'react'

import { type Names, namesStore } from '../api/names'
import { TakeList } from '../components/Take'
import { Badge } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { count } from '../format'
import { useStore } from '../store'
import { t } from '../words/language'
import { items } from './api'
import { Answered, useAsked } from './asked'
import type { Item, ItemPage } from './model'
import { EVERY_ITEM, type ItemSearch, itemHash, listsHash } from './routes'

export function ItemsPage({ search }: { search: ItemSearch }) {
  const key = listsHash({ kind: 'items', search })
  const asked = useAsked(key, (signal) => items(search, null, signal))
  return (
    <section className="card cases-found" aria-labelledby="items-title">
      <h2 id="items-title">{t('权力清单', 'Power list')}</h2>
      <SearchForm key={key} search={search} />
      <Answered asked={asked}>{(first) => <Found key={key} search={search} first={first} />}</Answered>
    </section>
  )
}

function SearchForm({ search }: { search: ItemSearch }) {
  const names = useStore(namesStore)
  const [wanted, want] = useState(search)
  const bodies = useMemo(() => Object.entries(names.tables.orgs).sort((a, b) => a[0].localeCompare(b[0])), [names])
  const set = (some: Partial<ItemSearch>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = listsHash({ kind: 'items', search: { ...wanted, text: wanted.text.trim(), region: wanted.region.trim() } })
  }
  return (
    <form id="item-search" className="case-search" role="search" onSubmit={submit}>
      <label className="wide">
        <span>{t('名称、编码、依据或者机构中的一段', 'A part of a name, a code, an article or a body')}</span>
        <input type="search" name="text" value={wanted.text} maxLength={200} onChange={(e) => set({ text: e.target.value })} />
      </label>
      <label>
        <span>{t('行使主体', 'Body')}</span>
        <select name="body" value={wanted.body} onChange={(e) => set({ body: e.target.value })}>
          <option value="">{t('全部', 'All')}</option>
          {wanted.body && !(wanted.body in names.tables.orgs) && <option value={wanted.body}>{wanted.body}</option>}
          {bodies.map(([code, called]) => (
            <option key={code} value={code}>
              {called}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('区划代码（含下级）', 'Region and below')}</span>
        <input name="region" value={wanted.region} inputMode="numeric" pattern="(\d{2}){1,3}|\d{9}|\d{12}" maxLength={12} placeholder={t('如 510500', 'like 510500')} onChange={(e) => set({ region: e.target.value })} />
      </label>
      <label>
        <span>{t('状态', 'State')}</span>
        <select name="listed" value={wanted.listed} onChange={(e) => set({ listed: e.target.value as ItemSearch['listed'] })}>
          <option value="">{t('全部', 'All')}</option>
          <option value="true">{t('在清单内', 'Listed')}</option>
          <option value="false">{t('不在清单内', 'Not listed')}</option>
        </select>
      </label>
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <button type="button" className="plain" onClick={() => (location.hash = listsHash({ kind: 'items', search: EVERY_ITEM }))}>
          {t('清空', 'Clear')}
        </button>
      </div>
    </form>
  )
}

function Found({ search, first }: { search: ItemSearch; first: ItemPage }) {
  const names = useStore(namesStore)
  const [pages, setPages] = useState([first])
  const [failure, setFailure] = useState<Error | null>(null)
  const [reading, setReading] = useState(false)
  useEffect(() => setPages([first]), [first])
  const next = pages.at(-1)?.next ?? null
  const more = async () => {
    setReading(true)
    setFailure(null)
    try {
      const page = await items(search, next, new AbortController().signal)
      setPages((before) => [...before, page])
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setReading(false)
    }
  }
  const all = pages.flatMap((page) => page.items)
  const ofType = (type: string) => listsHash({ kind: 'items', search: { ...search, type } })
  const everywhere = first.by_power_type.reduce((sum, one) => sum + one.items, 0)
  return (
    <>
      <nav className="item-types" aria-label={t('权力类型', 'Category')}>
        <a className="filter" href={ofType('')} aria-current={search.type === '' ? 'true' : undefined}>
          {t('全部', 'All')} {count(everywhere)}
        </a>
        {first.by_power_type.map((type) => (
          <a key={type.power_type} className="filter" data-type={type.power_type} href={ofType(type.power_type)} aria-current={search.type === type.power_type ? 'true' : undefined}>
            {type.power_type_zh} {count(type.items)}
          </a>
        ))}
      </nav>
      <p className="page-told" role="status" id="items-total">
        {t(`共 ${count(first.total)} 项`, `${count(first.total)} items`)}
      </p>
      {all.length > 0 && <TakeList name={t('权力清单', 'power-list')} of={t('权力清单', 'the power list')} columns={columnsOf} asked={askedFor(search, first, names)} read={async (cursor, signal) => rowsOf(await items(search, cursor, signal))} />}
      {all.length === 0 ? <p className="nothing">{t('没有符合条件的事项，请放宽条件', 'No such item')}</p> : <Table items={all} />}
      {failure && <p role="alert">{t(`未能载入后面的事项：${failure.message}`, `The rest could not be loaded: ${failure.message}`)}</p>}
      {next && (
        <button type="button" className="plain more" disabled={reading} onClick={() => void more()}>
          {t('后面的事项', 'More')}
        </button>
      )}
    </>
  )
}

const rowsOf = (page: ItemPage) => ({ rows: page.items, next: page.next })

const askedFor = ({ text, type, body, region, listed }: ItemSearch, { by_power_type: types }: ItemPage, names: Names): Asked[] => [
  [t('文字', 'Text'), text],
  [t('权力类型', 'Category'), type && (types.find((one) => one.power_type === type)?.power_type_zh ?? type)],
  [t('行使主体', 'Body'), body && names.org(body)],
  [t('区划代码', 'Region'), region],
  [t('状态', 'State'), listed && (listed === 'true' ? t('在清单内', 'Listed') : t('不在清单内', 'Not listed'))],
]

const columnsOf = (): Column<Item>[] => [
  [t('编码', 'Code'), (item) => item.code],
  [t('事项', 'Item'), (item) => item.name],
  [t('类型', 'Category'), (item) => item.power_type_zh],
  [t('层级', 'Level'), (item) => item.level_zh],
  [t('行使主体', 'Body'), (item) => item.executing_body_name],
  [t('行政区划', 'Region'), (item) => item.region_name ?? item.region],
  [t('依据', 'Basis'), (item) => item.legal_basis.join('\n')],
  [t('法定时限', 'By law'), (item) => item.statutory_zh],
  [t('承诺时限', 'Promised'), (item) => item.promised_zh],
  [t('责任', 'Duties'), (item) => item.duties],
  [t('监察点', 'Points'), (item) => item.control_points],
  [t('状态', 'State'), (item) => item.status_zh],
]

function Table({ items: all }: { items: Item[] }) {
  const columns = [
    t('事项', 'Item'),
    t('类型', 'Category'),
    t('层级', 'Level'),
    t('行使主体', 'Body'),
    t('办理时限', 'Time limit'),
    t('监察点', 'Points'),
    t('状态', 'State'),
  ]
  return (
    <div className="cases-scroll">
      <table className="cases-table" id="items">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((item) => (
            <tr key={item.code} data-item={item.code}>
              <th scope="row">
                <a href={itemHash(item.code)}>{item.name}</a>
                <span className="sub">{item.code}</span>
              </th>
              <td>{item.power_type_zh}</td>
              <td>{item.level_zh}</td>
              <td>
                {item.executing_body_name}
                <span className="sub">{item.region_name ?? item.region}</span>
              </td>
              <td>
                {item.promised_zh ?? item.statutory_zh ?? '—'}
                {item.promised_zh && item.statutory_zh && <span className="sub">{t(`法定 ${item.statutory_zh}`, `by law ${item.statutory_zh}`)}</span>}
              </td>
              <td>{item.control_points}</td>
              <td>
                <ItemState item={item} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export const ItemState = ({ item }: { item: Item }) => <Badge kind={item.listed ? 'case-open' : 'case-closed'} words={{ zh: item.status_zh }} />
