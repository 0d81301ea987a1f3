// What may be done with a draft where it stands, by whoever looks at it.

import { useState } from 'react'

import type { Draft } from '../lists/model'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { SignForm } from './SignForm'
import { type Sending, act } from './api'
import { drafts, reviewsAs } from './rights'

interface Props {
  draft: Draft
  changed: (draft: Draft) => void
}

interface Offered {
  name: string
  zh: string
  en: string
}

const SUBMIT: Offered = { name: 'submit', zh: '送审', en: 'Submit' }
const REVIEW: Offered = { name: 'review', zh: '审核', en: 'Review' }
const PUBLISH: Offered = { name: 'publish', zh: '公布', en: 'Publish' }
const NOTICE: Offered = { name: 'notice', zh: '登记公示', en: 'Tell where it is public' }
const RETIRE: Offered = { name: 'retire', zh: '废止', en: 'Retire' }
const SHADOW: Offered = { name: 'shadow', zh: '影子运行', en: 'Shadow' }
const END_SHADOW: Offered = { name: 'end_shadow', zh: '结束影子运行', en: 'End the shadow' }
const WITHDRAW: Offered = { name: 'withdraw', zh: '撤回', en: 'Withdraw' }

/** As `Life::decide` in services/domain/src/life/state/decide.rs takes them. */
function offered({ state, shadow }: Draft, drafting: boolean, reviewing: boolean): Offered[] {
  const beside = drafting ? [SHADOW, ...(shadow ? [END_SHADOW] : []), WITHDRAW] : []
  switch (state) {
    case 'drafting':
      return drafting ? [SUBMIT, ...beside] : []
    case 'in_review':
      return [...(reviewing ? [REVIEW] : []), ...beside]
    case 'returned':
      return beside
    case 'approved':
      return drafting ? [PUBLISH, ...beside] : []
    case 'published':
      return drafting ? [NOTICE, RETIRE] : []
    case 'retired':
      return drafting ? [NOTICE] : []
    case 'publishing':
    case 'withdrawn':
      return []
  }
}

export function ActsOnDraft({ draft, changed }: Props) {
  const session = useStore(sessionStore)
  const roles = draft.awaited.filter((role) => reviewsAs(session, role.code))
  const all = offered(draft, drafts(session), roles.length > 0)
  const [chosen, choose] = useState<string | null>(null)
  const now = all.find((one) => one.name === chosen)
  if (all.length === 0) return null
  const done = (after: Draft) => {
    choose(null)
    changed(after)
  }
  return (
    <div className="draft-acts">
      <div className="act-buttons" role="group" aria-label={t('办理', 'Acts')}>
        {all.map((one) => (
          <button key={one.name} type="button" className="plain" data-act={one.name} aria-pressed={one.name === chosen} onClick={() => choose(one.name === chosen ? null : one.name)}>
            {t(one.zh, one.en)}
          </button>
        ))}
      </div>
      {now && <FormOf key={now.name} offered={now} draft={draft} roles={roles} done={done} />}
    </div>
  )
}

function FormOf({ offered: one, draft, roles, done }: { offered: Offered; draft: Draft; roles: Draft['awaited']; done: (draft: Draft) => void }) {
  const words = t(one.zh, one.en)
  if (one.name === 'review') return <ReviewForm draft={draft} roles={roles} done={done} />
  if (one.name === 'notice') return <NoticeForm act={words} draft={draft} done={done} />
  if (one.name === 'retire') return <DayForm act={words} field="from" label={t('自何日起废止', 'Retired from')} draft={draft} done={done} name="retire" />
  if (one.name === 'shadow') return <DayForm act={words} field="since" label={t('起点：自何日起的办件（留空为现在）', 'Cases since (empty: now)')} draft={draft} done={done} name="shadow" optional />
  return <SignForm act={words} content={() => one.name} submit={async (sending) => done(await act(draft.id, one.name, {}, sending))} />
}

function DayForm({ act: words, field, label, draft, done, name, optional = false }: { act: string; field: string; label: string; draft: Draft; done: (draft: Draft) => void; name: string; optional?: boolean }) {
  const [day, setDay] = useState('')
  return (
    <SignForm act={words} content={() => `${name}/${day}`} submit={async (sending) => done(await act(draft.id, name, day ? { [field]: day } : {}, sending))}>
      <label>
        <span>{label}</span>
        <input name={field} type="date" required={!optional} value={day} onChange={(e) => setDay(e.target.value)} />
      </label>
    </SignForm>
  )
}

function NoticeForm({ act: words, draft, done }: { act: string; draft: Draft; done: (draft: Draft) => void }) {
  const [place, setPlace] = useState('')
  const [on, setOn] = useState('')
  return (
    <SignForm act={words} content={() => `notice/${place}/${on}`} submit={async (sending) => done(await act(draft.id, 'notice', { place, on }, sending))}>
      <label>
        <span>{t('公示何处', 'Where')}</span>
        <input name="place" required maxLength={500} value={place} placeholder={t('如 市政府门户网站', 'a site or board')} onChange={(e) => setPlace(e.target.value)} />
      </label>
      <label>
        <span>{t('自何日起', 'Since')}</span>
        <input name="on" type="date" required value={on} onChange={(e) => setOn(e.target.value)} />
      </label>
    </SignForm>
  )
}

function ReviewForm({ draft, roles, done }: { draft: Draft; roles: Draft['awaited']; done: (draft: Draft) => void }) {
  const [role, setRole] = useState(roles[0]?.code ?? '')
  const [verdict, setVerdict] = useState<'agree' | 'object'>('agree')
  const [opinion, setOpinion] = useState('')
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const government = role === 'government'
  // Whoever leads the first stage answers what has to be answered.
  const leads = draft.plan[0]?.[0]?.code === role && draft.questions.length > 0
  const send = async (sending: Sending) => {
    const more = { verdict, ...(opinion.trim() && { opinion: opinion.trim() }) }
    const review = { ...more, role, ...(leads && { answers }) }
    done(await act(draft.id, government ? 'approve' : 'review', government ? more : review, sending))
  }
  return (
    <SignForm act={government ? t('提交批准意见', 'Send the approval') : t('提交审核意见', 'Send the review')} content={() => JSON.stringify([role, verdict, opinion, answers])} submit={send}>
      <label>
        <span>{t('以何角色', 'In which role')}</span>
        <select name="role" value={role} onChange={(e) => setRole(e.target.value)}>
          {roles.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="verdicts">
        <legend>{t('结论', 'Conclusion')}</legend>
        {(['agree', 'object'] as const).map((value) => (
          <label key={value}>
            <input type="radio" name="verdict" value={value} checked={verdict === value} onChange={() => setVerdict(value)} />
            {value === 'agree' ? t('同意', 'Agree') : t('不同意，退回', 'Object, back to the drafter')}
          </label>
        ))}
      </fieldset>
      <label className="wide">
        <span>{t('意见（不同意时必填）', 'Opinion; needed to object')}</span>
        <input name="opinion" maxLength={2000} required={verdict === 'object'} value={opinion} onChange={(e) => setOpinion(e.target.value)} />
      </label>
      {leads &&
        draft.questions.map((question) => (
          <label key={question.id} className="wide">
            <span>{question.text}</span>
            <input name={`answer-${question.id}`} maxLength={2000} required={verdict === 'agree'} value={answers[question.id] ?? ''} onChange={(e) => setAnswers({ ...answers, [question.id]: e.target.value })} />
          </label>
        ))}
    </SignForm>
  )
}
