// What the case pages ask of the platform.

import { type Query, ask } from '../api/client'
import type { CasePage, Explanation } from '../api/types'
import type { AskedFor, CaseSearch } from './routes'

const part = encodeURIComponent

/** A page of cases, the last to begin first. */
export function findCases({ number, org, item, region, open }: CaseSearch, cursor: string | null, signal: AbortSignal): Promise<CasePage> {
  return ask(`/api/v1/cases${query({ case_no_part: number, org_code: org, item_code: item, region, open, foresight: 'true', cursor })}`, { signal })
}

/** Why a case stands as it does; the instants with their zone. */
export function explain(source: string, caseNo: string, { at, known }: AskedFor, signal: AbortSignal): Promise<Explanation> {
  return ask(`/api/v1/cases/${part(source)}/${part(caseNo)}/explain${query({ at, as_known_at: known })}`, { signal })
}

/** The code of a case's acceptance slip. Each look at it is in the audit trail. */
export async function queryCode(source: string, caseNo: string): Promise<string> {
  const { code } = await ask<{ code: string }>(`/api/v1/cases/${part(source)}/${part(caseNo)}/query-code`)
  return code
}

/** Empty parts are left out. */
function query(parts: Query) {
  const given = Object.entries(parts).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}
