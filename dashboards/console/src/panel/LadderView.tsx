// 逐级升级: on which rung an unanswered order stands, before whom it was brought, and what comes next.

import type { Names } from '../api/names'
import { LevelBadge } from '../components/pieces'
import { full } from '../format'
import { word } from '../words/codes'
import { say, t } from '../words/language'
import { INSTANCES, type Ladder, type Rung, dueWords } from './ladder'

export function LadderView({ ladder: { rungs, stands, next }, body, names }: { ladder: Ladder; body: string | null | undefined; names: Names }) {
  return (
    <ol className="ladder" id="ladder">
      {rungs.map((rung, place) => (
        <li key={rung.due} data-rung={place === stands ? 'stands' : rung.reached ? 'reached' : place === next ? 'next' : 'ahead'} aria-current={place === stands ? 'step' : undefined}>
          <div className="ladder-head">
            <b>{say(dueWords(rung.due))}</b>
            {rung.level && <LevelBadge level={rung.level} />}
            {place === stands && <span className="ladder-mark">{t('现处梯级', 'Stands here')}</span>}
            {place === next && <span className="ladder-mark">{t('下一梯级', 'Next')}</span>}
          </div>
          <p>{whom(rung, body, names)}</p>
          <p className="sub">{when(rung)}</p>
        </li>
      ))}
    </ol>
  )
}

const when = ({ at, reached }: Rung) => {
  if (!at) return t('现不再计算（已反馈、申诉办理中，或者督办作出时已过此时）', 'Not counted now: answered, appealed, or past when the order was given')
  return reached ? t(`${full(at)} 已报告`, `brought on ${full(at)}`) : t(`${full(at)} 仍未反馈的报告`, `to be brought on ${full(at)} if there is no answer`)
}

const whom = ({ before }: Rung, body: string | null | undefined, names: Names) =>
  before
    .map(({ instance, region }) => {
      const where = instance === 'department_supervisor' ? body && names.org(body) : region
      const who = say(word(INSTANCES, instance))
      return where ? t(`${who}（${where}）`, `${who} (${where})`) : who
    })
    .join(t('、', ', '))
