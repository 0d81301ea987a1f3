// What every act on a draft asks for: why, who says so where nobody signed in, and the administrator's key where the platform wants one. A refusal is
// shown where it was asked for.

import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'

import { ApiFailure } from '../api/client'
import { namesStore } from '../api/names'
import { Keys } from '../dispositions/send'
import { adminKeyStore, remember, signerStore } from '../dispositions/signer'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import type { Said, Sending } from './api'

interface Props {
  /** What the button says. */
  act: string
  /** Fields of the act itself. */
  children?: ReactNode
  /** Sends it; what tells this from another request is `content`. */
  content: () => string
  submit: (sending: Sending) => Promise<void>
  disabled?: boolean
  /** What stands in the field for why. */
  hint?: string
}

export function SignForm({ act, children, content, submit, disabled = false, hint }: Props) {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const [why, setWhy] = useState('')
  const [signer, setSigner] = useState(signerStore.get())
  const [adminKey, setAdminKey] = useState(adminKeyStore.get())
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<Error | null>(null)
  const keys = useRef(new Keys())
  const bodies = useId()
  const needsKey = !person && ((failure instanceof ApiFailure && failure.status === 401) || adminKey !== '')

  const send = async (event: FormEvent) => {
    event.preventDefault()
    const said: Said = { why: why.trim() }
    if (!person) {
      said.who = { person: signer.person.trim(), body: signer.body.trim(), office: signer.office.trim() }
      remember(said.who)
      adminKeyStore.set(adminKey)
    }
    setSending(true)
    setFailure(null)
    try {
      await submit({ said, key: keys.current.for(JSON.stringify([said, content()])), adminKey: person ? '' : adminKey })
      setWhy('')
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setSending(false)
    }
  }

  return (
    <form className="sign-form" onSubmit={(event) => void send(event)}>
      {children}
      <label className="wide">
        <span>{t('理由（文号、会议、事由）', 'Why: document, meeting, cause')}</span>
        <input name="why" required maxLength={2000} value={why} placeholder={hint} onChange={(e) => setWhy(e.target.value)} />
      </label>
      {person ? (
        <p className="wide sub">{t(`以 ${person.name || person.person} 的名义办理`, `Signed by ${person.name || person.person}`)}</p>
      ) : (
        <>
          <label>
            <span>{t('签署机构', 'Body')}</span>
            <input name="body" maxLength={128} list={bodies} value={signer.body} onChange={(e) => setSigner({ ...signer, body: e.target.value })} />
            <datalist id={bodies}>
              {Object.entries(names.tables.orgs).map(([code, called]) => (
                <option key={code} value={code}>
                  {called}
                </option>
              ))}
            </datalist>
          </label>
          <label>
            <span>{t('内设机构', 'Office')}</span>
            <input name="office" maxLength={128} value={signer.office} onChange={(e) => setSigner({ ...signer, office: e.target.value })} />
          </label>
          <label>
            <span>{t('经办人编号', 'Person')}</span>
            <input name="person" required maxLength={128} autoComplete="username" value={signer.person} onChange={(e) => setSigner({ ...signer, person: e.target.value })} />
          </label>
        </>
      )}
      {needsKey && (
        <label>
          <span>{t('管理员密钥', 'Key')}</span>
          <input name="admin_key" type="password" autoComplete="off" value={adminKey} onChange={(e) => setAdminKey(e.target.value)} />
        </label>
      )}
      {failure && <Failure failure={failure} />}
      <div className="wide">
        <button type="submit" className="main" disabled={disabled || sending}>
          {act}
        </button>
      </div>
    </form>
  )
}

function Failure({ failure }: { failure: Error }) {
  const problems = failure instanceof ApiFailure ? failure.problems : []
  return (
    <div className="wide refusal" role="alert">
      <p>{failure.message}</p>
      {problems.length > 1 && (
        <ul className="plain-list">
          {problems.map((problem) => (
            <li key={`${problem.line}/${problem.message}`}>
              {problem.line > 0 && t(`第 ${problem.line} 行：`, `line ${problem.line}: `)}
              {problem.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
