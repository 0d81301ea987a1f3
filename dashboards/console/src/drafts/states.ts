// States of drafts (`State` in services/domain/src/life/state.rs), and what may be done in each.

import type { DraftState } from '../lists/model'
import type { Words } from '../words/codes'
import type { Difference } from './model'

export const STATES: Record<DraftState, Words & { open: boolean }> = {
  drafting: { zh: '起草', en: 'Drafting', open: true },
  in_review: { zh: '审核', en: 'In review', open: true },
  returned: { zh: '退回', en: 'Returned', open: true },
  approved: { zh: '待公布', en: 'Approved', open: true },
  publishing: { zh: '公布中', en: 'Publishing', open: false },
  published: { zh: '已公布', en: 'Published', open: false },
  retired: { zh: '废止', en: 'Retired', open: false },
  withdrawn: { zh: '撤回', en: 'Withdrawn', open: false },
}

/** What would become of an alert by a draft. */
export const DIFFERENCES: Record<Difference['difference'], { zh: string; en: string }> = {
  raised: { zh: '将新增', en: 'Would be raised' },
  withdrawn: { zh: '将消失', en: 'Would be gone' },
  changed: { zh: '将改变', en: 'Would change' },
}

/** Its text may be changed: whoever reviewed it reviews it anew. */
export const mayRevise = (state: DraftState) => STATES[state].open
