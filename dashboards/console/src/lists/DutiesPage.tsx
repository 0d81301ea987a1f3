// 责任清单: which duties go with each power, on which basis, what a case has to show, and who answers for neglect.

import { useMemo } from 'react'

import { type Names, namesStore } from '../api/names'
import { TakeList, allOf } from '../components/Take'
import type { Column } from '../components/sheet'
import { count } from '../format'
import { useStore } from '../store'
import { t } from '../words/language'
import { duties } from './api'
import { Answered, useAsked } from './asked'
import type { Duty, ItemDuties } from './model'
import { itemHash, listsHash } from './routes'

export function DutiesPage({ body }: { body: string }) {
  const names = useStore(namesStore)
  const bodies = useMemo(() => Object.entries(names.tables.orgs).sort((a, b) => a[0].localeCompare(b[0])), [names])
  const asked = useAsked(`duties/${body}`, (signal) => duties(body, signal))
  return (
    <section className="card cases-found" aria-labelledby="duties-title">
      <h2 id="duties-title">{t('责任清单', 'Responsibility list')}</h2>
      <form className="case-search" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>{t('责任主体', 'Body')}</span>
          <select name="body" value={body} onChange={(e) => (location.hash = listsHash({ kind: 'duties', body: e.target.value }))}>
            <option value="">{t('全部', 'All')}</option>
            {body && !(body in names.tables.orgs) && <option value={body}>{body}</option>}
            {bodies.map(([code, called]) => (
              <option key={code} value={code}>
                {called}
              </option>
            ))}
          </select>
        </label>
      </form>
      <Answered asked={asked}>{(found) => <Items items={found.items} body={body} />}</Answered>
    </section>
  )
}

function Items({ items, body }: { items: ItemDuties[]; body: string }) {
  const names = useStore(namesStore)
  const written = items.filter((item) => item.responsibilities.length > 0)
  const silent = items.length - written.length
  const total = written.reduce((sum, item) => sum + item.responsibilities.length, 0)
  if (written.length === 0) return <p className="nothing">{t('没有写明责任的事项', 'No item with duties')}</p>
  return (
    <>
      <p className="page-told" role="status" id="duties-total">
        {t(`${count(written.length)} 项权力，${count(total)} 项责任`, `${count(written.length)} powers, ${count(total)} duties`)}
        {silent > 0 && t(`；另有 ${count(silent)} 项权力没有写明责任`, `; ${count(silent)} powers say none`)}
      </p>
      <TakeList name={t('责任清单', 'responsibility-list')} of={t('责任清单', 'the responsibility list')} columns={() => columnsOf(names)} asked={[[t('责任主体', 'Body'), body && names.org(body)]]} read={() => allOf(written.flatMap((item) => item.responsibilities.map((duty) => ({ item, duty }))))} />
      <ul id="duties">
        {written.map((item) => (
          <li key={item.item} className="duties-of" data-item={item.item}>
            <h3>
              <a href={itemHash(item.item)}>{item.name}</a>{' '}
              <small>
                {item.power_type} · {names.org(item.executing_body)}
              </small>
            </h3>
            <DutyList duties={item.responsibilities} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** A duty, with the power that it goes with. */
interface DutyOf {
  item: ItemDuties
  duty: Duty
}

const columnsOf = (names: Names): Column<DutyOf>[] => [
  [t('编码', 'Code'), ({ item }) => item.item],
  [t('事项', 'Item'), ({ item }) => item.name],
  [t('类型', 'Category'), ({ item }) => item.power_type],
  [t('行使主体', 'Exercised by'), ({ item }) => names.org(item.executing_body)],
  [t('责任', 'Duty'), ({ duty }) => duty.duty],
  [t('责任主体', 'Body'), ({ duty }) => names.org(duty.body)],
  [t('依据', 'Basis'), ({ duty }) => duty.basis],
  [t('追责情形', 'Accountability'), ({ duty }) => duty.accountability],
]

export function DutyList({ duties: listed }: { duties: Duty[] }) {
  const names = useStore(namesStore)
  if (listed.length === 0) return <p className="nothing">{t('没有写明责任', 'None written')}</p>
  const or = (words: string[]) => words.join(t('或者', ' or '))
  return (
    <ol className="numbered duty-list">
      {listed.map((duty) => (
        <li key={duty.duty}>
          {duty.duty} <span className="sub inline">{names.org(duty.body)}</span>
          {duty.basis && <p className="sub">{t(`依据：${duty.basis}`, `Basis: ${duty.basis}`)}</p>}
          {duty.expectation && (
            <p className="owed">
              {t(
                `应为：${or(duty.expectation.trigger_zh)}之后 ${duty.expectation.within_zh} 内，${or(duty.expectation.owed_zh)}`,
                `Owed: ${or(duty.expectation.owed_zh)} within ${duty.expectation.within_zh} of ${or(duty.expectation.trigger_zh)}`,
              )}
            </p>
          )}
          {duty.accountability && <p className="sub">{t(`追责情形：${duty.accountability}`, `Accountability: ${duty.accountability}`)}</p>}
        </li>
      ))}
    </ol>
  )
}
