// What the tiles and the table by body show, from `/api/v1/counts`. Every number can be reproduced from the list: a tile or a body pressed
// is the list's filter.

import type { Names } from '../api/names'
import type { Counts, Level, Status } from '../api/types'
import { count } from '../format'
import { LEVELS, STATUSES, type Words, toReview } from '../words/codes'
import { say, t } from '../words/language'
import type { Filter } from './list-model'

export interface Tile {
  id: string
  words: Words
  value: number
  note: string
  filter?: Partial<Filter>
}

type Row = Counts['alerts'][number]

const sum = (rows: { alerts: number }[]) => rows.reduce((total, row) => total + row.alerts, 0)

export const NO_COUNTS: Counts = { alerts: [], by_org: [], by_region: [], cases: 0, cases_open: 0, received_hour: 0, closed_hour: 0 }

export function tilesOf(counts: Counts): Tile[] {
  const standing = counts.alerts.filter((row) => STATUSES[row.status].open)
  const by = (status: Status, rows: Row[]) => sum(rows.filter((row) => row.status === status))
  const level = (code: Level): Tile => {
    const rows = standing.filter((row) => row.level === code)
    const parts = (['issued', 'pending', 'review'] as const).map((status) => [say(STATUSES[status]), by(status, rows)] as const)
    const note = parts.filter(([, n]) => n > 0).map(([name, n]) => `${name} ${count(n)}`)
    return { id: code, words: LEVELS[code], value: sum(rows), note: note.join(' · '), filter: { level: code, scope: 'open' } }
  }
  const cancelled = by('cancelled', counts.alerts)
  return [
    { id: 'cases', words: { zh: '在办件', en: 'Open cases' }, value: counts.cases_open, note: t(`累计 ${count(counts.cases)} 件`, `${count(counts.cases)} in all`) },
    level('red'),
    level('yellow'),
    level('notice'),
    {
      id: 'review',
      words: { zh: '待核', en: 'To review' },
      value: sum(counts.alerts.filter(toReview)),
      note: t('须由人员判断', 'a person decides'),
      filter: { scope: 'review' },
    },
    {
      id: 'withdrawn',
      words: { zh: '已撤销', en: 'Withdrawn' },
      value: by('withdrawn', counts.alerts),
      note: cancelled > 0 ? t(`另有发出前取消 ${count(cancelled)}`, `${count(cancelled)} cancelled before issue`) : t('发出后摘牌', 'after issue'),
      filter: { scope: 'withdrawn' },
    },
  ]
}

export type BodyRow = { code: string | null } & Record<Level, number>

/** Open alerts by body, most red cards first. */
export function bodiesOf(counts: Counts, names: Names): BodyRow[] {
  const bodies = new Map<string | null, BodyRow>()
  for (const row of counts.by_org) {
    const body = bodies.get(row.org_code) ?? { code: row.org_code, red: 0, yellow: 0, notice: 0, review: 0 }
    body[row.level] += row.alerts
    bodies.set(row.org_code, body)
  }
  const named = (body: BodyRow) => names.org(body.code)
  return [...bodies.values()].sort((a, b) => b.red - a.red || b.yellow - a.yellow || b.notice - a.notice || named(a).localeCompare(named(b)))
}

export type RegionRow = { code: string | null; alerts: number } & Record<Level, number>

/** Open alerts by region, most of them first. */
export function regionsOf(counts: Counts, names: Names): RegionRow[] {
  const regions = new Map<string | null, RegionRow>()
  for (const row of counts.by_region) {
    const region = regions.get(row.region_code) ?? { code: row.region_code, alerts: 0, red: 0, yellow: 0, notice: 0, review: 0 }
    region[row.level] += row.alerts
    region.alerts += row.alerts
    regions.set(row.region_code, region)
  }
  const named = (region: RegionRow) => names.region(region.code)
  return [...regions.values()].sort((a, b) => b.alerts - a.alerts || b.red - a.red || named(a).localeCompare(named(b)))
}
