// A change of the register: what is done is filled in, looked at as it would stand, and signed. What cannot be is said at its field.

import { type FormEvent, useRef, useState } from 'react'

import { dayAfter } from '../drafts/renew'
import { SignForm } from '../drafts/SignForm'
import { today } from '../ledger/today'
import { say, t } from '../words/language'
import { Compared } from './Compared'
import { ChangeField } from './ChangeFields'
import { compose, put } from './api'
import { type Composed, FIELDS, type Target, WHATS, type Values, type What, atFields, begun, changeOf, whatsOf } from './change-model'
import type { BodyRegister } from './model'

interface Props {
  found: BodyRegister
  target: Target
  taken: () => void
  cancel: () => void
}

export function ChangeForm({ found, target, taken, cancel }: Props) {
  const whats = whatsOf(target)
  const first = whats[0] ?? 'end_officer'
  const now = today() || found.on
  const [what, choose] = useState<What>(first)
  const [values, setValues] = useState(() => begun(target, first, now, dayAfter(now)))
  const [composed, setComposed] = useState<Composed | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [checking, setChecking] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  const change = (some: Partial<Values>) => {
    setValues({ ...values, ...some })
    setComposed(null)
  }
  const another = (next: What) => {
    choose(next)
    setValues(begun(target, next, now, dayAfter(now)))
    setComposed(null)
    setFailure(null)
  }
  const check = async (event: FormEvent) => {
    event.preventDefault()
    setChecking(true)
    setFailure(null)
    try {
      const made = await compose(found.code, changeOf(target, what, values))
      setComposed(made)
      const wrong = FIELDS[what].find((field) => made.refusals.some((refusal) => refusal.field === field))
      if (wrong) form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus()
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setChecking(false)
    }
  }

  const { at, rest } = atFields(composed?.refusals ?? [], FIELDS[what])
  const words = [...rest.map((refusal) => `${refusal.message}。${refusal.remedy}`), ...(composed?.problems ?? []).map((problem) => problem.message)]
  return (
    <div className="register-change" data-what={what}>
      <form ref={form} className="voice-form" aria-label={say(WHATS[what])} onSubmit={(event) => void check(event)}>
        {whats.length > 1 ? (
          <label className="wide">
            <span>{t('办理什么', 'What is done')}</span>
            <select name="what" value={what} onChange={(e) => another(e.target.value as What)}>
              {whats.map((one) => (
                <option key={one} value={one}>
                  {say(WHATS[one])}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <h4 className="wide">{say(WHATS[what])}</h4>
        )}
        {FIELDS[what].map((field) => (
          <ChangeField key={field} field={field} what={what} found={found} target={target} values={values} refusal={at[field]} change={change} />
        ))}
        {(words.length > 0 || failure) && (
          <div className="wide refusal" role="alert">
            {failure && <p>{failure.message}</p>}
            <ul className="plain-list">
              {words.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </div>
        )}
        <div className="wide case-search-acts">
          <button type="submit" className={composed?.text ? 'plain' : 'main'} disabled={checking}>
            {t('核对变动', 'See what it changes')}
          </button>
          <button type="button" className="plain" onClick={cancel}>
            {t('取消', 'Cancel')}
          </button>
        </div>
      </form>
      {composed?.text && <Signing body={found.code} composed={composed} text={composed.text} found={found} taken={taken} />}
    </div>
  )
}

function Signing({ body, composed, text, found, taken }: { body: string; composed: Composed; text: string; found: BodyRegister; taken: () => void }) {
  return (
    <>
      <Compared composed={composed} posts={found.posts} />
      <SignForm
        act={t('登记变动', 'Enter the change')}
        hint={t('任免文件、会议、换证通知', 'Appointment, meeting, notice')}
        content={() => text}
        submit={async (sending) => {
          await put(body, text, composed.base, sending)
          taken()
        }}
      />
    </>
  )
}
