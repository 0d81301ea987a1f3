// The reviews of a draft: who has to, in which order, who did, when, and what they said.

import { full } from '../format'
import type { Draft, Role } from '../lists/model'
import { t } from '../words/language'
import { spanWords, totalWords, tried } from './backtests'
import { draftHash } from './routes'

export function Reviews({ draft }: { draft: Draft }) {
  return (
    <>
      <Stages draft={draft} />
      <Tried draft={draft} />
    </>
  )
}

/** Whether the text that is reviewed was tried on the past. */
function Tried({ draft }: { draft: Draft }) {
  const { backtest: run } = draft
  const of = tried(run)
  const by = run && [run.who.body, run.who.office, run.who.person].filter(Boolean).join(' ')
  return (
    <p id="tried" data-tried={of} className={of === 'earlier' ? 'refusal' : 'sub'}>
      {of === 'never' && t('回测：现在的文本没有回测过', 'Not tried on the past')}
      {of === 'earlier' && t('回测：只回测过修改之前的文本，现在的文本没有回测', 'Only an earlier text was tried on the past, not the present one')}
      {of === 'present' && run?.total && t(`回测：现在的文本已经回测（${spanWords(run)}；${full(run.begun_at)} ${by}）：${totalWords(run.total)}`, `The present text was tried on the past (${spanWords(run)}; ${full(run.begun_at)} ${by}): ${totalWords(run.total)}`)}{' '}
      <a href={draftHash(draft.id, 'backtest')}>{t('查看回测', 'Backtests')}</a>
    </p>
  )
}

function Stages({ draft }: { draft: Draft }) {
  if (draft.plan.length === 0) {
    return <p className="nothing">{draft.state === 'drafting' ? t('送审之后确定由谁审核', 'Who reviews it is known once it is submitted') : t('无须审核', 'Nobody has to review it')}</p>
  }
  return (
    <ol className="reviews" id="reviews">
      {draft.plan.map((stage, place) => (
        <li key={place}>
          <b>{t(`第 ${place + 1} 步`, `Stage ${place + 1}`)}</b>
          <ul>
            {stage.map((role) => (
              <ReviewOf key={role.code} role={role} draft={draft} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  )
}

function ReviewOf({ role, draft }: { role: Role; draft: Draft }) {
  const given = draft.given.find((one) => one.role.code === role.code)
  const awaited = draft.awaited.some((one) => one.code === role.code)
  const state = given ? given.verdict : awaited ? 'awaited' : 'later'
  return (
    <li data-role={role.code} data-verdict={state}>
      <span className="review-role">{role.name}</span>
      {given ? (
        <span>
          <b>{given.verdict === 'agree' ? t('同意', 'Agrees') : t('不同意', 'Objects')}</b>{' '}
          {given.opinion && <q>{given.opinion}</q>}
          <span className="sub">
            {full(given.at)} · {[given.who.body, given.who.office, given.who.person].filter(Boolean).join(' ')}
            {given.late && t(' · 逾期作出', ' · late')}
          </span>
        </span>
      ) : awaited ? (
        <span>
          {t('等待审核', 'Awaited')}
          {draft.due && <span className="sub">{t(`${draft.due} 前${draft.overdue ? '，已逾期' : ''}`, `by ${draft.due}${draft.overdue ? ', overdue' : ''}`)}</span>}
        </span>
      ) : (
        <span className="sub">{t('尚未轮到', 'Not yet')}</span>
      )}
    </li>
  )
}
