// What the pages of 系统管理 are made of: an answer that waits or failed, a secret that is shown once, a step that asks once more.

import { type ReactNode, useEffect, useRef, useState } from 'react'

import { clock } from '../api/clock'
import type { ApiFailure } from '../api/client'
import { Placeholder } from '../components/pieces'
import { full, inZoneOf, millis } from '../format'
import { Refusal, failureText } from '../people/fields'
import { t } from '../words/language'
import { type Asked, failureOf } from './asked'

/** The head of a card: its title, what is told of it, what is done. */
export function Head({ id, title, told, children }: { id: string; title: string; told?: string; children?: ReactNode }) {
  return (
    <div className="page-head">
      <h2 id={id}>{title}</h2>
      {told && (
        <p className="page-told" role="status">
          {told}
        </p>
      )}
      {children && <div className="take">{children}</div>}
    </div>
  )
}

export const Again = ({ asked }: { asked: Asked<unknown> }) => (
  <button type="button" className="plain" disabled={asked.waiting} onClick={asked.again}>
    {asked.waiting ? t('正在载入…', 'Loading…') : t('刷新', 'Refresh')}
  </button>
)

/** What was found, or why not. What was found before stays, with a word that it is not the newest. */
export function Answered<T>({ asked, children }: { asked: Asked<T>; children: (found: T) => ReactNode }) {
  const { found, failure, again } = asked
  if (found !== null)
    return (
      <>
        {failure && (
          <p className="stale" role="alert">
            {t(`未能更新：${failure.message}`, `Not brought up to date: ${failure.en}`)}
          </p>
        )}
        {children(found)}
      </>
    )
  if (failure) return <Placeholder state="failed" words={{ zh: `未能载入：${failure.message}`, en: failure.en }} retry={again} />
  return <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
}

/** A password or a key that lies nowhere else: until whoever made it has taken it down. */
export function Once({ label, told, secret, done }: { label: string; told: string; secret: string; done: () => void }) {
  const [copied, setCopied] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.focus(), [secret])
  const copy = () => {
    // Where the browser does not let us, it can be marked and copied by hand.
    void navigator.clipboard?.writeText(secret).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <div className="once" role="alert" tabIndex={-1} ref={box}>
      <b>{label}</b>
      <code>{secret}</code>
      <p>{told}</p>
      <div className="take">
        <button type="button" className="plain" onClick={copy}>
          {copied ? t('已复制', 'Copied') : t('复制', 'Copy')}
        </button>
        <button type="button" className="primary" onClick={done}>
          {t('已记下，不再显示', 'Taken down, hide it')}
        </button>
      </div>
    </div>
  )
}

interface SureProps {
  label: string
  /** What happens then. */
  told: string
  disabled?: boolean
  act: () => Promise<void>
}

/** A button whose act cannot be taken back: pressed, it says what will happen and asks once more. */
export function Sure({ label, told, disabled = false, act }: SureProps) {
  const [asking, setAsking] = useState(false)
  const { sending, failure, send } = useSending()
  const first = useRef<HTMLButtonElement>(null)
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (asking) back.current?.focus()
  }, [asking])
  const stop = () => {
    setAsking(false)
    first.current?.focus()
  }
  if (!asking)
    return (
      <button type="button" className="plain" disabled={disabled} ref={first} onClick={() => setAsking(true)}>
        {label}
      </button>
    )
  return (
    <span className="sure" role="group" aria-label={label} onKeyDown={(event) => event.key === 'Escape' && stop()}>
      <span>{told}</span>
      <button type="button" className="primary" disabled={sending} onClick={() => void send(act).then((done) => done && setAsking(false))}>
        {sending ? t('正在办理…', 'Working…') : t(`确认${label}`, `Yes, ${label.toLowerCase()}`)}
      </button>
      <button type="button" className="plain" disabled={sending} ref={back} onClick={stop}>
        {t('取消', 'Cancel')}
      </button>
      {failure && <Refusal>{failureText(failure)}</Refusal>}
    </span>
  )
}

/** Sends something once at a time, and keeps why it was refused. */
export function useSending() {
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const send = async (work: () => Promise<void>): Promise<boolean> => {
    setSending(true)
    setFailure(null)
    try {
      await work()
      return true
    } catch (error) {
      setFailure(failureOf(error))
      return false
    } finally {
      setSending(false)
    }
  }
  return { sending, failure, send }
}

/** An instant in the platform's zone, whatever the one it was printed in. */
export function when(instant: string): string {
  const printed = clock.printed()
  return full(printed ? inZoneOf(printed, millis(instant)) : instant)
}
