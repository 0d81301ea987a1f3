// One body's milestones: how it stands at each, what whoever sees to it may tell of it, and everything that was told.

import { useState } from 'react'

import { namesStore } from '../api/names'
import { PrintHere } from '../components/Take'
import { SignForm } from '../drafts/SignForm'
import type { Sending } from '../drafts/api'
import { full } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { listsHash } from '../lists/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { Way } from './MilestonesPage'
import { type Told, milestones, tell } from './api'
import { MILESTONES, type Milestone, type MilestoneCode, type MilestoneRecord, type Milestones } from './model'
import { tellsMilestones } from './rights'

export function BodyMilestonesPage({ body }: { body: string }) {
  const names = useStore(namesStore)
  const asked = useAsked(`milestones/${body}`, (signal) => milestones(body, signal))
  return (
    <article className="milestones">
      <p className="case-back">
        <a href={listsHash({ kind: 'milestones', text: '', late: false })}>{t('← 工作节点', '← Milestones')}</a>
      </p>
      <section className="card cases-found" aria-labelledby="body-title">
        <h2 id="body-title">
          {names.org(body)} <small>{body}</small>
        </h2>
        <PrintHere />
        <Answered asked={asked}>{(found) => <Of body={body} found={found} />}</Answered>
      </section>
    </article>
  )
}

function Of({ body, found }: { body: string; found: Milestones }) {
  const session = useStore(sessionStore)
  const [now, setNow] = useState(found)
  const [own] = now.bodies
  if (!own) return <p className="nothing">{t('没有这个机构', 'There is no such body')}</p>
  return (
    <div id="body-milestones" data-body={body}>
      <Way body={own} on={now.on} />
      {tellsMilestones(session) && <Acts body={body} on={now.on} milestones={own.milestones} changed={setNow} />}
      <h3>{t('登记记录', 'What was told')}</h3>
      <Records records={own.history} />
    </div>
  )
}

type ActName = 'due' | 'done' | 'undone'

const ACTS: [ActName, string, string][] = [
  ['due', '登记期限', 'Set a due date'],
  ['done', '登记完成', 'Tell it done'],
  ['undone', '撤回完成', 'Take it back'],
]

function Acts({ body, on, milestones: all, changed }: { body: string; on: string; milestones: Milestone[]; changed: (found: Milestones) => void }) {
  const [chosen, choose] = useState<ActName | null>(null)
  const act = ACTS.find(([name]) => name === chosen)
  return (
    <div className="draft-acts">
      <div className="act-buttons" role="group" aria-label={t('办理', 'Acts')}>
        {ACTS.filter(([name]) => name !== 'undone' || all.some((one) => one.done_on !== null)).map(([name, zh, en]) => (
          <button key={name} type="button" className="plain" data-act={name} aria-pressed={name === chosen} onClick={() => choose(name === chosen ? null : name)}>
            {t(zh, en)}
          </button>
        ))}
      </div>
      {act && (
        <ActForm
          key={act[0]}
          name={act[0]}
          words={t(act[1], act[2])}
          body={body}
          on={on}
          offered={act[0] === 'undone' ? all.filter((one) => one.done_on !== null) : all}
          done={(found) => {
            choose(null)
            changed(found)
          }}
        />
      )}
    </div>
  )
}

interface FormProps {
  name: ActName
  words: string
  body: string
  /** The platform's today: nothing is done later. */
  on: string
  /** Milestones that it can be told of. */
  offered: Milestone[]
  done: (found: Milestones) => void
}

function ActForm({ name, words, body, on, offered, done }: FormProps) {
  const first = offered.find((one) => !one.done) ?? offered[0]
  const [milestone, setMilestone] = useState<MilestoneCode | undefined>(first?.milestone)
  const [day, setDay] = useState(name === 'done' ? on : '')
  const told: Told = name === 'undone' ? { undone: true } : name === 'due' ? { due: day } : { done: day }
  const submit = async (sending: Sending) => {
    if (milestone) done(await tell(body, milestone, told, sending))
  }
  return (
    <SignForm act={words} disabled={!milestone} content={() => `${name}/${milestone ?? ''}/${day}`} submit={submit}>
      <label>
        <span>{t('节点', 'Milestone')}</span>
        <select name="milestone" value={milestone} onChange={(e) => setMilestone(e.target.value as MilestoneCode)}>
          {offered.map((one) => (
            <option key={one.milestone} value={one.milestone}>
              {say(MILESTONES[one.milestone] ?? { zh: one.name })}
            </option>
          ))}
        </select>
      </label>
      {name !== 'undone' && (
        <label>
          <span>{name === 'due' ? t('应当完成的日期', 'To be done by') : t('完成的日期', 'Done on')}</span>
          <input type="date" name="day" required max={name === 'done' ? on : undefined} value={day} onChange={(e) => setDay(e.target.value)} />
        </label>
      )}
    </SignForm>
  )
}

function Records({ records }: { records: MilestoneRecord[] }) {
  if (records.length === 0) return <p className="nothing">{t('还没有登记：以上从在用的定义得出', 'Nothing was told: the above follows from the definitions in force')}</p>
  return (
    <ol className="history records" id="milestone-records">
      {records.map((record, place) => ({ record, key: `${place}/${record.at}` })).reverse().map(({ record, key }) => (
        <li key={key}>
          <time>{full(record.at)}</time>
          <div>
            <b>{say(MILESTONES[record.milestone])}</b> {said(record)}
            <span className="sub">
              {[record.who.body, record.who.office, record.who.person].filter(Boolean).join(' ')} · {record.why}
            </span>
          </div>
        </li>
      ))}
    </ol>
  )
}

function said({ act }: MilestoneRecord) {
  switch (act.what) {
    case 'planned':
      return t(`期限定为 ${act.due}`, `due ${act.due}`)
    case 'done':
      return t(`${act.on} 完成`, `done on ${act.on}`)
    case 'undone':
      return t('撤回完成', 'not done after all')
  }
}
