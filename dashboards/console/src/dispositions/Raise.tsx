// Raising an alert by hand: a button for those who supervise; the form opens in its place.

import { Suspense, lazy, useRef, useState } from 'react'

import type { Names } from '../api/names'
import type { Alert } from '../api/types'
import { Placeholder } from '../components/pieces'
import { alertHash } from '../panel/routes'
import { raisesAlerts } from '../people/roles'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { Keys, type Raised, raise } from './send'

// Forms bring a library with them, which a reader of the page does not need.
const RaiseForm = lazy(() => import('./RaiseForm'))

interface Props {
  names: Names
  subject: Raised['subject']
  /** Who answers for it where nobody else is named. */
  to: string
  /** It was raised: what is shown is to be read anew. */
  raised: () => void
}

export function Raise({ names, subject, to, raised }: Props) {
  const [open, setOpen] = useState(false)
  const [done, setDone] = useState<Alert | null>(null)
  const keys = useRef(new Keys())
  const { person } = useStore(sessionStore)
  if (person && !raisesAlerts(person.roles)) return null
  const submit = async (said: Raised, adminKey: string) => {
    const alert = await raise(said, keys.current.for(JSON.stringify(said)), adminKey)
    // Raised again later, it is another alert.
    keys.current = new Keys()
    setOpen(false)
    setDone(alert)
    raised()
  }
  return (
    <section className="acts" aria-label={t('人工预警', 'Raise an alert')}>
      <div className="act-buttons">
        <button type="button" className="plain" data-act="raise" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('提出人工预警', 'Raise an alert')}
        </button>
        {done && (
          <p role="status">
            <a href={alertHash(done.alert_id)}>{t('人工预警已提出，查看', 'Raised: see it')}</a>
          </p>
        )}
      </div>
      {open && (
        <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}>
          <RaiseForm names={names} subject={subject} to={to} submit={submit} cancel={() => setOpen(false)} />
        </Suspense>
      )}
    </section>
  )
}
