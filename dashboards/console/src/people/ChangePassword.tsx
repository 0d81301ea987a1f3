// A new password: of one's own accord, or because the one that was given was temporary.

import { type FormEvent, useState } from 'react'

import { ApiFailure } from '../api/client'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { Field, Refusal, failureText } from './fields'
import { CHARS_MIN, passwordProblem } from './password'
import { changePassword, sessionStore, signOut } from './session'

/** As a page. */
export function ChangePassword() {
  return (
    <main className="entrance-main">
      <ChangeForm />
    </main>
  )
}

interface Props {
  /** Nothing else can be done before. */
  temporary?: boolean
}

const NOTHING = { old: '', chosen: '', again: '' }

export function ChangeForm({ temporary = false }: Props) {
  const { person } = useStore(sessionStore)
  const [typed, setTyped] = useState(NOTHING)
  const [sending, setSending] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const [done, setDone] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setDone(false)
    const problem = passwordProblem(typed, person?.account ?? '')
    setRefused(problem && say(problem))
    if (problem || sending) return
    setSending(true)
    try {
      await changePassword(typed.old, typed.chosen)
      setDone(true)
      setTyped(NOTHING)
    } catch (error) {
      setRefused(error instanceof ApiFailure ? failureText(error) : String(error))
    }
    setSending(false)
  }

  const input = (name: keyof typeof NOTHING, label: string, complete: string, hint = '') => (
    <Field label={label} hint={hint}>
      <input
        name={name}
        type="password"
        required
        maxLength={256}
        autoComplete={complete}
        value={typed[name]}
        onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
      />
    </Field>
  )
  return (
    <form className="entrance-form" onSubmit={(event) => void submit(event)} aria-labelledby="change-title">
      <h2 id="change-title">{t('修改口令', 'Change the password')}</h2>
      {temporary && (
        <p className="entrance-note" role="status">
          {t('现用口令是管理员给的临时口令，或者已到更换期限：请先改成只有本人知道的新口令', 'The password is a temporary one, or too old: choose a new one that only you know first')}
        </p>
      )}
      {/* For those that keep passwords. */}
      <input type="text" name="account" autoComplete="username" value={person?.account ?? ''} readOnly hidden />
      {input('old', t('现用口令', 'Present password'), 'current-password')}
      {input(
        'chosen',
        t('新口令', 'New password'),
        'new-password',
        t(`至少 ${CHARS_MIN} 个字符，不含账号名，不用常见口令；可以是一句话`, `At least ${CHARS_MIN} characters, not the account's name, nothing common; a phrase will do`),
      )}
      {input('again', t('再输一次新口令', 'New password again'), 'new-password')}
      {refused && <Refusal>{refused}</Refusal>}
      {done && (
        <p className="entrance-done" role="status">
          {t('口令已修改，此前的其他登录全部失效', 'The password is changed; every other session of before is over')}
        </p>
      )}
      <button type="submit" className="primary" disabled={sending}>
        {sending ? t('正在修改…', 'Changing…') : t('修改口令', 'Change the password')}
      </button>
      {temporary && (
        <button type="button" className="plain" onClick={() => void signOut().catch(() => undefined)}>
          {t('退出登录', 'Sign out')}
        </button>
      )}
    </form>
  )
}
