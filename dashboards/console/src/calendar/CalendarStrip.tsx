// Months of day squares, with what they say in one line above and the reasons below.

import { type ReactNode, useState } from 'react'

import type { DayVerdict } from '../api/types'
import { Both } from '../components/pieces'
import { VERDICTS, type Words } from '../words/codes'
import { say, t } from '../words/language'
import { type Cell, type Month, type Strip, cellText, dayWords } from './strip'

/** Monday to Sunday: what stands over a column, and what it is called. */
const WEEK: [string, string, string][] = [
  ['一', 'Mo', 'Monday'],
  ['二', 'Tu', 'Tuesday'],
  ['三', 'We', 'Wednesday'],
  ['四', 'Th', 'Thursday'],
  ['五', 'Fr', 'Friday'],
  ['六', 'Sa', 'Saturday'],
  ['日', 'Su', 'Sunday'],
]

/** More months than this are folded in the middle. */
const MONTHS_MAX = 6
const FIRST_SHOWN = 2
const LAST_SHOWN = 3

interface Props {
  strip: Strip
  /** What it is the account of, for those who hear the page. */
  label: string
  id?: string
}

export function CalendarStrip({ strip, label, id }: Props) {
  const [whole, showWhole] = useState(false)
  const { months } = strip
  const folded = !whole && months.length > MONTHS_MAX
  const shown = folded ? [...months.slice(0, FIRST_SHOWN), ...months.slice(-LAST_SHOWN)] : months
  return (
    <div className="strip" id={id} role="group" aria-label={label}>
      <div className="strip-months">
        {shown.map((month, place) => (
          <MonthTable key={month.id} month={month}>
            {folded && place === FIRST_SHOWN - 1 && (
              <button type="button" className="plain strip-more" onClick={() => showWhole(true)}>
                {t(`展开中间 ${months.length - shown.length} 个月`, `Show ${months.length - shown.length} months between`)}
              </button>
            )}
          </MonthTable>
        ))}
      </div>
      {strip.undrawn > 0 && <p className="strip-undrawn">{t(`此后又超期 ${strip.undrawn} 日，不再逐日画出`, `${strip.undrawn} more days overdue are not drawn`)}</p>}
      <Reasons strip={strip} />
      <Legend months={months} />
    </div>
  )
}

function MonthTable({ month, children }: { month: Month; children?: ReactNode }) {
  const [year, number] = month.id.split('-').map(Number)
  return (
    <div className="strip-month">
      <table className="strip-table">
        <caption>
          {t(`${year}年${number}月`, month.id)}
        </caption>
        <thead>
          <tr>
            {WEEK.map(([zh, en, long]) => (
              <th key={zh} scope="col" abbr={t(`星期${zh}`, long)}>
                {t(zh, en)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {month.weeks.map((week, place) => (
            <tr key={place}>{week.map((cell, at) => (cell ? <DaySquare key={at} cell={cell} /> : <td key={at} className="outside" />))}</tr>
          ))}
        </tbody>
      </table>
      {children}
    </div>
  )
}

function DaySquare({ cell }: { cell: Cell }) {
  const classes = [
    cell.verdict ? `verdict-${cell.verdict}` : cell.over > 0 ? 'over-day' : 'unsaid-day',
    cell.dues.length > 0 && 'due-day',
    cell.done && 'done-day',
    cell.idle && 'idle-day',
  ]
  const text = cellText(cell)
  return (
    <td className={classes.filter(Boolean).join(' ')} title={text}>
      <span className="unseen">{text}</span>
      <span aria-hidden="true">
        <span className="day-date">{Number(cell.date.slice(8))}</span>
        <b className="day-said">{said(cell)}</b>
        {cell.dues.length > 0 && <i className="day-due">{cell.dues.map(dueTag).join('')}{t('满', '◂')}</i>}
        {cell.done && <i className="day-done">{t('办', '✓')}</i>}
      </span>
    </td>
  )
}

/** What stands large in the square: the day's number where it counts, else one word. */
function said(cell: Cell) {
  if (cell.over > 0) return t(`超${cell.over}`, `+${cell.over}`)
  if (cell.counts && cell.verdict === 'make_up_working_day') return t(`${cell.counted}班`, String(cell.counted))
  if (cell.counts) return String(cell.counted)
  return cell.verdict ? say(VERDICTS[cell.verdict].short) : ''
}

/** The first character tells 法定 from 承诺. */
const dueTag = (label: string) => label.slice(0, 1)

function Reasons({ strip }: { strip: Strip }) {
  if (strip.reasons.length === 0) return null
  return (
    <ul className="strip-reasons">
      {strip.reasons.map(({ from, to, verdict, note }) => (
        <li key={from}>
          <span className={`swatch verdict-${verdict}`} aria-hidden="true" />
          {from === to ? dayWords(from) : t(`${dayWords(from)}至${dayWords(to)}`, `${dayWords(from)} to ${dayWords(to)}`)} {say(VERDICTS[verdict])}
          {note && `${t('：', ': ')}${note}`}
        </li>
      ))}
    </ul>
  )
}

function Legend({ months }: { months: Month[] }) {
  const cells = months.flatMap((month) => month.weeks.flat()).filter((cell) => cell !== null)
  const present = (Object.keys(VERDICTS) as DayVerdict[]).filter((code) => cells.some((cell) => cell.verdict === code))
  const marks: [boolean, string, Words][] = [
    [cells.some((c) => c.dues.length > 0), 'due-day', { zh: '期限届满日', en: 'due' }],
    [cells.some((c) => c.over > 0), 'over-day', { zh: '超期（自然日）', en: 'overdue' }],
    [cells.some((c) => c.done), 'done-day', { zh: '办结日', en: 'done' }],
    [cells.some((c) => c.idle), 'idle-day', { zh: '办结之后', en: 'after it was done' }],
  ]
  return (
    <ul className="legend" aria-label={t('图例', 'Legend')}>
      {present.map((code) => (
        <li key={code}>
          <span className={`swatch verdict-${code}`} aria-hidden="true" />
          <Both words={VERDICTS[code]} />
        </li>
      ))}
      {marks
        .filter(([is]) => is)
        .map(([, kind, words]) => (
          <li key={kind}>
            <span className={`swatch ${kind}`} aria-hidden="true" />
            <Both words={words} />
          </li>
        ))}
    </ul>
  )
}
