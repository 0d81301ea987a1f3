// What the pages of lists ask of the platform.

import { type Query, ask } from '../api/client'
import type { Calendar, CalendarYear, Draft, ItemDuties, ItemPage, Listed, Publication, RuleFamily, Subject, WholeItem } from './model'
import type { ItemSearch } from './routes'

const part = encodeURIComponent

const get = <T>(path: string, query: Query, signal: AbortSignal) => ask<T>(`${path}${queryOf(query)}`, { signal })

/** A page of the power list. */
export const items = ({ text, type, body, region, listed }: ItemSearch, after: string | null, signal: AbortSignal) =>
  get<ItemPage>('/api/v1/items', { q: text, power_type: type, body, region, listed, after }, signal)

export const item = (code: string, signal: AbortSignal) => get<WholeItem>(`/api/v1/items/${part(code)}`, {}, signal)

export const duties = (body: string, signal: AbortSignal) => get<{ items: ItemDuties[] }>('/api/v1/responsibilities', { body }, signal)

export const rules = (signal: AbortSignal) => get<{ families: RuleFamily[] }>('/api/v1/rules', {}, signal)

export const calendars = (signal: AbortSignal) => get<{ calendars: Calendar[] }>('/api/v1/calendars', {}, signal)

/** A year of a calendar; this year and the latest version where these are empty. */
export const calendarYear = (id: string, year: string, version: string, signal: AbortSignal) =>
  get<Calendar & { year: CalendarYear }>(`/api/v1/calendars/${part(id)}`, { year, version }, signal)

export const definitions = (kind: string, signal: AbortSignal) => get<{ definitions: Listed[] }>('/api/v1/definitions', { kind }, signal)

/** Every version and record of one definition. */
export const history = (kind: string, id: string, signal: AbortSignal) =>
  get<{ versions: Subject[]; drafts: Draft[] }>(`/api/v1/definitions/${part(kind)}/${part(id)}`, {}, signal)

/** The differences of two versions in words; drafts are `draft:<id>`. */
export const diff = (kind: string, id: string, from: string, to: string, signal: AbortSignal) =>
  get<{ changes: string[] }>(`/api/v1/definitions/${part(kind)}/${part(id)}/diff`, { from, to }, signal)

export const publications = (signal: AbortSignal) => get<{ publications: Publication[] }>('/api/v1/publications', {}, signal)

/** Empty parts are left out. */
export function queryOf(parts: Query) {
  const given = Object.entries(parts).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}
