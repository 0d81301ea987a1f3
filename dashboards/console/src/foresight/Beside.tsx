// The likelihood beside an alert or a case: read when it is shown, and again when it changes.

import { useEffect, useState } from 'react'

import { isAborted } from '../api/client'
import { full } from '../format'
import { say, t } from '../words/language'
import { type Foresight, foreseeOne } from './api'
import { LIKENESSES, UNSAID, caveat, percent, sentence, weight } from './words'

interface Props {
  source: string
  caseNo: string
  /** What changes with every change of the case or the alert. */
  changed: unknown
}

/** On a panel or a page. */
export function Beside({ source, caseNo, changed }: Props) {
  const [told, tell] = useState<Foresight | null>(null)
  const [failed, fail] = useState(false)
  useEffect(() => {
    const asked = new AbortController()
    foreseeOne(source, caseNo, asked.signal).then(
      (foresight) => {
        tell(foresight)
        fail(false)
      },
      (error) => {
        if (!isAborted(error)) fail(true)
      },
    )
    return () => asked.abort()
  }, [source, caseNo, changed])
  if (failed) return <p className="sub">{t('超期推算未能载入', 'What like cases say could not be read')}</p>
  const text = told && sentence(told)
  if (!told || !text) return null
  const more = caveat(told)
  return (
    <div className={`foresight weight-${weight(told.likelihood)}`} id="foresight" data-likelihood={told.likelihood ?? undefined} data-unsaid={told.unsaid ?? undefined}>
      <p>{text}</p>
      {more && (
        <p className="sub">
          {more}
          {told.as_of_at && t(`；截至 ${full(told.as_of_at)}`, `; as of ${full(told.as_of_at)}`)}
        </p>
      )}
    </div>
  )
}

/** In a list of tasks. */
export function Line({ foresight }: { foresight: Foresight | undefined }) {
  const text = foresight && sentence(foresight)
  if (!foresight || !text) return null
  return (
    <span className={`foresight-line weight-${weight(foresight.likelihood)}`} title={caveat(foresight)}>
      {text}
    </span>
  )
}

/** In a column of a table. */
export function Cell({ foresight }: { foresight: Foresight | undefined }) {
  const { likelihood, base, likeness, unsaid } = foresight ?? { likelihood: null, base: null, likeness: null, unsaid: null }
  if (!foresight || likelihood === null || base === null || likeness === null) {
    const why = unsaid && UNSAID[unsaid]
    return why ? <span className="sub">{say(why)}</span> : <>—</>
  }
  return (
    <span className={`weight-${weight(likelihood)}`} title={`${sentence(foresight)}${t('。', '. ')}${caveat(foresight)}`}>
      <b>{percent(likelihood)}</b>
      <span className="sub">
        {t('基数', 'of')} {base} · {say(LIKENESSES[likeness])}
      </span>
    </span>
  )
}
