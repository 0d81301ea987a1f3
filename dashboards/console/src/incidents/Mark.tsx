// In which incident an alert lies: on its panel, and beside it in lists.

import { useEffect, useState } from 'react'

import { isAborted } from '../api/client'
import { useStore } from '../store'
import { CONCLUSIONS } from '../words/codes'
import { say, t } from '../words/language'
import { type Mark, readMarks } from './api'
import { marks } from './model'
import { CauseBadge, StateBadge } from './parts'
import { incidentHash } from './routes'

/** On the panel; `changed` is what changes with every change of the alert. */
export function PanelMark({ alertId, changed }: { alertId: string; changed: unknown }) {
  const [mark, take] = useState<Mark | null>(null)
  const [failed, fail] = useState(false)
  useEffect(() => {
    const asked = new AbortController()
    readMarks([alertId], asked.signal).then(
      ({ marks }) => {
        take(marks[alertId] ?? null)
        fail(false)
      },
      (error) => {
        if (!isAborted(error)) fail(true)
      },
    )
    return () => asked.abort()
  }, [alertId, changed])
  if (failed) return <p className="sub">{t('是否属于同因事件未能查明', 'Whether it lies in an incident could not be read')}</p>
  if (!mark) return null
  return (
    <p className="in-incident" id="in-incident">
      {t('属于同因事件', 'Part of the incident')} <a href={incidentHash(mark.id)}>{mark.title}</a> <CauseBadge cause={mark.cause} /> <StateBadge state={mark.state} />
      {mark.conclusion && <span className="sub">{say(CONCLUSIONS[mark.conclusion as keyof typeof CONCLUSIONS])}</span>}
    </p>
  )
}

/** In a list. */
export function ListMark({ alertId }: { alertId: string }) {
  const mark = useStore(marks)[alertId]
  if (!mark) return null
  return (
    <a className="sub incident-mark" href={incidentHash(mark.id)} title={mark.title}>
      {t('同因：', 'Incident: ')}
      {mark.title}
    </a>
  )
}
