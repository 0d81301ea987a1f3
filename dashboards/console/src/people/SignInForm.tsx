// Signing in. What is wrong is said where it was asked, and nothing tells whether there is such an account.

import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'

import { ApiFailure } from '../api/client'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { Field, Refusal, failureText } from './fields'
import { BY_PROVIDER, type Ways, keepPlace, ways, whyBack } from './provider'
import { sessionStore, signIn } from './session'
import { waitText } from './wait'

const TICK_MS = 1000

export function SignInForm() {
  const { ended, person } = useStore(sessionStore)
  const [account, setAccount] = useState(person?.account ?? '')
  const [password, setPassword] = useState('')
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const [capitals, setCapitals] = useState(false)
  const { provider, why } = useProvider()
  const locked = useCountdown(failure?.status === 429 ? failure.retryAfter : null)
  const secret = useRef<HTMLInputElement>(null)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (sending || locked > 0) return
    setSending(true)
    setFailure(null)
    try {
      await signIn(account.trim(), password)
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
      setPassword('')
      setSending(false)
      secret.current?.focus()
    }
  }

  const pressed = (event: KeyboardEvent) => setCapitals(event.getModifierState('CapsLock'))
  return (
    <form className="entrance-form" onSubmit={(event) => void submit(event)} aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">{t('登录', 'Sign in')}</h2>
      {ended && !failure && (
        <p className="entrance-note" role="status">
          {t('登录已失效，请重新登录；由同一账号登录，页面上未提交的内容仍在', 'Your session is over. Signed in by the same account, what you had not sent is still here')}
        </p>
      )}
      <Field label={t('账号', 'Account')}>
        <input
          name="account"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={64}
          autoFocus={account === ''}
          value={account}
          onChange={(event) => setAccount(event.target.value)}
        />
      </Field>
      <Field label={t('口令', 'Password')} hint={capitals ? t('大写锁定已打开', 'Caps lock is on') : ''}>
        <input
          ref={secret}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          maxLength={256}
          autoFocus={account !== ''}
          value={password}
          onKeyUp={pressed}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      {failure && <Refusal>{locked > 0 ? waitText(locked) : failure.status === 429 ? t('现在可以再次登录', 'You may try again now') : failureText(failure)}</Refusal>}
      <button type="submit" className="primary" disabled={sending || locked > 0}>
        {sending ? t('正在登录…', 'Signing in…') : t('登录', 'Sign in')}
      </button>
      {why && !failure && <Refusal>{say(why)}</Refusal>}
      {provider && (
        <a className="entrance-provider" href={BY_PROVIDER} onClick={keepPlace}>
          {t(`用${provider.name}登录`, `Sign in by ${provider.name}`)}
        </a>
      )}
      <p className="entrance-foot">
        {t('没有账号，或者忘记口令，请找本单位的系统管理员；口令连续输错会暂时锁定。', 'No account, or a forgotten password: ask your administrator. Repeated failures lock signing in for a while.')}
      </p>
    </form>
  )
}

/** The provider of the site, if it has one, and why somebody came back from it without being signed in: told once, and then gone from the address. */
function useProvider() {
  const [provider, setProvider] = useState<Ways['oidc']>(null)
  const [why] = useState(() => whyBack(location.search))
  useEffect(() => {
    if (why) history.replaceState(null, '', location.pathname + location.hash)
    let here = true
    // A platform that does not answer is told where it is asked for something; a password can be typed all the same.
    ways().then(
      (told) => here && setProvider(told.oidc),
      () => undefined,
    )
    return () => {
      here = false
    }
  }, [why])
  return { provider, why }
}

/** Seconds that are left of those that the platform asked to wait. */
function useCountdown(seconds: number | null): number {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    setLeft(seconds ?? 0)
    if (!seconds) return
    const until = performance.now() + seconds * 1000
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000))), TICK_MS)
    return () => clearInterval(timer)
  }, [seconds])
  return left
}
