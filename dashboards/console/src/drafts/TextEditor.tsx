// A draft's text: read, changed, and looked through by the platform line by line.

import { useState } from 'react'

import { ApiFailure, type LineProblem } from '../api/client'
import { Answered, useAsked } from '../lists/asked'
import type { Draft } from '../lists/model'
import { t } from '../words/language'
import { CodeArea } from './CodeArea'
import { SignForm } from './SignForm'
import { act, check, text } from './api'
import { ofDraft } from './problems'
import { mayRevise } from './states'

interface Props {
  draft: Draft
  /** It may be changed by whoever looks at it. */
  drafting: boolean
  changed: (draft: Draft) => void
}

export function TextEditor({ draft, drafting, changed }: Props) {
  const asked = useAsked(`text/${draft.id}/${draft.text_sha256}`, (signal) => text(draft.id, signal))
  return <Answered asked={asked}>{(written) => <Editing key={draft.text_sha256} draft={draft} drafting={drafting} changed={changed} written={written} />}</Answered>
}

function Editing({ draft, drafting, changed, written }: Props & { written: string }) {
  const [now, setNow] = useState(written)
  const [refused, setRefused] = useState<readonly LineProblem[]>([])
  const open = mayRevise(draft.state)
  const checked = useAsked(`check/${draft.id}/${draft.text_sha256}/${open}`, async (signal) => (open ? check(draft.id, signal) : null))
  // What the platform found belongs to the text as it was saved.
  const problems = ofDraft(draft.id, refused.length > 0 ? refused : now === written ? (checked.found?.problems ?? []) : [])
  const refusals = now === written ? (checked.found?.refusals ?? []) : []
  return (
    <>
      {open && checked.found && problems.length === 0 && refusals.length === 0 && now === written && (
        <p className="checked" role="status">
          {t('已查：可以送审', 'Looked through: it can be submitted')}
        </p>
      )}
      {refusals.length > 0 && (
        <ul className="code-problems" role="alert">
          {refusals.map((refusal) => (
            <li key={refusal.message}>
              {refusal.message}。{refusal.remedy}
            </li>
          ))}
        </ul>
      )}
      <CodeArea label={t('草案文本（YAML）', 'The draft as YAML')} value={now} {...(open && drafting && { change: setNow })} problems={problems} />
      {open && drafting && (
        <SignForm
          act={t('保存修改', 'Save')}
          content={() => now}
          disabled={now === written}
          submit={async (sending) => {
            setRefused([])
            try {
              changed(await act(draft.id, 'revise', { text: now }, sending))
            } catch (error) {
              if (error instanceof ApiFailure) setRefused(error.problems)
              throw error
            }
          }}
        />
      )}
    </>
  )
}
