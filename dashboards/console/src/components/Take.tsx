// A table taken along: as CSV, as a workbook, or on paper.

import { useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

import { inEnglish } from '../api/client'
import { clock } from '../api/clock'
import { full, inZoneOf } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { type Sheet, csvOf, save, xlsxOf } from './files'
import { type Asked, type Column, cutText, notesOf, sheetOf } from './sheet'
import { type Page, whole } from './whole'

interface Props {
  /** Of the file, without its ending. */
  name: string
  /** What the table is called, for those who hear the button. */
  of: string
  /** `told` hears how many rows were read so far. */
  sheet: (told: (rows: number) => void, signal: AbortSignal) => Sheet | Promise<Sheet>
  /** What to say of a file that was made. */
  said?: string | null
}

const FORMATS = { csv: 'CSV', xlsx: 'Excel' } as const
type Format = keyof typeof FORMATS

export function Take({ name, of, sheet, said = null }: Props) {
  const [taking, setTaking] = useState<Format | null>(null)
  const [rows, setRows] = useState(0)
  const [failed, setFailed] = useState<string | null>(null)
  const asked = useRef<AbortController | null>(null)
  // Whoever has left the page waits for no file of it.
  useEffect(() => () => asked.current?.abort(), [])
  const take = async (format: Format) => {
    const { signal } = (asked.current = new AbortController())
    setTaking(format)
    setRows(0)
    setFailed(null)
    try {
      const table = await sheet(setRows, signal)
      const file = format === 'csv' ? new Blob([csvOf(table)], { type: 'text/csv;charset=utf-8' }) : await xlsxOf(table)
      if (!signal.aborted) save(file, `${name}.${format}`)
    } catch (error) {
      const why = error instanceof Error ? t(error.message, inEnglish(error)) : ''
      if (!signal.aborted) setFailed(t('导出中断，请重试', 'The export broke off; try again') + (why && t(`：${why}`, `: ${why}`)))
    }
    setTaking(null)
  }
  return (
    <span className="take">
      {failed && <span role="alert">{failed}</span>}
      {!failed && taking === null && said && <span role="status">{said}</span>}
      {(Object.keys(FORMATS) as Format[]).map((format) => (
        <button key={format} type="button" className="plain" data-format={format} disabled={taking !== null} aria-label={t(`导出${of} ${FORMATS[format]}`, `Export ${of} as ${FORMATS[format]}`)} onClick={() => void take(format)}>
          {taking !== format ? t(`导出 ${FORMATS[format]}`, `Export ${FORMATS[format]}`) : rows > 0 ? t(`正在导出，已读 ${rows} 行…`, `Exporting, ${rows} rows read…`) : t('正在导出…', 'Exporting…')}
        </button>
      ))}
    </span>
  )
}

interface ListProps<R> {
  name: string
  of: string
  /** Stands in the file's rows; the words are asked for when it is made. */
  columns: () => Column<R>[]
  /** A page of it, as the list on the page is read. */
  read: (cursor: string | null, signal: AbortSignal) => Page<R> | Promise<Page<R>>
  /** What was looked for. */
  asked?: Asked[]
}

/** A list taken along to its end, or as far as a file goes; and on paper, as far as it is shown. */
export function TakeList<R>({ name, of, columns, read, asked = [] }: ListProps<R>) {
  const { person } = useStore(sessionStore)
  const [said, say] = useState<string | null>(null)
  const sheet = async (told: (rows: number) => void, signal: AbortSignal) => {
    const found = await whole(async (cursor) => read(cursor, signal), told)
    say(found.cut ? cutText(found.rows.length) : null)
    return sheetOf(columns(), found, notesOf(asked, person))
  }
  return (
    <div className="take-list">
      <Take name={name} of={of} sheet={sheet} said={said} />
      <PrintHere asked={asked} />
    </div>
  )
}

/** Rows that are all on the page. */
export const allOf = <R,>(rows: readonly R[]): Page<R> => ({ rows: [...rows], next: null })

export function Print() {
  return (
    <button type="button" className="plain" id="print" onClick={() => window.print()}>
      {t('打印', 'Print')}
    </button>
  )
}

/** Prints the page, which says on paper what was asked for, when, and by whom. */
export function PrintHere({ asked = [] }: { asked?: Asked[] }) {
  const { person } = useStore(sessionStore)
  const [at, setAt] = useState<string | null>(null)
  useEffect(() => {
    // Whether by the button or by the browser's own menu.
    const now = () => {
      const [millis, printed] = [clock.now(), clock.printed()]
      if (millis !== null && printed !== null) setAt(full(inZoneOf(printed, millis)))
    }
    // The sheet is taken as soon as this returns.
    const before = () => flushSync(now)
    now()
    window.addEventListener('beforeprint', before)
    return () => window.removeEventListener('beforeprint', before)
  }, [])
  const given = asked.filter(([, value]) => value !== '').map(([field, value]) => `${field}${t('：', ': ')}${value}`)
  const told = [...given, at && t(`平台时间 ${at}`, `Platform time ${at}`), person && t(`打印人 ${person.name || person.account}`, `Printed by ${person.name || person.account}`)].filter(Boolean)
  return (
    <>
      <Print />
      <p className="on-paper print-told">{told.join(t('；', '; '))}</p>
    </>
  )
}
