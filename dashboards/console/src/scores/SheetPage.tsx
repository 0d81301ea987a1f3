// One sheet: each part with its items, each item with how it was reckoned and the rows behind it; marks by hand with their appeals; totals so far.

import { namesStore } from '../api/names'
import { casePageHash } from '../cases/routes'
import { PrintHere } from '../components/Take'
import { Badge, Both, LevelBadge } from '../components/pieces'
import { full } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { alertHash } from '../panel/routes'
import type { Level } from '../api/types'
import { seesCases, sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type History, type Item, type One, type Row, type Sheet, readHistory, readSheet } from './api'
import { Marks } from './Marks'
import { type SheetPlace, scoresHash, sheetHash } from './routes'
import { GRADES, signed, unranked } from './words'

export function SheetPage({ place }: { place: SheetPlace }) {
  const asked = useAsked(sheetHash(place), (signal) => readSheet(place, signal))
  const back = { model: place.model, period: place.period, region: '', org: place.office || place.officer ? place.body : '' }
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={scoresHash(back)}>{t('← 效能评估', '← Scores')}</a>
      </p>
      <Answered asked={asked}>{(one) => <Whole one={one} place={place} again={asked.again} />}</Answered>
    </main>
  )
}

function Whole({ one, place, again }: { one: One; place: SheetPlace; again(): void }) {
  const { sheet, model, period } = one
  return (
    <>
      <section className="card cases-found score-sheet" aria-labelledby="sheet-title" data-body={sheet.body} data-total={sheet.total}>
        <div className="score-head">
          <div>
            <h2 id="sheet-title">{sheet.name}</h2>
            <PrintHere />
            <p className="sub">
              {sheet.body_name !== sheet.name && sheet.body_name && `${sheet.body_name} · `}
              {t(model.name, model.name_en ?? model.name)} · {period.label}
              {period.running && t('（期间未满）', ' (not over)')}
            </p>
          </div>
          <p className="score-total">
            <b id="score-total">{sheet.total}</b>
            <span>
              / {model.full} <Badge kind={`grade-${sheet.grade}`} words={GRADES[sheet.grade]} />
            </span>
          </p>
        </div>
        <p className="sub">
          {sheet.rank === null
            ? sheet.unranked === 'base_small'
              ? t(`受理 ${sheet.base ?? 0} 件，不足 ${model.min_base} 件，不排名、不按公式计分`, `${sheet.base ?? 0} accepted, fewer than ${model.min_base}: no rank, no marks by formula`)
              : unranked(sheet).map(say).join(t('；', '; '))
            : t(`${sheet.class?.name ?? ''}第 ${sheet.rank} 名（共 ${sheet.ranked} 个参加排名）`, `${sheet.rank} of ${sheet.ranked}`)}
          {sheet.factor !== 1 && t(` · 合计 ${sheet.sum} × 折合系数 ${sheet.factor}`, ` · ${sheet.sum} × ${sheet.factor}`)}
          {` · ${t('截至', 'as of')} ${full(one.as_of)}`}
        </p>
        {sheet.parts.map((part) => (
          <section key={part.id} className="score-part" aria-label={part.name} data-part={part.id}>
            <h3>
              {part.name}{' '}
              <span className={part.score < part.points ? 'score-of less' : 'score-of'}>
                {part.score} / {part.points}
              </span>
            </h3>
            {part.items.length === 0 && <p className="sub">{t('本部分没有考评项', 'Nothing bears on this part')}</p>}
            {part.items.map((item) => (
              <ItemOf key={item.id} item={item} sheet={sheet} standard={standardOf(one, item.id)} />
            ))}
          </section>
        ))}
        {sheet.bonuses.length > 0 && (
          <section className="score-part" aria-label={t('奖励', 'Bonuses')}>
            <h3>
              <Both words={{ zh: '奖励', en: 'Bonuses' }} /> <span className="score-of">{signed(sheet.bonus)}</span>
            </h3>
            {sheet.bonuses.map((item) => (
              <ItemOf key={item.id} item={item} sheet={sheet} standard={standardOf(one, item.id)} />
            ))}
          </section>
        )}
      </section>
      <Marks one={one} place={place} again={again} />
      <HistoryOf place={place} year={period.code.slice(0, 'yyyy'.length)} />
    </>
  )
}

