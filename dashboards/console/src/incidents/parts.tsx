// Small pieces that the pages of incidents share.

import type { Names } from '../api/names'
import { Badge } from '../components/pieces'
import { full, short } from '../format'
import { say, t } from '../words/language'
import type { Cause, IncidentBrief, Mark, Signed } from './api'
import { CAUSES, STATES } from './words'

export const StateBadge = ({ state }: { state: Mark['state'] }) => <Badge kind={state === 'open' ? 'case-open' : 'case-closed'} words={STATES[state]} />
export const CauseBadge = ({ cause }: { cause: Cause }) => <Badge kind={`cause-${cause.kind}`} words={CAUSES[cause.kind]} />

/** What a cause is about. */
export function causeText({ kind, source, case_no: caseNo, rule, control_point: point, definitions_version: version }: Cause, names: Names): string {
  const about = {
    source_down: () => names.source(source ?? ''),
    source_late: () => names.source(source ?? ''),
    fault: () => [rule, point && names.controlPoint(point), version && version.slice(0, 12)].filter(Boolean).join(' · '),
    matter: () => [names.source(source ?? ''), caseNo].filter(Boolean).join(' · '),
    other: () => '',
  }
  return [say(CAUSES[kind]), about[kind]()].filter(Boolean).join(t('：', ': '))
}

/** Since when and until when; nothing where neither is known. */
export function spanText({ from, until }: Pick<IncidentBrief, 'from' | 'until'>): string {
  if (!from && !until) return ''
  return `${from ? short(from) : t('不详', 'unknown')} ${until ? `${t('至', '–')} ${short(until)}` : t('至今', '– now')}`
}

export const signedText = ({ person, body, office }: Signed, at: string, names: Names) =>
  [body && names.org(body), office && names.office(body, office), names.officer(person), full(at)].filter(Boolean).join(' · ')
