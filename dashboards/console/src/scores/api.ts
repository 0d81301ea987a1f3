// What the pages of scores ask of the platform (services/api/src/scores.rs).

import { ask } from '../api/client'
import type { operations } from '../api/schema'
import type { Said } from '../complaints/api'
import type { ScoresSearch, SheetPlace } from './routes'

type Answer<Id extends keyof operations> = operations[Id] extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : never

export type Models = Answer<'listScoreModels'>
export type Model = Models['models'][number]
export type Scores = Answer<'listScores'>
export type Line = Scores['sheets'][number]
export type One = Answer<'getScore'>
export type Sheet = One['sheet']
export type Part = Sheet['parts'][number]
export type Item = Part['items'][number]
export type Row = Item['rows'][number]
export type Mark = One['marks'][number]
export type History = Answer<'getScoreHistory'>
export type Grade = Line['grade']
export type MarkState = Mark['state']

const ADDRESS = '/api/v1/scores'
const part = encodeURIComponent

export const readModels = (signal: AbortSignal) => ask<Models>(`${ADDRESS}/models`, { signal })

export const readScores = (search: ScoresSearch, signal: AbortSignal) => ask<Scores>(ADDRESS + queryOf({ ...search }), { signal })

export const readSheet = ({ body, ...rest }: SheetPlace, signal: AbortSignal) => ask<One>(`${ADDRESS}/${part(body)}${queryOf(rest)}`, { signal })

export const readHistory = ({ body, model, office, officer }: SheetPlace, within: string, signal: AbortSignal) =>
  ask<History>(`${ADDRESS}/${part(body)}/history${queryOf({ model, within, office, officer })}`, { signal })

export const giveMark = (body: string, said: Said, key: string, adminKey: string) => post(`${ADDRESS}/${part(body)}/marks`, said, key, adminKey)
export const workMark = (id: string, act: 'appeal' | 'decide' | 'void', said: Said, key: string, adminKey: string) => post(`/api/v1/score-marks/${part(id)}/${act}`, said, key, adminKey)

function post(address: string, said: Said, key: string, adminKey: string): Promise<Mark> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (adminKey) headers.authorization = `Bearer ${adminKey}`
  return ask(address, { method: 'POST', headers, body: JSON.stringify({ ...said, key }) })
}

function queryOf(parts: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}
