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
import { type LimitView, type Standing, limitsOf } from './limits'

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
  if (limits.length === 0) return <p className="nothing">没有开始计算的期限</p>
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
              {measure.basis_zh} {measure.limit && limitWords(measure.limit).zh}：
              {measure.due_at ? <b>{full(measure.due_at)} {measure.basis === 'at_least' ? '之后方可办理' : '届满'}</b> : '停止计算，届满日待恢复后确定'}
              {measure.account?.provisional && '（暂定：有年份的节假日安排尚未公布）'}
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
  return <span className="sub">{[step !== story.step || /[^\x00-\x7f]/.test(step) ? step : '', story.visit > 1 ? `第 ${story.visit} 次` : ''].filter(Boolean).join(' ')}</span>
}

function endText({ story, standing, dues }: LimitView) {
  if (story.done_at) return `${full(story.done_at)} 办结`
  if (story.fell_away_at) return `${full(story.fell_away_at)} 起不再需要`
  const last = dues.at(-1)
  if (standing === 'stopped' || !last) return ''
  return `至 ${full(last.at)}`
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
      <CalendarStrip strip={strip} label={`${story.limit} 逐日计算`} />
    </>
  )
}
