// What the platform answers, by the names used here. Every type is schemas/openapi.json's; only the answer of an act is spelled out, since
// the document describes it where its outcome is asked for.

import type { components, operations } from './schema'

type Schemas = components['schemas']
/** What an operation answers. */
export type Answer<O extends keyof operations> = operations[O] extends { responses: { 200: { content: { 'application/json': infer A } } } } ? A : never

export type AlertRecord = Schemas['AlertRecord']
export type Level = Schemas['Level']
export type Status = Schemas['Status']
export type DayVerdict = Schemas['Verdict']
export type Disposition = Schemas['Disposition']
export type DispositionState = Schemas['DispositionState']
export type Conclusion = Schemas['Conclusion']
export type Decision = Schemas['Decision']
export type ObjectiveCause = Schemas['ObjectiveCause']
export type Signature = Schemas['Signature']
export type Evidence = Schemas['Evidence']
export type Account = Schemas['Account']

/** An alert as lists and the stream tell it: all but its evidence. */
export type Alert = Omit<AlertRecord, 'evidence'>

/** An alert as a row of a list; where only the gravest of each case is listed, with how many others of its case it stands for. */
export type AlertRow = Alert & { others?: number | undefined }

/** A page of alerts. */
export interface AlertPage {
  alerts: AlertRow[]
  next: string | null
}

/** An alert about an unanswered order, with the ladder that it tells: where it is asked before whom orders were brought. */
export type BroughtAlert = Alert & { ladder: Schemas['EscalationRung'][] }

export type AlertFound = Answer<'getAlert'>
/** One day of a limit. */
export type Day = AlertFound['account'][number]
/** One act of somebody upon an alert. */
export type DoneAct = AlertFound['acts'][number]
/** One change of an alert. */
export type Change = AlertFound['history'][number]
/** Why an alert changed. */
export type Cause = Change['cause']

export type CaseFound = Answer<'getCase'>
export type CaseRow = NonNullable<CaseFound['case']>
export type TimelineEntry = CaseFound['timeline'][number]
export type EventEntry = Extract<TimelineEntry, { kind: 'event' }>
export type AlertEntry = Extract<TimelineEntry, { kind: 'alert' }>

/** A page of cases, and a case as lists have it. */
export type CasePage = Answer<'findCases'>
export type CaseBrief = CasePage['cases'][number]

/** Why a case stands as it does. */
export type Explanation = Answer<'explainCase'>
export type EventStory = Explanation['events'][number]
export type LimitStory = Explanation['limits'][number]
export type Measure = LimitStory['measures'][number]
export type PointStory = Explanation['points'][number]
export type PointVerdict = PointStory['verdicts'][number]

export type Counts = Answer<'getCounts'>
export type Platform = Answer<'getPlatform'>
/** Names by code. */
export type NameTables = Platform['names']
/** One source and how it stands. */
export type SourceRow = Answer<'listSources'>['sources'][number]

/** What became of an act (`dispositions::told` in services/api). */
export interface Outcome {
  command_id: string
  state: 'accepted' | 'applied' | 'refused'
  status_address?: string
  message?: string
  remedy?: string
  alert?: Alert
}
