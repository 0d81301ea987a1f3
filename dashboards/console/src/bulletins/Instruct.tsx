// A leader's words about a paragraph of a published bulletin: they become an entry of the ledger, from which an order follows.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Ending } from '../ledger/ResultForms'
import { enter } from '../ledger/api'
import { entryHash } from '../ledger/routes'
import { today } from '../ledger/today'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import type { Bulletin } from './api'

interface Props {
  bulletin: Bulletin
  /** The paragraph as it stands. */
  text: string
}

export function Instruct({ bulletin, text }: Props) {
  const [writing, write] = useState(false)
  if (writing) return <Form bulletin={bulletin} text={text} cancel={() => write(false)} />
  return (
    <button type="button" className="plain bulletin-instruct" onClick={() => write(true)}>
      {t('批示', 'Instruct')}
    </button>
  )
}

function Form({ bulletin, text, cancel }: Props & { cancel(): void }) {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState(() => ({ org: bulletin.named.find(({ name }) => text.includes(name))?.org_code ?? '', words: '', due: '' }))
  const sending = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const passage = { bulletin: bulletin.id, text }
    const said = { why: wanted.words.trim(), kind: 'instruction', org_code: wanted.org, on: today(), passage, ...(wanted.due && { due: wanted.due }) }
    await sending.send(said, signature, async (signed, key, adminKey) => {
      location.hash = entryHash((await enter(signed, key, adminKey)).id)
    })
  }
  return (
    <form id="instruct-passage" className="voice-form" aria-label={t('对本段作出批示', 'Write about this paragraph')} onSubmit={(event) => void submit(event)}>
      <label>
        <span>{t('所涉机构', 'Body')}</span>
        <select name="org" required value={wanted.org} onChange={(e) => set({ org: e.target.value })}>
          <option value="">{t('请选择', 'Choose')}</option>
          {Object.entries(names.tables.orgs).map(([code, called]) => (
            <option key={code} value={code}>
              {called}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('办结期限（可不填）', 'Wanted by, if any')}</span>
        <input type="date" name="due" min={today()} value={wanted.due} onChange={(e) => set({ due: e.target.value })} />
      </label>
      <label className="wide">
        <span>{t('批示内容', 'What is to be done')}</span>
        <textarea name="words" required rows={3} maxLength={2000} value={wanted.words} onChange={(e) => set({ words: e.target.value })} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('提交批示', 'Send')} cancel={cancel} />
    </form>
  )
}
