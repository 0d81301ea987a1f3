// A draft begun: with the text of a version in force as the next one, or with nothing.

import { useEffect, useState } from 'react'

import { clock } from '../api/clock'
import { inZoneOf } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { KINDS } from '../lists/kinds'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { CodeArea } from './CodeArea'
import { SignForm } from './SignForm'
import { begin, published } from './api'
import { dayAfter, nextVersion, renewed } from './renew'
import { drafts } from './rights'
import { DRAFTS_HASH, draftHash } from './routes'

interface Props {
  of: string
  id: string
  version: string
}

/** The platform's own day. */
function today(): string {
  const [now, printed] = [clock.now(), clock.printed()]
  return (now !== null && printed !== null ? inZoneOf(printed, now) : new Date().toISOString()).slice(0, 10)
}

export function NewDraftPage({ of, id, version }: Props) {
  const asked = useAsked(`${of}/${id}/${version}`, async (signal) => (id ? published(of, id, version, signal) : `kind: ${of}\n`))
  return (
    <>
      <p className="case-back">
        <a href={DRAFTS_HASH}>← {t('草案', 'Drafts')}</a>
      </p>
      <section className="card cases-found" aria-labelledby="new-draft-title">
        <h2 id="new-draft-title">
          {id ? t(`以在用的${KINDS[of]?.zh ?? of}起草`, `Draft from ${id}`) : t(`起草${KINDS[of]?.zh ?? of}`, `A new draft: ${say(KINDS[of] ?? { zh: of })}`)}
        </h2>
        <Answered asked={asked}>{(text) => <Editing of={of} version={version} base={text} />}</Answered>
      </section>
    </>
  )
}

function Editing({ of, version, base }: { of: string; version: string; base: string }) {
  const versions = Boolean(KINDS[of]?.versions && version)
  const [next, setNext] = useState(nextVersion(version || '0'))
  const [from, setFrom] = useState(dayAfter(today()))
  const [text, setText] = useState(() => (versions ? renewed(base, next, from) : base))
  const drafting = drafts(useStore(sessionStore))
  // The two lines follow the fields; whatever else was written stays.
  useEffect(() => {
    if (versions) setText((before) => renewed(before, next, from))
  }, [versions, next, from])
  if (!drafting) return <p className="nothing">{t('本账号不起草定义', 'This account does not draft')}</p>
  return (
    <>
      {versions && (
        <div className="case-search">
          <label>
            <span>{t('新版本号', 'New version')}</span>
            <input name="version" value={next} maxLength={64} onChange={(e) => setNext(e.target.value.replace(/["\\\n]/g, ''))} />
          </label>
          <label>
            <span>{t('生效日期（最早为公布次日）', 'In force from, after its publication')}</span>
            <input name="effective_from" type="date" value={from} onChange={(e) => setFrom(e.target.value)} />
          </label>
        </div>
      )}
      <CodeArea label={t('草案文本（YAML）', 'The draft as YAML')} value={text} change={setText} problems={[]} />
      <SignForm
        act={t('起草', 'Draft')}
        content={() => text}
        submit={async (sending) => {
          const draft = await begin(text, sending)
          location.hash = draftHash(draft.id)
        }}
      />
    </>
  )
}
