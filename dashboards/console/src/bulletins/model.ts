// The bulletins there are, and the one that is looked at. It draws nothing.

import { Reader } from '../sampling/model'
import { type Brief, type Bulletin, type KeptScores, type Standing, findBulletins, readBulletin } from './api'

export const all = new Reader<{ bulletins: Brief[] }, void>((_, signal) => findBulletins(signal))
export const one = new Reader<Bulletin, string>(readBulletin)

/** A body's sheet as it stands, and as it stood where both are told. */
export interface Compared {
  now: Standing
  then: Standing | null
  moved: boolean
}

/** The sheets that are kept, those that moved first; of a bulletin that corrects nothing none moved. */
export function comparedOf(kept: KeptScores): Compared[] {
  if (!('now' in kept)) return kept.sheets.map((now) => ({ now, then: null, moved: false }))
  const key = ({ model, period, body }: Standing) => `${model} ${period} ${body}`
  const before = new Map(kept.then?.sheets.map((sheet) => [key(sheet), sheet]))
  const compared = kept.now.sheets.map((now) => {
    const then = before.get(key(now)) ?? null
    return { now, then, moved: then !== null && (then.total !== now.total || then.grade !== now.grade || then.rank !== now.rank || then.ranked !== now.ranked) }
  })
  return [...compared.filter(({ moved }) => moved), ...compared.filter(({ moved }) => !moved)]
}
