// An order as a tree: what was passed on within the department, and how more time was asked for (services/domain/src/disposition/order.rs).

import type { Alert, Disposition, Signature } from '../api/types'

interface Said {
  by: Signature
  evidence: string[]
}

/** 转办. */
export interface PassedOn {
  by: Signature
  /** From 1. */
  nth: number
  /** The number of what it hangs from; none: the order itself. */
  under?: number | null
  /** A person. */
  to: string
  due_at?: string | null
  reports: Said[]
  /** The same person was given it anew. */
  replaced: boolean
}

/** 申请延期. */
export interface ExtensionAsked {
  by: Signature
  until: string
  outcome?: { by: Signature; until?: string | null } | null
}

export type Order = NonNullable<Disposition['order']> & { passed_on?: PassedOn[]; extensions_asked?: ExtensionAsked[] }

/** The order that is not closed. */
export function openOrderOf(alert: Alert): Order | null {
  const order = alert.disposition?.order
  return order && !order.closed ? order : null
}

/** The request for more time that waits to be decided. */
export function extensionWaiting(order: Order): ExtensionAsked | null {
  const last = order.extensions_asked?.at(-1)
  return last && !last.outcome ? last : null
}

/** Those who still owe a report on what was passed on to them. */
export const owingReports = (order: Order) => (order.passed_on ?? []).filter((leg) => !leg.replaced && leg.reports.length === 0)

/** How far below the order something hangs that was passed on: 1 right under it. */
export function depthOf(order: Order, leg: PassedOn): number {
  const above = leg.under ? order.passed_on?.find(({ nth }) => nth === leg.under && nth < leg.nth) : undefined
  return above ? depthOf(order, above) + 1 : 1
}
