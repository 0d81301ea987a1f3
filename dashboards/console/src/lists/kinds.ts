// The kinds of definitions, as services/domain/src/life/subject.rs has them.

import type { Words } from '../words/codes'

export const KINDS: Record<string, Words & { versions: boolean }> = {
  flowchart: { zh: '流程图', en: 'Flowcharts', versions: true },
  item: { zh: '权力事项', en: 'Power items', versions: false },
  discretion: { zh: '裁量基准', en: 'Discretion', versions: true },
  fees: { zh: '收费标准', en: 'Fees', versions: true },
  general_points: { zh: '通用监察点', en: 'General control points', versions: false },
  rule_settings: { zh: '规则设置', en: 'Rule settings', versions: true },
  score_model: { zh: '考评办法', en: 'Score models', versions: true },
  inspection_plan: { zh: '检查计划', en: 'Inspection plans', versions: false },
  body: { zh: '行使主体', en: 'Bodies', versions: false },
  calendar: { zh: '工作日历', en: 'Calendars', versions: false },
  source: { zh: '来源系统', en: 'Sources', versions: false },
}

/** What of a definition two texts can be compared by: a version's number, or a draft. Kinds without versions have one text in force. */
export const IN_FORCE = 'in-force'
