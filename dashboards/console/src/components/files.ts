// Tables as files: CSV that spreadsheets read as it is, and XLSX.

export type Cell = string | number | null

export interface Sheet {
  head: string[]
  /** Which columns hold shares, told as fractions. */
  shares?: boolean[]
  body: Cell[][]
  /** What was asked for; it stands under the table. */
  notes: string[]
}

/** A text that a spreadsheet would calculate is not one: what departments wrote is never run. */
const CALCULATED = /^[=+\-@\t\r]/

/** With the mark by which spreadsheets know UTF-8. */
export function csvOf({ head, body, notes }: Sheet): string {
  const lines = [head, ...body, ...(notes.length > 0 ? [[]] : []), ...notes.map((note) => [note])]
  return `\ufeff${lines.map((line) => line.map(field).join(',')).join('\r\n')}\r\n`
}

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const text = CALCULATED.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const WIDTH = { least: 10, most: 40 }

/** What writes workbooks comes with the first that is asked for. */
export async function xlsxOf({ head, shares = [], body, notes }: Sheet): Promise<Blob> {
  const { default: write } = await import('write-excel-file/browser')
  const rows = [
    head.map((value) => ({ value, fontWeight: 'bold' as const, wrap: true })),
    ...body.map((line) => line.map((cell, place) => (typeof cell === 'number' ? { value: cell, type: Number, ...(shares[place] && { format: '0.0%' }) } : { value: cell ?? '', type: String }))),
    [],
    ...notes.map((note) => [{ value: note, type: String }]),
  ]
  const columns = head.map((_, place) => ({ width: Math.min(WIDTH.most, Math.max(WIDTH.least, ...[head, ...body].map((line) => widthOf(line[place] ?? null) + 2))) }))
  return write(rows, { columns, stickyRowsCount: 1 }).toBlob()
}

/** Before what Chinese is written with. */
const LAST_NARROW = 0x2e7f

/** In characters; a Chinese one is as wide as two. */
const widthOf = (cell: Cell) => [...String(cell ?? '')].reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) > LAST_NARROW ? 2 : 1), 0)

/** Hands a file to the browser. */
export function save(file: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