function standardOf({ model }: One, id: string): string | null {
  const items = model.parts.flatMap((part) => part.items)
  return items.find((item) => item.id === id)?.standard ?? model.bonuses.find((bonus) => bonus.id === id)?.standard ?? null
}

function ItemOf({ item, sheet, standard }: { item: Item; sheet: Sheet; standard: string | null }) {
  const groups: [string, Row[], string][] = [
    ['rows', item.rows, t('计分的', 'Taken into account')],
    ['open', item.open, t('尚无结论，未计分', 'Undecided, not counted')],
    ['appealed', item.appealed, t('申诉中，未计分', 'Under appeal, not counted')],
    ['excused', item.excused, t('不属主观责任，不计分', 'No fault of theirs, not counted')],
  ]
  const told = groups.filter(([, rows]) => rows.length > 0)
  return (
    <div className="score-item" data-item={item.id}>
      <p>
        <b>{item.name}</b> <span className={item.marks < 0 ? 'score-marks less' : 'score-marks'}>{signed(item.marks)}</span>
        {item.held && <span className="sub"> {t('（受限额约束）', ' (held by its limit)')}</span>}
      </p>
      <p className="sub">
        {item.formula}
        {standard && ` · ${standard}`}
      </p>
      {told.map(([group, rows, called]) => (
        <details key={group} className="score-rows" data-group={group} open={group === 'rows'}>
          <summary>
            {called} {rows.length}
          </summary>
          <ul>
            {rows.map((row) => (
              <RowOf key={row.id} row={row} sheet={sheet} />
            ))}
          </ul>
        </details>
      ))}
    </div>
  )
}

function RowOf({ row, sheet }: { row: Row; sheet: Sheet }) {
  const opens = seesCases(useStore(sessionStore))
  const caseText = row.source && opens ? <a href={casePageHash(row.source, row.case_no)}>{row.case_no}</a> : row.case_no
  return (
    <li>
      {caseText}
      {row.alerts.map((id) => {
        const alert = sheet.alerts[id]
        if (!alert) return null
        const words = `${alert.rule}${alert.rule_name ? ` ${alert.rule_name}` : ''}`
        return (
          <span key={id} className="score-alert">
            <LevelBadge level={alert.level as Level} /> {opens ? <a href={alertHash(id)}>{words}</a> : words}
          </span>
        )
      })}
      {row.alerts.length === 0 && <span className="sub">{t('没有发出预警', 'no alert went out')}</span>}
    </li>
  )
}

function HistoryOf({ place, year }: { place: SheetPlace; year: string }) {
  useStore(namesStore)
  const asked = useAsked(`${sheetHash(place)} ${year}`, (signal) => readHistory(place, year, signal))
  return (
    <section className="card cases-found" aria-labelledby="history-title">
      <h3 id="history-title">
        <Both words={{ zh: '历次得分', en: 'Scores so far' }} />
      </h3>
      <Answered asked={asked}>{(history) => <HistoryTable history={history} place={place} />}</Answered>
    </section>
  )
}

function HistoryTable({ history, place }: { history: History; place: SheetPlace }) {
  return (
    <>
      <ol className="score-history">
        {history.periods.map((one) => (
          <li key={one.period} aria-current={one.period === place.period}>
            <a href={sheetHash({ ...place, period: one.period })}>{one.label}</a> <b>{one.total}</b> <span className="sub">{one.running ? t('未满', 'runs') : say(GRADES[one.grade])}</span>
          </li>
        ))}
      </ol>
      <p className="sub">
        {history.mean === null
          ? t('还没有结束的期间', 'No period is over yet')
          : t(`${history.label}已结束各期平均 ${history.mean}（${history.grade ? say(GRADES[history.grade]) : ''}）`, `Mean of the periods over: ${history.mean}`)}
      </p>
    </>
  )
}
