// What is asked of foresight (services/api/src/foresight).

import { ask } from '../api/client'
import type { Answer } from '../api/types'
import { queryOf } from '../lists/api'

export type Foreseen = Answer<'foresee'>['cases'][number]
/** How likely a case is to miss its next limit, with what that stands on; or why nothing is said. */
export type Foresight = Foreseen['foresight']

/** The platform answers no more on a page. */
const ROWS_MAX = '1000'

/** Of one case; null where it is not there, or not theirs to see. */
export async function foreseeOne(source: string, caseNo: string, signal: AbortSignal): Promise<Foresight | null> {
  const { cases } = await ask<Answer<'foresee'>>(`/api/v1/foresight${queryOf({ source, case_no: caseNo, limit: '1' })}`, { signal })
  return cases[0]?.foresight ?? null
}

/** Of a body's open cases by source and number; of all that somebody sees where none is given. */
export async function foreseeOf(body: string, signal: AbortSignal): Promise<Map<string, Foresight>> {
  const { cases } = await ask<Answer<'foresee'>>(`/api/v1/foresight${queryOf({ org_code: body, limit: ROWS_MAX })}`, { signal })
  return new Map(cases.map(({ source, case_no, foresight }) => [keyOf(source, case_no), foresight]))
}

/** A source may hold any character; a number, too. */
export const keyOf = (source: string, caseNo: string) => JSON.stringify([source, caseNo])
