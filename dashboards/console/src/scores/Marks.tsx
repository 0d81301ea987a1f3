// Marks by hand: what was marked and why, what became of it, and the forms to mark, appeal, decide, or take an error back.

import { type FormEvent, useState } from 'react'

import { type Names, namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Badge, Both } from '../components/pieces'
import { full } from '../format'
import { Ending } from '../ledger/ResultForms'
import { today } from '../ledger/today'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Mark, type One, giveMark, workMark } from './api'
import type { SheetPlace } from './routes'
import { MARK_STATES, actsUpon, marks as mayMark, signed } from './words'

type Act = 'appeal' | 'decide' | 'void'

const ACTS: Record<Act, { zh: string; en: string }> = {
  appeal: { zh: '申诉', en: 'Appeal' },
  decide: { zh: '决定申诉', en: 'Decide the appeal' },
  void: { zh: '评分有误，作废', en: 'Given in error' },
}

interface Props {
  one: One
  place: SheetPlace
  again(): void
}

export function Marks({ one, place, again }: Props) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [marking, setMarking] = useState(false)
  const byHand = one.model.parts.some((part) => part.items.some((item) => item.by === 'manual')) || one.model.bonuses.length > 0
  if (!byHand && one.marks.length === 0) return null
  return (
    <section className="card cases-found" aria-labelledby="marks-title">
      <div className="voices-head">
        <h3 id="marks-title">
          <Both words={{ zh: '手工评分与奖励', en: 'Marks by hand' }} />
        </h3>
        {byHand && mayMark(person, place.body) && (
          <button type="button" className="plain" id="open-mark" aria-expanded={marking} onClick={() => setMarking(!marking)}>
            {t('评分', 'Mark')}
          </button>
        )}
      </div>
      {marking && <MarkForm one={one} place={place} names={names} done={again} cancel={() => setMarking(false)} />}
      {one.marks.length === 0 ? (
        <p className="sub">{t('没有手工评分', 'None')}</p>
      ) : (
        <ul className="score-hand">
          {one.marks.map((mark) => (
            <MarkOf key={mark.id} mark={mark} one={one} place={place} names={names} again={again} />
          ))}
        </ul>
      )}
    </section>
  )
}

function nameOf({ model }: One, id: string): string {
  const items = [...model.parts.flatMap((part) => part.items), ...model.bonuses]
  return items.find((item) => item.id === id)?.name ?? id
}

function MarkOf({ mark, one, place, names, again }: Props & { mark: Mark; names: Names }) {
  const { person } = useStore(sessionStore)
  const [act, choose] = useState<Act | null>(null)
  const acts = actsUpon(mark, person, place.body, today())
  return (
    <li data-mark={mark.id} data-state={mark.state}>
      <p>
        <b>{nameOf(one, mark.item)}</b> <span className={mark.points < 0 ? 'score-marks less' : 'score-marks'}>{signed(mark.points)}</span> <Badge kind={`mark-${mark.state}`} words={MARK_STATES[mark.state]} />
      </p>
      <p>{mark.why}</p>
      <p className="sub">
        {signer(mark.by, names)} · {full(mark.at)}
        {mark.points < 0 && ` · ${t(`申诉至 ${mark.appeal_until}`, `appeal until ${mark.appeal_until}`)}`}
      </p>
      {mark.after.map((one) => (
        <p key={one.at + one.act} className="sub">
          {one.act === 'decide' ? (one.upheld ? t('维持', 'Upheld') : t('撤销', 'Withdrawn')) : say(ACTS[one.act as Act])}
          {t('：', ': ')}
          {one.why} · {signer(one.by, names)} · {full(one.at)}
        </p>
      ))}
      {acts.length > 0 && (
        <div className="act-buttons">
          {acts.map((one) => (
            <button key={one} type="button" className="plain" data-act={one} aria-expanded={act === one} onClick={() => choose(act === one ? null : one)}>
              {say(ACTS[one])}
            </button>
          ))}
        </div>
      )}
      {act && acts.includes(act) && <ActForm mark={mark} act={act} names={names} done={again} cancel={() => choose(null)} />}
    </li>
  )
}

