// What the pages of milestones ask of the platform, and what they tell it.

import { ask } from '../api/client'
import { type Sending, post } from '../drafts/api'
import { queryOf } from '../lists/api'
import type { MilestoneCode, Milestones } from './model'

/** Every body's milestones; those of one where one is named. */
export const milestones = (body: string, signal: AbortSignal) => ask<Milestones>(`/api/v1/milestones${queryOf({ body })}`, { signal })

/** What is said of a milestone: one of the three. */
export type Told = { due: string } | { done: string } | { undone: true }

/** Answers how the body stands afterwards. */
export const tell = (body: string, milestone: MilestoneCode, told: Told, sending: Sending) =>
  post<Milestones>(`/api/v1/milestones/${encodeURIComponent(body)}`, { milestone, ...told }, sending)
