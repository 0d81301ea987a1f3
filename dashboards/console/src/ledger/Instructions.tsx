// What leaders wrote about an alert, and the orders that were given upon it; a leader writes, who supervises orders.

import { type FormEvent, Suspense, lazy, useEffect, useRef, useState } from 'react'

import { ApiFailure, isAborted } from '../api/client'
import type { Names } from '../api/names'
import type { Alert } from '../api/types'
import { list, panel } from '../board/model'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Placeholder, Section } from '../components/pieces'
import { Keys, type Said, send } from '../dispositions/send'
import { full } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { EntryBadge } from './ListPage'
import { Ending } from './ResultForms'
import { type Entry, enter, instructionsAbout } from './api'
import { entryHash } from './routes'
import { today } from './today'
import { ordersUpon, writesInstructions } from './words'

const ActForm = lazy(() => import('../dispositions/ActForm'))

/** So long after what was told live it is asked for again. */
const BEHIND_MS = 1000

interface Props {
  alert: Alert
  names: Names
}

export default function Instructions({ alert, names }: Props) {
  const { person } = useStore(sessionStore)
  const [entries, setEntries] = useState<Entry[]>([])
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const [writing, write] = useState(false)
  const [times, again] = useState(0)
  const { order } = alert.disposition ?? {}
  useEffect(() => {
    const asked = new AbortController()
    instructionsAbout(alert.alert_id, asked.signal).then(
      (page) => {
        setEntries(page.entries)
        setFailure(null)
      },
      (error) => {
        if (!isAborted(error)) setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
      },
    )
    return () => asked.abort()
    // An order that is told live may be one upon these words, and its closing ends them.
  }, [alert.alert_id, order?.by.command, order?.closed?.command, times])
  // The closing is told live before it can be read with the instruction.
  const behind = order?.closed && entries.some((entry) => entry.order?.command_id === order.by.command && (entry.state === 'open' || entry.state === 'overdue'))
  useEffect(() => {
    if (!behind) return
    const timer = setTimeout(() => again(times + 1), BEHIND_MS)
    return () => clearTimeout(timer)
  }, [behind, times])
  const body = alert.responsible_org ?? alert.org_code ?? ''
  const writes = writesInstructions(person) && body !== ''
  if (entries.length === 0 && !failure && !writes) return null
  const anew = () => {
    write(false)
    again(times + 1)
  }
  return (
    <Section words={{ zh: '领导批示', en: 'Leaders’ instructions' }}>
      {failure && <Placeholder state="failed" words={{ zh: `批示未能载入：${failure.message}`, en: failure.en }} retry={() => again(times + 1)} />}
      <ol className="thread" id="instructions">
        {entries.map((entry) => (
          <Instruction key={entry.id} entry={entry} alert={alert} names={names} changed={anew} />
        ))}
      </ol>
      {writes && !writing && (
        <button type="button" className="plain" onClick={() => write(true)}>
          {t('作出批示', 'Write an instruction')}
        </button>
      )}
      {writing && <WriteForm alert={alert} body={body} names={names} done={anew} cancel={() => write(false)} />}
    </Section>
  )
}

interface InstructionProps extends Props {
  entry: Entry
  changed(): void
}

function Instruction({ entry, alert, names, changed }: InstructionProps) {
  const { person } = useStore(sessionStore)
  const [ordering, setOrdering] = useState(false)
  const keys = useRef(new Keys())
  const waits = !entry.result && !entry.voided && (!entry.order || entry.order.state === 'refused')
  const submit = async (said: Said, adminKey: string) => {
    const upon = { ...said, instruction: entry.id }
    const ordered = await send(alert.alert_id, 'order', upon, keys.current.for(JSON.stringify(upon)), adminKey)
    setOrdering(false)
    if (ordered) {
      panel.take(ordered)
      list.take(ordered)
    } else panel.reload()
    changed()
  }
  return (
    <li data-instruction={entry.id}>
      <div className="thread-head">
        <b>{t('批示', 'Instruction')}</b>
        <a href={entryHash(entry.id)}>{entry.on}</a>
        <EntryBadge entry={entry} />
      </div>
      <p className="thread-why">{entry.facts}</p>
      <p className="sub">
        {names.officer(entry.entered_by.person)}
        {entry.due && t(` · 要求 ${entry.due} 前办结`, ` · wanted by ${entry.due}`)}
      </p>
      <OrderOf entry={entry} names={names} />
      <ClosedBy entry={entry} names={names} />
      {waits && ordersUpon(person) && (
        <button type="button" className="plain" aria-expanded={ordering} onClick={() => setOrdering(!ordering)}>
          {t('交办督办', 'Order upon it')}
        </button>
      )}
      {ordering && (
        <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}>
          <ActForm act="order" names={names} to={entry.org_code} submit={submit} cancel={() => setOrdering(false)} />
        </Suspense>
      )}
    </li>
  )
}

const OUTCOMES = {
  accepted: { zh: '尚未作出决定', en: 'not decided yet' },
  applied: { zh: '已督办', en: 'ordered' },
  refused: { zh: '督办未执行', en: 'the order was refused' },
} as const

/** The order upon an instruction, and what became of it. */
export function OrderOf({ entry: { order }, names }: { entry: Entry; names: Names }) {
  if (!order) return null
  const state = OUTCOMES[order.state]
  return (
    <p className="sub" data-order={order.state}>
      {t(state.zh, state.en)} → {names.org(order.to)}
      {order.due_at && t(` · ${full(order.due_at)} 前反馈`, ` · answer due ${full(order.due_at)}`)}
      {` · ${names.officer(order.entered_by.person)} ${full(order.entered_at)}`}
      {order.message && `${t('：', ': ')}${order.message}`}
    </p>
  )
}

/** The closing of that order: with it the instruction is done. */
export function ClosedBy({ entry: { order_closed: closed }, names }: { entry: Entry; names: Names }) {
  if (!closed) return null
  return (
    <p className="sub" data-order="closed">
      {t('督办已办结', 'the order is closed')} · {names.officer(closed.by.person)} {full(closed.at)}
      {closed.late && t('（晚于期限）', ' (late)')}
      {t('：', ': ')}
      {closed.why}
    </p>
  )
}

interface WriteProps extends Props {
  body: string
  done(): void
  cancel(): void
}

function WriteForm({ alert, body, names, done, cancel }: WriteProps) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [words, say] = useState('')
  const [due, setDue] = useState('')
  const sending = useSending(person)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const said = { why: words.trim(), kind: 'instruction', org_code: body, on: today(), alerts: [alert.alert_id], ...(due && { due }) }
    const sent = await sending.send(said, signature, async (signed, key, adminKey) => {
      await enter(signed, key, adminKey)
    })
    if (sent) done()
  }
  return (
    <form id="instruct" className="voice-form" aria-label={t('作出批示', 'Write an instruction')} onSubmit={(event) => void submit(event)}>
      <label className="wide">
        <span>{t('批示内容', 'What is to be done')}</span>
        <textarea name="words" required rows={3} maxLength={2000} value={words} onChange={(e) => say(e.target.value)} />
      </label>
      <label>
        <span>{t('办结期限（可不填）', 'Wanted by, if any')}</span>
        <input type="date" name="due" min={today()} value={due} onChange={(e) => setDue(e.target.value)} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('提交批示', 'Send')} cancel={cancel} />
    </form>
  )
}
