// What one backtest found: by rule, by item, and in cases.

import { namesStore } from '../api/names'
import { casePageHash } from '../cases/routes'
import { LevelBadge } from '../components/pieces'
import { count, short } from '../format'
import { useStore } from '../store'
import { t } from '../words/language'
import { LEVELS } from '../words/codes'
import { totalWords } from './backtests'
import type { BacktestExample, BacktestFound, BacktestTally } from './model'
import { DIFFERENCES } from './states'

export function BacktestFindings({ found }: { found: BacktestFound }) {
  const names = useStore(namesStore)
  const points = found.by_control_point.map(({ control_point: id, name, rule, tally }) => ({ key: id, name: `${name || names.controlPoint(id)}${rule && ` ${rule}`}`, tally }))
  const items = found.by_item.map(({ item_code: code, tally }) => ({ key: code, name: names.item(code), tally }))
  return (
    <>
      <p className="page-told" id="backtest-total">
        {t(`判断 ${count(found.cases)} 件、${count(found.events)} 条记录：`, `${count(found.cases)} cases, ${count(found.events)} records: `)}
        {totalWords(found.total)}
      </p>
      {found.level_changes.length > 0 && (
        <p className="sub" id="backtest-levels">
          {t('级别改变：', 'Levels: ')}
          {found.level_changes.map(({ was, would, alerts }) => t(`${LEVELS[was].zh} → ${LEVELS[would].zh} ${count(alerts)} 条`, `${LEVELS[was].en} → ${LEVELS[would].en} ${count(alerts)}`)).join(t('；', '; '))}
        </p>
      )}
      {found.cases_left_out > 0 && <p className="sub">{t(`起点之前已经开始的 ${count(found.cases_left_out)} 件未计入`, `${count(found.cases_left_out)} cases that began before are left out`)}</p>}
      {found.unjudged_conditions > 0 && <p className="sub">{t(`草案的条件有 ${count(found.unjudged_conditions)} 次因缺少取值未能判断`, `${count(found.unjudged_conditions)} conditions lacked a value`)}</p>}
      <Tallies title={t('按监察点（规则）', 'By control point and rule')} rows={points} leftOut={found.control_points_left_out} />
      <Tallies title={t('按事项', 'By item')} rows={items} leftOut={found.items_left_out} />
      {found.examples.length > 0 && <Examples found={found} />}
    </>
  )
}

function Examples({ found }: { found: BacktestFound }) {
  const names = useStore(namesStore)
  return (
    <section aria-labelledby="backtest-examples-title" id="backtest-examples">
      <h3 id="backtest-examples-title">
        {t('办件举例', 'Cases')} <small>{found.examples_left_out > 0 ? t(`另有 ${count(found.examples_left_out)} 条不同的未列出`, `${count(found.examples_left_out)} more that differ`) : t('不同的都在这里', 'All that differ')}</small>
      </h3>
      <ul className="differences">
        {found.examples.map((one) => (
          <li key={`${one.source}/${one.case_no}/${one.control_point}/${one.step}/${one.visit}`} data-difference={one.difference} data-point={one.control_point}>
            <b>{t(DIFFERENCES[one.difference].zh, DIFFERENCES[one.difference].en)}</b> <a href={casePageHash(one.source, one.case_no)}>{one.case_no}</a> {names.controlPoint(one.control_point)}
            <Side words={t('在用', 'In force')} stands={one.was} />
            <Side words={t('按草案', 'By the draft')} stands={one.would} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Side({ words, stands }: { words: string; stands: BacktestExample['was'] }) {
  if (!stands) return null
  return (
    <span className="sub">
      {words}：<LevelBadge level={stands.level} /> {stands.due_at && t(`期限 ${short(stands.due_at)}`, `due ${short(stands.due_at)}`)}
      {stands.completed_at && t(`，办结 ${short(stands.completed_at)}`, `, done ${short(stands.completed_at)}`)}
    </span>
  )
}

interface TalliesProps {
  title: string
  rows: { key: string; name: string; tally: BacktestTally }[]
  leftOut: number
}

function Tallies({ title, rows, leftOut }: TalliesProps) {
  const telling = rows.filter(({ tally }) => tally.raised + tally.withdrawn + tally.changed > 0)
  if (telling.length === 0) return null
  return (
    <div className="cases-scroll">
      <table className="cases-table small-table">
        <caption>
          {title}
          {leftOut > 0 && t(`（另有 ${count(leftOut)} 项未列出，已计入合计）`, ` (${count(leftOut)} more, in the total)`)}
        </caption>
        <thead>
          <tr>
            {[title, t('新增', 'Raised'), t('消失', 'Gone'), t('改变', 'Changed'), t('其中级别', 'Level'), t('相同', 'Same')].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {telling.map(({ key, name, tally }) => (
            <tr key={key} data-key={key}>
              <th scope="row">{name}</th>
              <td>{count(tally.raised)}</td>
              <td>{count(tally.withdrawn)}</td>
              <td>{count(tally.changed)}</td>
              <td>{count(tally.level_changed)}</td>
              <td>{count(tally.same)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
