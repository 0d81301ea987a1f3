// A list as a sheet: what stands in which column, and under it what was asked for, by whom, and when.

import { clock } from '../api/clock'
import { full, inZoneOf } from '../format'
import type { Person } from '../people/session'
import { t } from '../words/language'
import type { Cell, Sheet } from './files'
import type { Whole } from './whole'

/** Its name, and what a row has in it. */
export type Column<R> = [name: string, of: (row: R) => Cell]

/** A field of a search and what was looked for in it; empty where it was not looked at. */
export type Asked = [field: string, value: string]

export function sheetOf<R>(columns: Column<R>[], { rows, cut }: Whole<R>, notes: string[]): Sheet {
  return {
    head: columns.map(([name]) => name),
    body: rows.map((row) => columns.map(([, of]) => of(row))),
    notes: [...notes, ...(cut ? [cutText(rows.length)] : [])],
  }
}

export const cutText = (rows: number) => t(`只含前 ${rows} 行，后面还有；请缩小范围后再导出`, `Only the first ${rows} rows, there are more: narrow the search and export again`)

/** What was asked for, and when and by whom it was taken. */
export function notesOf(asked: Asked[], person: Person | null): string[] {
  const given = asked.filter(([, value]) => value !== '')
  const [now, printed] = [clock.now(), clock.printed()]
  return [
    given.length > 0 ? given.map(([field, value]) => `${field}${t('：', ': ')}${value}`).join(t('；', '; ')) : t('范围：全部', 'Everything'),
    ...(now !== null && printed !== null ? [t('平台时间：', 'Platform time: ') + full(inZoneOf(printed, now))] : []),
    ...(person ? [t('导出人：', 'Taken by: ') + (person.name || person.account)] : []),
  ]
}
