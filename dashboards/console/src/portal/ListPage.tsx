// The power list: what one wants done, in one's own words, or by category.

import { type FormEvent, useState } from 'react'

import { t } from '../words/language'
import { type Items, items, useAsked } from './api'
import { Answer } from './pieces'
import { type Wanted, itemHash, listHash } from './routes'

export function ListPage({ wanted }: { wanted: Wanted }) {
  const query = new URLSearchParams({ q: wanted.words, power_type: wanted.category, page: String(wanted.page) })
  const asked = useAsked(query.toString(), (signal) => items(query, signal))
  return (
    <>
      <SearchForm key={wanted.words} wanted={wanted} />
      <Answer asked={asked}>{(found) => <Found found={found} wanted={wanted} />}</Answer>
    </>
  )
}

function SearchForm({ wanted }: { wanted: Wanted }) {
  const [words, setWords] = useState(wanted.words)
  const search = (event: FormEvent) => {
    event.preventDefault()
    location.hash = listHash({ words: words.trim(), category: '', page: 1 })
  }
  return (
    <form className="portal-search" role="search" onSubmit={search}>
      <label htmlFor="portal-words">{t('您要办什么事，或者想了解哪项权力？', 'What do you want done, or which power do you want to know about?')}</label>
      <div>
        <input
          id="portal-words"
          type="search"
          maxLength={64}
          value={words}
          placeholder={t('例如：我要办施工许可证', 'For example: construction permit')}
          onChange={(event) => setWords(event.target.value)}
        />
        <button type="submit">{t('查找', 'Find')}</button>
      </div>
    </form>
  )
}

function Found({ found, wanted }: { found: Items; wanted: Wanted }) {
  const everywhere = found.power_types.reduce((n, one) => n + one.items, 0)
  return (
    <>
      <nav className="portal-categories" aria-label={t('权力类型', 'Categories')}>
        <a href={listHash({ ...wanted, category: '', page: 1 })} aria-current={wanted.category === '' ? 'true' : undefined}>
          {t('全部', 'All')} <small>{everywhere}</small>
        </a>
        {found.power_types.map((one) => (
          <a key={one.code} href={listHash({ ...wanted, category: one.code, page: 1 })} aria-current={wanted.category === one.code ? 'true' : undefined}>
            {one.zh} <small>{one.items}</small>
          </a>
        ))}
      </nav>
      {found.total === 0 && <Nothing />}
      <ol className="portal-items" aria-label={t('权力事项', 'Powers')}>
        {found.items.map((item) => (
          <li key={item.code} data-item={item.code}>
            <a href={itemHash(item.code)}>{item.name}</a>
            <p>
              <span className="portal-tag">{item.power_type.zh}</span>
              <span className="portal-tag">{item.level}</span>
              {item.body}
            </p>
          </li>
        ))}
      </ol>
      {found.pages > 1 && <Paging found={found} wanted={wanted} />}
    </>
  )
}

const Nothing = () => (
  <p className="portal-nothing" role="status">
    {t('没有找到相符的事项。请换一个说法，或者拨打 12345 询问。', 'Nothing fits. Try other words, or ring 12345.')}
  </p>
)

function Paging({ found, wanted }: { found: Items; wanted: Wanted }) {
  const to = (page: number) => listHash({ ...wanted, page })
  return (
    <nav className="portal-paging" aria-label={t('翻页', 'Pages')}>
      {found.page > 1 && <a href={to(found.page - 1)}>{t('上一页', 'Back')}</a>}
      <span>{t(`第 ${found.page} 页，共 ${found.pages} 页`, `Page ${found.page} of ${found.pages}`)}</span>
      {found.page < found.pages && <a href={to(found.page + 1)}>{t('下一页', 'Next')}</a>}
    </nav>
  )
}
