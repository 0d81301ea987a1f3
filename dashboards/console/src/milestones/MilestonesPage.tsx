// 工作节点: how far each body has come from the reported list to the responsibility list, with what was to be done by when; late ones first.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { PrintHere } from '../components/Take'
import { Badge, Placeholder } from '../components/pieces'
import { count } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { listsHash } from '../lists/routes'
import { useStore } from '../store'
import { t } from '../words/language'
import { Step } from './Step'
import { milestones } from './api'
import { type BodyMilestones, MILESTONES, type Milestones, reached, standingOf } from './model'

interface Search {
  text: string
  late: boolean
}

const hash = (search: Search) => listsHash({ kind: 'milestones', ...search })

export function MilestonesPage(search: Search) {
  const asked = useAsked('milestones', (signal) => milestones('', signal))
  return (
    <section className="card cases-found milestones" aria-labelledby="milestones-title">
      <h2 id="milestones-title">{t('工作节点', 'Milestones')}</h2>
      <PrintHere />
      <SearchForm key={hash(search)} search={search} />
      <Answered asked={asked}>{(found) => <Shown search={search} found={found} />}</Answered>
    </section>
  )
}

function SearchForm({ search }: { search: Search }) {
  const [text, setText] = useState(search.text)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = hash({ ...search, text: text.trim() })
  }
  return (
    <form id="milestone-search" className="case-search" role="search" onSubmit={submit}>
      <label className="wide">
        <span>{t('机构名称或者代码中的一段', 'A part of a body’s name or code')}</span>
        <input type="search" name="text" value={text} maxLength={100} onChange={(e) => setText(e.target.value)} />
      </label>
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
      </div>
      <label className="one-line">
        <input type="checkbox" name="late" checked={search.late} onChange={(e) => (location.hash = hash({ ...search, late: e.target.checked }))} />
        <span>{t('只看有逾期节点的', 'Only with late milestones')}</span>
      </label>
    </form>
  )
}

function Shown({ search, found }: { search: Search; found: Milestones }) {
  const names = useStore(namesStore)
  if (found.bodies.length === 0) return <Placeholder state="empty" words={{ zh: '还没有登记机构', en: 'No body is registered' }} />
  const text = search.text.toLowerCase()
  const rows = found.bodies.map((body) => ({ body, name: names.org(body.body), ...reached(body) }))
  const shown = rows.filter(({ body, name, late }) => (!search.late || late > 0) && `${name} ${body.body}`.toLowerCase().includes(text)).sort((a, b) => b.late - a.late)
  const behind = rows.filter(({ late }) => late > 0).length
  const through = rows.filter(({ body, done }) => done === body.milestones.length).length
  return (
    <>
      <p className="page-told" role="status" id="milestones-total">
        {t(
          `${found.on}：${count(rows.length)} 个机构，全部完成的 ${count(through)} 个，有逾期节点的 ${count(behind)} 个`,
          `${found.on}: ${count(rows.length)} bodies, ${count(through)} through, ${count(behind)} with late milestones`,
        )}
      </p>
      {shown.length === 0 && (
        <Placeholder state="empty" words={search.late && behind === 0 ? { zh: '没有逾期的节点', en: 'Nothing is late' } : { zh: '没有符合条件的机构，请放宽条件', en: 'No such body' }} />
      )}
      <ul id="milestone-bodies">
        {shown.map(({ body, name, late, done, contradicted }) => (
          <li key={body.body} data-body={body.body}>
            <h3>
              <a href={listsHash({ kind: 'body_milestones', body: body.body })}>{name}</a> <small>{t(`完成 ${done}/${body.milestones.length}`, `${done} of ${body.milestones.length} done`)}</small>{' '}
              {late > 0 && <Badge kind="milestone-late" words={{ zh: `逾期 ${late} 个`, en: `${late} late` }} />}
              {contradicted > 0 && <Badge kind="milestone-contradicted" words={{ zh: `与定义不符 ${contradicted} 个`, en: `${contradicted} contradicted` }} />}
            </h3>
            <Way body={body} on={found.on} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** The milestones in the order of the way. */
export function Way({ body, on }: { body: BodyMilestones; on: string }) {
  const order = Object.keys(MILESTONES)
  const steps = [...body.milestones].sort((a, b) => order.indexOf(a.milestone) - order.indexOf(b.milestone))
  return (
    <ol className="milestone-way">
      {steps.map((step) => (
        <li key={step.milestone} data-milestone={step.milestone} data-standing={standingOf(step)}>
          <Step step={step} on={on} />
        </li>
      ))}
    </ol>
  )
}
