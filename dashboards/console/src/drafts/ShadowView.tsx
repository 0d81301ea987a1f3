// 影子运行: what a draft would allege beside what is in force, over the cases since an instant. Nobody was alerted by it.

import { useState } from 'react'

import { namesStore } from '../api/names'
import type { Alert } from '../api/types'
import { casePageHash } from '../cases/routes'
import { LevelBadge } from '../components/pieces'
import { count, full, short } from '../format'
import { Answered, useAsked } from '../lists/asked'
import type { Draft } from '../lists/model'
import { useStore } from '../store'
import { t } from '../words/language'
import { shadow } from './api'
import type { Difference, Picked, ShadowOutcome, Tally } from './model'
import { DIFFERENCES } from './states'

const ALL: Picked = { control_point: '', org: '' }

export function ShadowView({ draft }: { draft: Draft }) {
  const asked = useAsked(`shadow/${draft.id}/${draft.text_sha256}/${draft.shadow?.since ?? ''}`, (signal) => shadow(draft.id, ALL, signal))
  return (
    <div id="shadow">
      <p className="sub">
        {t(
          '影子运行按草案重新判断已有办件，与在用的定义逐条比较，每十分钟一次；只供审核时参考，不发出预警。',
          'The draft is judged beside what is in force, every ten minutes. Nobody is alerted by it.',
        )}
        {draft.shadow && t(` 现自 ${full(draft.shadow.since)} 起运行。`, ` Now running for cases since ${full(draft.shadow.since)}.`)}{' '}
        <button type="button" className="plain" onClick={asked.again}>
          {t('重新读取', 'Read again')}
        </button>
      </p>
      <Answered asked={asked}>
        {(found) => (
          <>
            {found.problem && (
              <p className="refusal" role="alert">
                {t(`${full(found.problem.at)} 未能判断：${found.problem.message}`, `Not judged at ${full(found.problem.at)}: ${found.problem.message}`)}
              </p>
            )}
            {found.outcome ? <Outcome key={found.outcome.judged_at} draft={draft.id} outcome={found.outcome} /> : <p className="nothing">{draft.shadow ? t('尚在判断，请稍后重新读取', 'Not judged yet') : t('没有影子运行的结果', 'No outcome')}</p>}
          </>
        )}
      </Answered>
    </div>
  )
}

function Outcome({ draft, outcome }: { draft: string; outcome: ShadowOutcome }) {
  const names = useStore(namesStore)
  const [picked, setPicked] = useState(ALL)
  const pick = (field: keyof Picked) => (key: string) => setPicked({ ...picked, [field]: picked[field] === key ? '' : key })
  return (
    <>
      <p className="page-told" id="shadow-total">
        {t(
          `${full(outcome.judged_at)} 判断 ${count(outcome.cases)} 件、${count(outcome.events)} 条记录：新增 ${count(outcome.total.raised)}，消失 ${count(outcome.total.withdrawn)}，改变 ${count(outcome.total.changed)}，相同 ${count(outcome.total.same)}`,
          `${count(outcome.cases)} cases: ${outcome.total.raised} raised, ${outcome.total.withdrawn} gone, ${outcome.total.changed} changed, ${outcome.total.same} the same`,
        )}
      </p>
      {outcome.cases_left_out > 0 && <p className="sub">{t(`起点之前已经开始的 ${count(outcome.cases_left_out)} 件未计入`, `${count(outcome.cases_left_out)} cases that began before are left out`)}</p>}
      <Tallies title={t('按监察点', 'By control point')} rows={outcome.by_control_point.map(({ control_point: id, name, tally }) => ({ key: id, name: name || id, tally }))} picked={picked.control_point} pick={pick('control_point')} />
      <Tallies title={t('按机构', 'By body')} rows={outcome.by_org.map(({ org, tally }) => ({ key: org, name: names.org(org), tally }))} picked={picked.org} pick={pick('org')} />
      {outcome.differences.length > 0 && <Examples draft={draft} outcome={outcome} picked={picked} />}
    </>
  )
}

