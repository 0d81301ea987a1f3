// The limits of a case: what each is, until when, how it stands, and its days.

import { namesStore } from '../api/names'
import type { Explanation, LimitStory } from '../api/types'
import { CalendarStrip } from '../calendar/CalendarStrip'
import { daysOf, stripOf } from '../calendar/strip'
import { Badge } from '../components/pieces'
import { full } from '../format'
import { Headline, Stretches } from '../panel/AccountView'
import { useStore } from '../store'
import { type Words, limitWords } from '../words/codes'
import { say, t } from '../words/language'
import { BASES, type LimitView, type Standing, limitsOf } from './limits'

const STANDINGS: Record<Standing, Words> = {
  late: { zh: '已超期，未办结', en: 'Overdue' },
  late_done: { zh: '超期办结', en: 'Done late' },
  promise_missed: { zh: '超承诺、未超法定', en: 'Promise missed, within the law' },
  running: { zh: '计时中', en: 'Running' },
  stopped: { zh: '停止计算', en: 'Standing still' },
  done: { zh: '按时办结', en: 'Done in time' },
  fell_away: { zh: '不再需要', en: 'Fell away' },
}

/** These are open from the start: something is at stake, or went wrong. */
const OPEN: Standing[] = ['late', 'late_done', 'promise_missed', 'running', 'stopped']

export function LimitList({ told }: { told: Explanation }) {
  const limits = limitsOf(told)
  if (limits.length === 0) return <p className="nothing">{t('没有开始计算的期限', 'No limit has begun')}</p>
  return (
    <ul className="limits">
      {limits.map((view) => (
        <Limit key={`${view.story.limit}/${view.story.step}/${view.story.visit}`} view={view} told={told} />
      ))}
    </ul>
  )
}

function Limit({ view, told }: { view: LimitView; told: Explanation }) {
  const { story, standing, account, level } = view
  return (
    <li className={`limit ${level ? `mark-${level}` : ''}`} data-standing={standing}>
      <details open={OPEN.includes(standing)}>
        <summary>
          <b>{story.limit}</b>
          <Step story={story} told={told} />
          <Badge kind={`standing-${standing}`} words={STANDINGS[standing]} />
          <span className="sub">{endText(view)}</span>
        </summary>
        <ul className="measures">
          {story.measures.map((measure) => (
            <li key={measure.basis}>
              {t(measure.basis_zh, BASES[measure.basis]?.en ?? measure.basis_zh)} {measure.limit && say(limitWords(measure.limit))}
              {t('：', ': ')}
              {measure.due_at ? <b>{measure.basis === 'at_least' ? t(`${full(measure.due_at)} 之后方可办理`, `not before ${full(measure.due_at)}`) : t(`${full(measure.due_at)} 届满`, `until ${full(measure.due_at)}`)}</b> : t('停止计算，届满日待恢复后确定', 'time stands still; until when is known once it goes on')}
              {measure.account?.provisional && t('（暂定：有年份的节假日安排尚未公布）', ' (provisional: the holidays of a year are not published yet)')}
            </li>
          ))}
        </ul>
        {account && <Days view={view} told={told} />}
      </details>
    </li>
  )
}

/** The step by its name; a duty's code says nothing. */
function Step({ story, told }: { story: LimitStory; told: Explanation }) {
  const names = useStore(namesStore)
  if (!story.step) return null
  const step = names.step(story.step, told.definitions.flowchart)
  if (story.limit.includes(step) && story.visit < 2) return null
  return <span className="sub">{[step !== story.step || /[^\x00-\x7f]/.test(step) ? step : '', story.visit > 1 ? t(`第 ${story.visit} 次`, `time ${story.visit}`) : ''].filter(Boolean).join(' ')}</span>
}

function endText({ story, standing, dues }: LimitView) {
  if (story.done_at) return t(`${full(story.done_at)} 办结`, `done ${full(story.done_at)}`)
  if (story.fell_away_at) return t(`${full(story.fell_away_at)} 起不再需要`, `not needed from ${full(story.fell_away_at)}`)
  const last = dues.at(-1)
  if (standing === 'stopped' || !last) return ''
  return t(`至 ${full(last.at)}`, `until ${full(last.at)}`)
}

function Days({ view, told }: { view: LimitView; told: Explanation }) {
  const { account, dues, endedAt, story } = view
  if (!account) return null
  if (account.days.some((range) => range.from_at)) return <Stretches ranges={account.days} />
  const goesOn = story.state === 'open'
  const strip = stripOf({ days: daysOf(account), dues, doneAt: story.done_at, now: goesOn ? told.at : endedAt })
  return (
    <>
      <Headline account={account} strip={strip} doneAt={story.done_at} />
      <CalendarStrip strip={strip} label={t(`${story.limit} 逐日计算`, `${story.limit}, day by day`)} />
    </>
  )
}
