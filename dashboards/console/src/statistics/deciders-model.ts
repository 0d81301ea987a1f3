// The columns of who decided what, and whose alerts were set aside.

import { count } from '../format'
import type { Words } from '../words/codes'
import { t } from '../words/language'
import type { Deciders } from './api'

export type Decided = Deciders['total']

type Column = Words & { id: string; of: (row: Decided) => number }

/** Each kind of decision by what it came down to. */
export const DECIDED: readonly Column[] = [
  { id: 'concluded', zh: '已作结论', en: 'Concluded', of: (row) => row.concluded },
  { id: 'confirmed', zh: '认定', en: 'Confirmed', of: (row) => row.confirmed },
  { id: 'upheld', zh: '申诉维持', en: 'Upheld', of: (row) => row.upheld },
  { id: 'dismissed_objective', zh: '不予认定（客观原因）', en: 'Dismissed: objective', of: (row) => row.dismissed.objective },
  { id: 'dismissed_data', zh: '不予认定（数据问题）', en: 'Dismissed: data', of: (row) => row.dismissed.data },
  { id: 'dismissed_rule', zh: '不予认定（规则问题）', en: 'Dismissed: rule', of: (row) => row.dismissed.rule },
  { id: 'withdrawn_objective', zh: '申诉撤销（客观原因）', en: 'Withdrawn: objective', of: (row) => row.withdrawn.objective },
  { id: 'withdrawn_data', zh: '申诉撤销（数据问题）', en: 'Withdrawn: data', of: (row) => row.withdrawn.data },
  { id: 'withdrawn_rule', zh: '申诉撤销（规则问题）', en: 'Withdrawn: rule', of: (row) => row.withdrawn.rule },
]

/** What has no conclusion stands in no share. */
export function unconcludedText({ unconcluded: { open, appealed } }: Pick<Deciders, 'unconcluded'>) {
  return t(`尚未作结论的黄牌、红牌 ${count(open)} 件，申诉中的 ${count(appealed)} 件，另行列示，不计入占比。`, `${count(open)} cards have no conclusion yet, ${count(appealed)} are under appeal: told apart, in no share.`)
}

const all = ({ objective, data, rule }: Decided['dismissed']) => objective + data + rule

/** By person and body what was dismissed or withdrawn, most first. */
export function setAside({ deciders }: Pick<Deciders, 'deciders'>) {
  const rows = deciders.flatMap(({ person, bodies }) => bodies.map((one) => ({ person, body: one.org_code, dismissed: all(one.dismissed), withdrawn: all(one.withdrawn), objective: one.objective, concluded: one.concluded })))
  const aside = (row: (typeof rows)[number]) => row.dismissed + row.withdrawn
  return rows.filter((row) => aside(row) > 0).sort((a, b) => aside(b) - aside(a))
}