/** Cases that differ: of everything as they came with the outcome, or those of the row that was picked. */
function Examples({ draft, outcome, picked }: { draft: string; outcome: ShadowOutcome; picked: Picked }) {
  const names = useStore(namesStore)
  const of = [picked.control_point && names.controlPoint(picked.control_point), picked.org && names.org(picked.org)].filter(Boolean).join(' · ')
  return (
    <section aria-labelledby="examples-title" id="examples">
      <h3 id="examples-title">
        {t('办件举例', 'Cases')}
        {of && t(`：${of}`, `: ${of}`)} <small>{t('每个监察点每类至多 20 件；点选上表的一行只看该行的', 'at most 20 of each kind at each control point; pick a row above for its own')}</small>
      </h3>
      {of ? <PickedExamples key={of} draft={draft} picked={picked} /> : <DifferenceList differences={outcome.differences} />}
    </section>
  )
}

function PickedExamples({ draft, picked }: { draft: string; picked: Picked }) {
  const asked = useAsked(`examples/${draft}/${picked.control_point}/${picked.org}`, (signal) => shadow(draft, picked, signal))
  return <Answered asked={asked}>{({ outcome }) => <DifferenceList differences={outcome?.differences ?? []} />}</Answered>
}

function DifferenceList({ differences }: { differences: Difference[] }) {
  const names = useStore(namesStore)
  if (differences.length === 0) return <p className="nothing">{t('没有不同的办件', 'No case differs')}</p>
  return (
    <ul className="differences">
      {differences.map((one) => (
        <li key={`${one.source}/${one.case_no}/${one.control_point}/${one.step}/${one.visit}/${one.difference}`} data-difference={one.difference} data-point={one.control_point} data-org={one.org}>
          <b>{t(DIFFERENCES[one.difference].zh, DIFFERENCES[one.difference].en)}</b> <a href={casePageHash(one.source, one.case_no)}>{one.case_no}</a> {names.controlPoint(one.control_point)} · {names.org(one.org)}
          <Side words={t('在用', 'In force')} alert={one.was?.alert} />
          <Side words={t('按草案', 'By the draft')} alert={one.would?.alert} />
        </li>
      ))}
    </ul>
  )
}

function Side({ words, alert }: { words: string; alert: Alert | undefined }) {
  if (!alert) return null
  return (
    <span className="sub">
      {words}：<LevelBadge level={alert.level} /> {alert.message}
      {alert.due_at && t(`（期限 ${short(alert.due_at)}）`, ` (due ${short(alert.due_at)})`)}
    </span>
  )
}

interface TalliesProps {
  title: string
  rows: { key: string; name: string; tally: Tally }[]
  /** The row whose cases are looked at; empty: none. */
  picked: string
  pick: (key: string) => void
}

function Tallies({ title, rows, picked, pick }: TalliesProps) {
  const telling = rows.filter(({ tally }) => tally.raised + tally.withdrawn + tally.changed > 0)
  if (telling.length === 0) return null
  return (
    <div className="cases-scroll">
      <table className="cases-table small-table">
        <caption>{title}</caption>
        <thead>
          <tr>
            {[title, t('新增', 'Raised'), t('消失', 'Gone'), t('改变', 'Changed'), t('相同', 'Same')].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {telling.map(({ key, name, tally }) => (
            <tr key={key}>
              <th scope="row">
                {key === '' ? (
                  name
                ) : (
                  <button type="button" className="row-pick" aria-pressed={key === picked} data-pick={key} onClick={() => pick(key)}>
                    {name}
                  </button>
                )}
              </th>
              <td>{count(tally.raised)}</td>
              <td>{count(tally.withdrawn)}</td>
              <td>{count(tally.changed)}</td>
              <td>{count(tally.same)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
