// Takes a complaint or a rating in: about a case that is known, or about a body.

import { type FormEvent, useMemo, useState } from 'react'

import { namesStore } from '../api/names'
import { Both } from '../components/pieces'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { SignatureFields, signatureOf } from './Signature'
import { type Said, register } from './api'
import { COMPLAINTS_HASH, voiceHash } from './routes'
import { useSending } from './submit'
import { CHANNELS, GRADES, KINDS, TOPICS } from './words'

interface Wanted {
  kind: 'complaint' | 'rating'
  linked: boolean
  source: string
  caseNo: string
  org: string
  topic: string
  grade: string
  channel: string
  reference: string
  anonymous: boolean
  text: string
}

export function RegisterPage({ source, caseNo }: { source: string; caseNo: string }) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState<Wanted>({
    kind: 'complaint',
    linked: caseNo !== '',
    source,
    caseNo,
    org: '',
    topic: '',
    grade: '',
    channel: 'hotline',
    reference: '',
    anonymous: false,
    text: '',
  })
  const { sending, failure, send } = useSending(person)
  const set = (some: Partial<Wanted>) => want({ ...wanted, ...some })
  const sources = useMemo(() => Object.entries(names.tables.sources), [names])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    await send(saidOf(wanted), signature, async (said, key, adminKey) => {
      location.hash = voiceHash(await register(said, key, adminKey))
    })
  }
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="register-title">
        <h2 id="register-title">
          <Both words={{ zh: '登记投诉、评价', en: 'Register a complaint or rating' }} />
        </h2>
        <form id="register" className="voice-form" onSubmit={(event) => void submit(event)}>
          <label>
            <span>{t('类别', 'Kind')}</span>
            <select name="kind" value={wanted.kind} onChange={(e) => set({ kind: e.target.value as Wanted['kind'] })}>
              {(['complaint', 'rating'] as const).map((kind) => (
                <option key={kind} value={kind}>
                  {say(KINDS[kind])}
                </option>
              ))}
            </select>
          </label>
          {wanted.kind === 'complaint' ? (
            <Choice label={t('投诉类别', 'About')} name="topic" value={wanted.topic} choices={Object.entries(TOPICS).map(([code, words]) => [code, say(words)])} choose={(topic) => set({ topic })} />
          ) : (
            <Choice label={t('满意度', 'Grade')} name="grade" value={wanted.grade} choices={GRADES.map((words, index) => [String(index + 1), say(words)])} choose={(grade) => set({ grade })} />
          )}
          <Choice label={t('来件渠道', 'Channel')} name="channel" value={wanted.channel} choices={Object.entries(CHANNELS).map(([code, words]) => [code, say(words)])} choose={(channel) => set({ channel })} />
          <label>
            <span>{t('渠道编号', 'Its number there')}</span>
            <input name="reference" maxLength={64} value={wanted.reference} placeholder={t('如 12345 工单号', 'e.g. of the hotline')} onChange={(e) => set({ reference: e.target.value })} />
          </label>
          <label className="check wide">
            <input type="checkbox" name="linked" checked={wanted.linked} onChange={(e) => set({ linked: e.target.checked })} />
            <span>{t('涉及一件已知的办件', 'About a known case')}</span>
          </label>
          {wanted.linked ? (
            <>
              <label>
                <span>{t('来源系统', 'Source')}</span>
                <input name="source" required list="register-sources" maxLength={256} value={wanted.source} onChange={(e) => set({ source: e.target.value })} />
                <datalist id="register-sources">
                  {sources.map(([code, called]) => (
                    <option key={code} value={code}>
                      {called}
                    </option>
                  ))}
                </datalist>
              </label>
              <label>
                <span>{t('办件编号', 'Case number')}</span>
                <input name="case_no" required maxLength={200} value={wanted.caseNo} onChange={(e) => set({ caseNo: e.target.value })} />
              </label>
            </>
          ) : (
            <Choice label={t('被投诉、被评价的机构', 'Body')} name="org" value={wanted.org} choices={Object.entries(names.tables.orgs)} choose={(org) => set({ org })} />
          )}
          {wanted.kind === 'complaint' && (
            <label className="check">
              <input type="checkbox" name="anonymous" checked={wanted.anonymous} onChange={(e) => set({ anonymous: e.target.checked })} />
              <span>{t('匿名，不需答复', 'Anonymous, not answered')}</span>
            </label>
          )}
          <label className="wide">
            <span>{t('内容（不填写姓名、电话，平台不保存）', 'Content (no names, no telephone numbers)')}</span>
            <textarea name="text" required rows={5} maxLength={2000} value={wanted.text} onChange={(e) => set({ text: e.target.value })} />
          </label>
          <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(failure?.status, signature.adminKey)} change={sign} />
          {failure && (
            <p className="wide voice-failure" role="alert">
              {t(failure.message, failure.en)}
            </p>
          )}
          <div className="wide case-search-acts">
            <button type="submit" className="main" disabled={sending}>
              {t('登记', 'Register')}
            </button>
            <button type="button" className="plain" disabled={sending} onClick={() => (location.hash = COMPLAINTS_HASH)}>
              {t('取消', 'Cancel')}
            </button>
          </div>
        </form>
      </section>
    </main>
  )
}

export const needsKey = (status: number | undefined, adminKey: string) => status === 401 || adminKey !== ''

interface ChoiceProps {
  label: string
  name: string
  value: string
  choices: [string, string][]
  choose(code: string): void
}

function Choice({ label, name, value, choices, choose }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select name={name} required value={value} onChange={(e) => choose(e.target.value)}>
        <option value="">{t('请选择', 'Choose')}</option>
        {choices.map(([code, called]) => (
          <option key={code} value={code}>
            {called}
          </option>
        ))}
      </select>
    </label>
  )
}

function saidOf({ kind, linked, source, caseNo, org, topic, grade, channel, reference, anonymous, text }: Wanted): Said {
  const said: Said = { why: text.trim(), kind, channel }
  if (reference.trim()) said.reference = reference.trim()
  if (linked) {
    said.source = source.trim()
    said.case_no = caseNo.trim()
  } else said.org_code = org
  if (kind === 'complaint') {
    said.topic = topic
    said.anonymous = anonymous
  } else said.grade = Number(grade)
  return said
}
