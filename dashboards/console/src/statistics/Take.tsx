// A table taken along: as CSV, as a workbook, or on paper.

import { useState } from 'react'

import { t } from '../words/language'
import { type Sheet, csvOf, save, xlsxOf } from './files'

interface Props {
  /** Of the file, without its ending. */
  name: string
  /** What the table is called, for those who hear the button. */
  of: string
  sheet: () => Sheet | Promise<Sheet>
}

const FORMATS = { csv: 'CSV', xlsx: 'Excel' } as const
type Format = keyof typeof FORMATS

export function Take({ name, of, sheet }: Props) {
  const [taking, setTaking] = useState<Format | null>(null)
  const [failed, setFailed] = useState(false)
  const take = async (format: Format) => {
    setTaking(format)
    setFailed(false)
    try {
      const table = await sheet()
      save(format === 'csv' ? new Blob([csvOf(table)], { type: 'text/csv;charset=utf-8' }) : await xlsxOf(table), `${name}.${format}`)
    } catch {
      setFailed(true)
    }
    setTaking(null)
  }
  return (
    <span className="take">
      {failed && <span role="alert">{t('导出中断，请重试', 'The export broke off; try again')}</span>}
      {(Object.keys(FORMATS) as Format[]).map((format) => (
        <button key={format} type="button" className="plain" data-format={format} disabled={taking !== null} aria-label={t(`导出${of} ${FORMATS[format]}`, `Export ${of} as ${FORMATS[format]}`)} onClick={() => void take(format)}>
          {taking === format ? t('正在导出…', 'Exporting…') : t(`导出 ${FORMATS[format]}`, `Export ${FORMATS[format]}`)}
        </button>
      ))}
    </span>
  )
}

export function Print() {
  return (
    <button type="button" className="plain" id="print" onClick={() => window.print()}>
      {t('打印', 'Print')}
    </button>
  )
}
