// What can be done about an alert now; the form opens in its place.

import { Suspense, lazy, useRef, useState } from 'react'

import type { Names } from '../api/names'
import type { Alert } from '../api/types'
import { panel, list } from '../board/model'
import { Placeholder } from '../components/pieces'
import { notTheirs } from '../people/roles'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { ACT_KINDS, type Act, actsOf } from './act-kinds'
import { Keys, type Said, send } from './send'

// Forms bring a library with them, which a reader of the board does not need.
const ActForm = lazy(() => import('./ActForm'))

export function Acts({ alert, names }: { alert: Alert; names: Names }) {
  const [act, setAct] = useState<Act | null>(null)
  const [done, setDone] = useState<Act | null>(null)
  const keys = useRef(new Keys())
  const { person } = useStore(sessionStore)
  const { now, refused } = actsOf(alert, (other) => person && notTheirs(person.roles, other))
  const taken = (changed: Alert | null) => {
    // Done again later, it is another act.
    keys.current = new Keys()
    setDone(act)
    setAct(null)
    if (changed) {
      panel.take(changed)
      list.take(changed)
    } else panel.reload()
  }
  const submit = async (said: Said, adminKey: string) => {
    if (act) taken(await send(alert.alert_id, act, said, keys.current.for(JSON.stringify([act, said])), adminKey))
  }
  const choose = (chosen: Act) => {
    setDone(null)
    setAct(chosen === act ? null : chosen)
  }
  return (
    <section className="acts" aria-label={t('处置', 'Disposition')}>
      <div className="act-buttons">
        {now.map((possible) => (
          <button
            key={possible}
            type="button"
            className="plain"
            data-act={possible}
            aria-expanded={possible === act}
            title={t(ACT_KINDS[possible].en, ACT_KINDS[possible].zh)}
            onClick={() => choose(possible)}
          >
            {say(ACT_KINDS[possible])}
          </button>
        ))}
        {refused.length > 0 && (
          <details className="not-now">
            <summary>{t('其他处置', 'Not now')}</summary>
            <ul>
              {refused.map(({ act: other, why }) => (
                <li key={other} data-refused={other}>
                  <b>{say(ACT_KINDS[other])}</b>{t('：', ': ')}{why}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {act && (
        <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}>
          <ActForm key={act} act={act} names={names} to={alert.responsible_org ?? alert.org_code ?? ''} submit={submit} cancel={() => setAct(null)} />
        </Suspense>
      )}
      {done && (
        <p className="act-done" role="status">
          {t(`“${ACT_KINDS[done].zh}”已执行`, `Done: ${ACT_KINDS[done].en}`)}
        </p>
      )}
    </section>
  )
}
