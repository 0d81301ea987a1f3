// A body at one milestone: how it stands, by when it was to be done, and how much of it is.

import { Badge } from '../components/pieces'
import { count } from '../format'
import { say, t } from '../words/language'
import { MILESTONES, type Milestone, STANDINGS, daysLate, standingOf } from './model'

export function Step({ step, on }: { step: Milestone; on: string }) {
  const standing = standingOf(step)
  const late = daysLate(step, on)
  return (
    <>
      <b>{say(MILESTONES[step.milestone] ?? { zh: step.name })}</b>
      <Badge kind={`milestone-${standing}`} words={late > 0 && standing === 'late' ? { zh: `逾期 ${late} 天`, en: `${late} days late` } : STANDINGS[standing]} />
      <span className="sub">{told(step)}</span>
    </>
  )
}

function told({ due, done_on, items, items_with, contradicted, done }: Milestone) {
  const parts = [
    done_on && (contradicted ? t(`登记 ${done_on} 完成`, `told done on ${done_on}`) : t(`${done_on} 完成`, `done on ${done_on}`)),
    done && !done_on && t('在用的定义已经具备', 'the definitions in force have it'),
    due && t(`期限 ${due}`, `due ${due}`),
    items === 0 && t('清单内没有事项', 'no item in the list'),
    items !== null && items > 0 && items_with !== null && t(`${count(items_with)}/${count(items)} 项具备`, `${count(items_with)} of ${count(items)} items`),
  ]
  return parts.filter(Boolean).join(t('，', ', '))
}
