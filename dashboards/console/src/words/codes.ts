// The field's words for codes, Chinese and English, as tables. A code that is not in its table is shown as it is.

import type { Names } from '../api/names'
import type { Alert, Conclusion, DayVerdict, Decision, DispositionState, Level, ObjectiveCause, Status } from '../api/types'
import { t } from './language'

/** Chinese, and English where there is room for it. */
export interface Words {
  zh: string
  en?: string
}

/** Levels, gravest first. */
export const LEVELS: Record<Level, Words> = {
  red: { zh: '红牌', en: 'Red' },
  yellow: { zh: '黄牌', en: 'Yellow' },
  notice: { zh: '提醒', en: 'Notice' },
  review: { zh: '待核', en: 'Review' },
}

/** Statuses. `open`: it still stands. */
export const STATUSES: Record<Status, Words & { open: boolean }> = {
  pending: { zh: '待发', en: 'Pending', open: true },
  issued: { zh: '已发', en: 'Issued', open: true },
  review: { zh: '待核', en: 'In review', open: true },
  ended: { zh: '已结束', en: 'Ended', open: false },
  withdrawn: { zh: '已撤销', en: 'Withdrawn', open: false },
  cancelled: { zh: '已取消', en: 'Cancelled before issue', open: false },
}

/** What became of an alert. */
export const CHANGES: Record<string, Words> = {
  raised: { zh: '初判', en: 'Raised' },
  issued: { zh: '发出', en: 'Issued' },
  escalated: { zh: '升级', en: 'Escalated' },
  revised: { zh: '更新', en: 'Revised' },
  ended: { zh: '结束', en: 'Ended' },
  reopened: { zh: '恢复', en: 'Reopened' },
  withdrawn: { zh: '撤销', en: 'Withdrawn' },
  cancelled: { zh: '取消', en: 'Cancelled' },
  sent_to_review: { zh: '转待核', en: 'Sent to review' },
  disposed: { zh: '处置', en: 'Disposed' },
}

/** Why it changed. */
export const CAUSES: Record<string, Words> = {
  event: { zh: '部门报送了记录', en: 'an event arrived' },
  clock: { zh: '时间届至', en: 'time passed' },
  source_complete: { zh: '来源声明数据已报全', en: 'the source said it is complete' },
  calendar_change: { zh: '工作日历修订', en: 'the work calendar was amended' },
  definitions_change: { zh: '流程定义发布', en: 'definitions were published' },
  engine_change: { zh: '判定程序升级', en: 'the engine was upgraded' },
  command: { zh: '处置或者巡检指令', en: 'a command, of a person or an inspection' },
}

/** What became of a day of a limit. `short` stands in the day's box. */
export const VERDICTS: Record<DayVerdict, Words & { short: Words }> = {
  start_day_not_counted: { zh: '开始当日不计', en: 'start day', short: { zh: '起', en: 'S' } },
  counted: { zh: '计入', en: 'counted', short: { zh: '' } },
  make_up_working_day: { zh: '调休上班，计入', en: 'make-up working day, counted', short: { zh: '班', en: 'M' } },
  rest_day: { zh: '休息日不计', en: 'rest day', short: { zh: '休', en: 'R' } },
  holiday: { zh: '节假日不计', en: 'holiday', short: { zh: '假', en: 'H' } },
  suspended: { zh: '挂起不计', en: 'suspended', short: { zh: '停', en: 'P' } },
  rolled: { zh: '末日顺延', en: 'rolled on', short: { zh: '延', en: '»' } },
  elapsed: { zh: '计时', en: 'elapsed time', short: { zh: '' } },
}

const UNITS: Record<string, Words> = {
  wd: { zh: '个工作日', en: 'working days' },
  cd: { zh: '日', en: 'days' },
  cdr: { zh: '日（末日顺延）', en: 'days, rolled' },
  h: { zh: '小时', en: 'hours' },
  min: { zh: '分钟', en: 'minutes' },
  mo: { zh: '个月', en: 'months' },
  mor: { zh: '个月（末日顺延）', en: 'months, rolled' },
}

/** Results that departments report. A code that is not here is shown as it is. */
export const RESULTS: Record<string, Words> = {
  granted: { zh: '准予许可', en: 'Granted' },
  refused: { zh: '不予批准', en: 'Refused' },
  not_accepted: { zh: '不予受理', en: 'Not accepted' },
  fined: { zh: '罚款', en: 'Fined' },
  no_penalty: { zh: '不予处罚', en: 'No penalty' },
  dropped: { zh: '撤销案件', en: 'Dropped' },
  lifted: { zh: '解除', en: 'Lifted' },
  confiscated: { zh: '没收', en: 'Confiscated' },
  ordered: { zh: '决定实施', en: 'Ordered' },
  assessed: { zh: '核定', en: 'Assessed' },
  confirmed: { zh: '确认同意', en: 'Confirmed' },
  recognised: { zh: '予以认定', en: 'Recognised' },
  registered: { zh: '准予登记', en: 'Registered' },
  rewarded: { zh: '给予奖励', en: 'Rewarded' },
  ruled: { zh: '作出裁决', en: 'Ruled' },
  filed: { zh: '予以备案', en: 'Filed' },
  upheld: { zh: '投诉成立', en: 'Upheld' },
  rejected: { zh: '驳回', en: 'Rejected' },
  passed: { zh: '通过', en: 'Passed' },
  passed_in_part: { zh: '基本符合', en: 'Passed in part' },
  to_be_corrected: { zh: '责令改正', en: 'To be corrected' },
  annulled: { zh: '撤销原决定', en: 'Annulled' },
  changed: { zh: '变更原决定', en: 'Changed' },
}

