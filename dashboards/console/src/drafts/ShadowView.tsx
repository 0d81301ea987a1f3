// 影子运行: what a draft would allege beside what is in force, over the cases since an instant. Nobody was alerted by it.

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
import type { Difference, ShadowOutcome, Tally } from './model'

const DIFFERENCES: Record<Difference['difference'], { zh: string; en: string }> = {
  raised: { zh: '将新增', en: 'Would be raised' },
  withdrawn: { zh: '将消失', en: 'Would be gone' },
  changed: { zh: '将改变', en: 'Would change' },
}

export function ShadowView({ draft }: { draft: Draft }) {
  const asked = useAsked(`shadow/${draft.id}/${draft.text_sha256}/${draft.shadow?.since ?? ''}`, (signal) => shadow(draft.id, signal))
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
            {found.outcome ? <Outcome outcome={found.outcome} /> : <p className="nothing">{draft.shadow ? t('尚在判断，请稍后重新读取', 'Not judged yet') : t('没有影子运行的结果', 'No outcome')}</p>}
          </>
        )}
      </Answered>
    </div>
  )
}

function Outcome({ outcome }: { outcome: ShadowOutcome }) {
  const names = useStore(namesStore)
  return (
    <>
      <p className="page-told" id="shadow-total">
        {t(
          `${full(outcome.judged_at)} 判断 ${count(outcome.cases)} 件、${count(outcome.events)} 条记录：新增 ${count(outcome.total.raised)}，消失 ${count(outcome.total.withdrawn)}，改变 ${count(outcome.total.changed)}，相同 ${count(outcome.total.same)}`,
          `${count(outcome.cases)} cases: ${outcome.total.raised} raised, ${outcome.total.withdrawn} gone, ${outcome.total.changed} changed, ${outcome.total.same} the same`,
        )}
      </p>
      {outcome.cases_left_out > 0 && <p className="sub">{t(`起点之前已经开始的 ${count(outcome.cases_left_out)} 件未计入`, `${count(outcome.cases_left_out)} cases that began before are left out`)}</p>}
      <Tallies title={t('按监察点', 'By control point')} rows={outcome.by_control_point.map(({ control_point: id, name, tally }) => ({ key: id, name: name || id, tally }))} />
      <Tallies title={t('按机构', 'By body')} rows={outcome.by_org.map(({ org, tally }) => ({ key: org, name: names.org(org), tally }))} />
      {outcome.differences.length > 0 && (
        <ul className="differences">
          {outcome.differences.map((one) => (
            <li key={`${one.source}/${one.case_no}/${one.control_point}/${one.step}/${one.difference}`}>
              <b>{t(DIFFERENCES[one.difference].zh, DIFFERENCES[one.difference].en)}</b> <a href={casePageHash(one.source, one.case_no)}>{one.case_no}</a> {names.controlPoint(one.control_point)}
              <Side words={t('在用', 'In force')} alert={one.was?.alert} />
              <Side words={t('按草案', 'By the draft')} alert={one.would?.alert} />
            </li>
          ))}
        </ul>
      )}
    </>
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

function Tallies({ title, rows }: { title: string; rows: { key: string; name: string; tally: Tally }[] }) {
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
              <th scope="row">{name}</th>
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