const signer = ({ person, body }: Mark['by'], names: Names) => [body && names.org(body), names.officer(person)].filter(Boolean).join(' · ')

interface FormProps {
  names: Names
  done(): void
  cancel(): void
}

function MarkForm({ one, place, names, done, cancel }: FormProps & { one: One; place: SheetPlace }) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState({ item: '', points: '', why: '' })
  const sending = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const items = one.model.parts.flatMap((part) => part.items).filter((item) => item.by === 'manual')
  const least = items.find((item) => item.id === wanted.item)?.min ?? 0
  const most = one.model.bonuses.find((bonus) => bonus.id === wanted.item)?.max ?? 0
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { office, officer } = place
    const said = { model: one.model.id, period: one.period.code, office, officer, item: wanted.item, points: Number(wanted.points), why: wanted.why.trim() }
    const taken = await sending.send(said, signature, async (signed, key, adminKey) => {
      await giveMark(place.body, signed, key, adminKey)
    })
    if (taken) done()
  }
  return (
    <form id="give-mark" className="voice-form" aria-label={t('评分', 'Mark')} onSubmit={(event) => void submit(event)}>
      <label>
        <span>{t('考评项', 'Item')}</span>
        <select name="mark_item" required value={wanted.item} onChange={(e) => set({ item: e.target.value, points: '' })}>
          <option value="">{t('请选择', 'Choose')}</option>
          {items.map((item) => (
            <option key={item.id} value={item.id}>
              {item.name}
            </option>
          ))}
          {one.model.bonuses.map((bonus) => (
            <option key={bonus.id} value={bonus.id}>
              {t('奖励：', 'Bonus: ')}
              {bonus.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>
          {t('分值', 'Points')}
          {wanted.item && t(`（${signed(least)} 至 ${signed(most)}）`, ` (${signed(least)} to ${signed(most)})`)}
        </span>
        <input name="mark_points" type="number" required step="0.01" min={least} max={most} value={wanted.points} onChange={(e) => set({ points: e.target.value })} />
      </label>
      <label className="wide">
        <span>{t('理由（事实、依据）', 'Why: facts and grounds')}</span>
        <textarea name="mark_why" required rows={3} maxLength={2000} value={wanted.why} onChange={(e) => set({ why: e.target.value })} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('评分', 'Mark')} cancel={cancel} />
    </form>
  )
}

function ActForm({ mark, act, names, done, cancel }: FormProps & { mark: Mark; act: Act }) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [why, tell] = useState('')
  const [upheld, decide] = useState<boolean | null>(null)
  const sending = useSending(person)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said = act === 'decide' ? { why: why.trim(), upheld } : { why: why.trim() }
    const taken = await sending.send(said, signature, async (signed, key, adminKey) => {
      await workMark(mark.id, act, signed, key, adminKey)
    })
    if (taken) done()
  }
  return (
    <form className="voice-form" data-form={act} aria-label={say(ACTS[act])} onSubmit={(event) => void submit(event)}>
      {act === 'decide' && (
        <fieldset className="wide score-decision">
          <legend>{t('决定', 'Decision')}</legend>
          {([true, false] as const).map((value) => (
            <label key={String(value)} className="check">
              <input type="radio" name="upheld" required checked={upheld === value} onChange={() => decide(value)} />
              <span>{value ? t('维持评分', 'Uphold the mark') : t('撤销评分', 'Withdraw the mark')}</span>
            </label>
          ))}
        </fieldset>
      )}
      <label className="wide">
        <span>{act === 'appeal' ? t('申诉理由', 'Why it is wrong') : act === 'decide' ? t('决定理由', 'Why') : t('作废原因（原评分仍保留）', 'What was wrong; what was marked stays')}</span>
        <textarea name="act_why" required rows={2} maxLength={2000} value={why} onChange={(e) => tell(e.target.value)} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={say(ACTS[act])} cancel={cancel} />
    </form>
  )
}