/** 满意度 (GB/T 39046 A.8). */
export const GRADES: Record<string, Words> = {
  1: { zh: '非常满意', en: 'Very satisfied' },
  2: { zh: '满意', en: 'Satisfied' },
  3: { zh: '基本满意', en: 'Fairly satisfied' },
  4: { zh: '不满意', en: 'Dissatisfied' },
  5: { zh: '非常不满意', en: 'Very dissatisfied' },
}

/** Whether a person has to decide it: its level says so, or a late entry put it into doubt. */
export const toReview = ({ level, status }: { level: Level; status: Status }) => STATUSES[status].open && (level === 'review' || status === 'review')

/** 办理渠道 (`CHANNELS` in services/domain). */
export const CHANNELS: Record<string, Words> = {
  window: { zh: '窗口', en: 'At the window' },
  online: { zh: '网上', en: 'Online' },
  mobile: { zh: '移动端', en: 'Mobile' },
  self_service: { zh: '自助终端', en: 'Self-service terminal' },
  mail: { zh: '邮寄', en: 'By mail' },
  other: { zh: '其他', en: 'Other' },
}

/** A word of a table; the code itself where the table has none. */
export function word<W extends Words>(table: Record<string, W>, code: string): Words & Partial<W> {
  return (table[code] ?? { zh: code }) as Words & Partial<W>
}

/** A limit like `20wd`, as an officer reads it. */
export function limitWords(limit: string): Words {
  const [, count, unit] = /^(\d+)([a-z]+)$/.exec(limit) ?? []
  const known = unit ? UNITS[unit] : undefined
  return known ? { zh: `${count}${known.zh}`, en: `${count} ${known.en}` } : { zh: limit }
}

/**
 * What an alert is about and what happened. A message begins with the control point's name and a colon, or with an inspection's name in
 * brackets; the names from the definitions are the second choice. A control point is named for its breach, so a reminder says that there is
 * none yet: its message begins so (`Sentence::title` in services/engine/src/record/words.rs); to those of before it is added here.
 */
export function headline(alert: Alert, names: Names) {
  const [, told, text] = /^([^：]{1,39})：(.*)$/s.exec(alert.message) ?? /^(【[^】]{1,20}】)(.*)$/s.exec(alert.message) ?? []
  const name = told ?? names.controlPoint(alert.control_point)
  const before: boolean = alert.level === 'notice' && Boolean(alert.due_at) && !alert.breached_at && !/^(临期)?提醒（/.test(name)
  return { name: before ? t(`${name}（尚未超期）`, `${name} (not late yet)`) : name, text: text ?? alert.message }
}

/** 处置状态. */
export const DISPOSITIONS: Record<DispositionState, Words> = {
  open: { zh: '处理中', en: 'In hand' },
  held: { zh: '暂缓发出', en: 'Held' },
  issued: { zh: '人工发出', en: 'Issued by hand' },
  confirmed: { zh: '已认定', en: 'Confirmed' },
  appealed: { zh: '申诉中', en: 'Appealed' },
  upheld: { zh: '申诉维持', en: 'Upheld' },
  dismissed: { zh: '不予认定', en: 'Dismissed' },
  withdrawn_on_appeal: { zh: '申诉撤销', en: 'Withdrawn on appeal' },
  recheck: { zh: '情形有变，须重新认定', en: 'To be decided again' },
}

/** 结论 (`Conclusion` in services/domain/src/disposition.rs). */
export const CONCLUSIONS: Record<Conclusion, Words> = {
  subjective: { zh: '主观责任', en: 'Subjective responsibility' },
  objective: { zh: '客观原因', en: 'Objective cause' },
  data: { zh: '数据问题', en: 'Data fault' },
  rule: { zh: '规则问题', en: 'Rule fault' },
}

/** 客观原因的种类 (`ObjectiveCause` in services/domain/src/disposition/cause.rs). */
export const OBJECTIVE_CAUSES: Record<ObjectiveCause, Words> = {
  force_majeure: { zh: '不可抗力', en: 'Force majeure' },
  natural_disaster: { zh: '自然灾害等突发事件', en: 'Disaster or emergency' },
  system_failure: { zh: '网络、系统故障', en: 'Network or system failure' },
  applicant: { zh: '申请人原因', en: "The applicant's doing" },
  other_body: { zh: '其他单位原因', en: "Another body's doing" },
}

/** What usually proves each (`ObjectiveCause::proof_zh`). */
export const PROOFS: Record<ObjectiveCause, Words> = {
  force_majeure: { zh: '不可抗力的证明', en: 'Proof of force majeure' },
  natural_disaster: { zh: '政府或者主管部门的公告、通知', en: 'A public notice of the government' },
  system_failure: { zh: '故障或者停机的公告', en: 'The notice of the failure' },
  applicant: { zh: '申请人的书面材料或者送达记录', en: 'What the applicant wrote, or a record of service' },
  other_body: { zh: '其他单位的来文或者往来函件', en: 'Letters of the other body' },
}

/** What a decision comes down to, with the objective cause it names; null where it comes to no conclusion. */
export function concluded({ conclusion, cause }: Pick<Decision, 'conclusion' | 'cause'>): Words | null {
  if (!conclusion) return null
  const { zh, en = '' } = CONCLUSIONS[conclusion]
  if (!cause) return { zh, en }
  return { zh: `${zh}：${OBJECTIVE_CAUSES[cause].zh}`, en: `${en}: ${OBJECTIVE_CAUSES[cause].en ?? ''}` }
}
