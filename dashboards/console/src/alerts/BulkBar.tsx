// What is done with those that are chosen: which acts, to how many of them, the form, how far it is, and what was refused.

import { Suspense, lazy, useState } from 'react'

import { namesStore } from '../api/names'
import type { Alert } from '../api/types'
import { Placeholder } from '../components/pieces'
import { ACT_KINDS, type Act } from '../dispositions/act-kinds'
import type { Said } from '../dispositions/send'
import { JoinForm } from '../incidents/JoinForm'
import { leadsIncidents } from '../incidents/words'
import { alertHash } from '../panel/routes'
import { notTheirs } from '../people/roles'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { subjectText } from '../subject'
import { headline } from '../words/codes'
import { say, t } from '../words/language'
import { BULK_ACTS, type Item, type Run, tally } from './bulk'
import { bulk, pages } from './model'

const ActForm = lazy(() => import('../dispositions/ActForm'))

export function BulkBar({ chosen }: { chosen: ReadonlyMap<string, Alert> }) {
  const run = useStore(bulk.run)
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const [act, setAct] = useState<Act | null>(null)
  const [joining, join] = useState(false)
  if (run) return <Progress run={run} />
  if (chosen.size === 0) return null
  const alerts = [...chosen.values()]
  const can = (possible: Act) => alerts.filter((alert) => ACT_KINDS[possible].refused(alert) === null)
  const acts = BULK_ACTS.filter((possible) => !person || notTheirs(person.roles, possible) === null)
  const submit = (said: Said, adminKey: string) => {
    if (act) void bulk.start(act, can(act), said, adminKey)
    setAct(null)
    return Promise.resolve()
  }
  return (
    <section className="bulk" aria-label={t('批量处置', 'Many at once')}>
      <div className="bulk-row">
        <b role="status">{t(`已选 ${chosen.size} 条`, `${chosen.size} chosen`)}</b>
        {acts.map((possible) => {
          const count = can(possible).length
          return (
            <button
              key={possible}
              type="button"
              className="plain"
              data-bulk={possible}
              aria-expanded={possible === act}
              disabled={count === 0}
              title={count === 0 ? (ACT_KINDS[possible].refused(alerts[0] as Alert) ?? '') : undefined}
              onClick={() => {
                join(false)
                setAct(possible === act ? null : possible)
              }}
            >
              {say(ACT_KINDS[possible])} {count < alerts.length && count > 0 ? `(${count})` : ''}
            </button>
          )
        })}
        {leadsIncidents(person) && (
          <button
            type="button"
            className="plain"
            data-bulk="incident"
            aria-expanded={joining}
            onClick={() => {
              setAct(null)
              join(!joining)
            }}
          >
            {t('并入同因事件', 'Into an incident')}
          </button>
        )}
        <button type="button" className="plain" onClick={() => pages.chooseNone()}>
          {t('取消选择', 'Choose none')}
        </button>
      </div>
      {joining && <JoinForm alerts={alerts} cancel={() => join(false)} />}
      {act && (
        <>
          <Left alerts={alerts} act={act} />
          <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}>
            <ActForm key={act} act={act} names={names} many submit={submit} cancel={() => setAct(null)} />
          </Suspense>
        </>
      )}
    </section>
  )
}

/** To which of them it cannot be done, and why: said before, not after. */
function Left({ alerts, act }: { alerts: Alert[]; act: Act }) {
  const reasons = new Map<string, number>()
  for (const alert of alerts) {
    const why = ACT_KINDS[act].refused(alert)
    if (why !== null) reasons.set(why, (reasons.get(why) ?? 0) + 1)
  }
  const left = [...reasons.values()].reduce((sum, n) => sum + n, 0)
  const kind = say(ACT_KINDS[act])
  return (
    <p className="bulk-told">
      {t(`对 ${alerts.length - left} 条以同一理由“${kind}”，每条各记一项处置。`, `“${kind}” upon ${alerts.length - left} with the same reason, each recorded by itself. `)}
      {left > 0 && t(`另有 ${left} 条不适用：`, `${left} are left out: `)}
      {[...reasons].map(([why, n]) => `${why}（${n}）`).join('；')}
    </p>
  )
}

function Progress({ run }: { run: Run }) {
  const counts = tally(run)
  const done = counts.done + counts.refused + counts.failed
  const left = counts.failed + counts.waiting
  const end = () => {
    bulk.end()
    pages.chooseNone()
    void pages.again()
  }
  const kind = say(ACT_KINDS[run.act])
  return (
    <section className="bulk" aria-label={t('批量处置进度', 'Progress')}>
      <div className="bulk-row">
        <b role="status" id="bulk-told">
          {t(`“${kind}” ${done}/${run.items.length}：成功 ${counts.done}，被拒绝 ${counts.refused}，未成 ${counts.failed}`, `“${kind}” ${done} of ${run.items.length}: ${counts.done} done, ${counts.refused} refused, ${counts.failed} failed`)}
        </b>
        <progress max={run.items.length} value={done} aria-labelledby="bulk-told" />
        {run.running ? (
          <button type="button" className="plain" onClick={() => bulk.stop()}>
            {t('停止', 'Stop')}
          </button>
        ) : (
          <>
            {left > 0 && (
              <button type="button" className="plain" onClick={() => void bulk.again()}>
                {t(`继续办理其余 ${left} 条`, `Go on with the other ${left}`)}
              </button>
            )}
            <button type="button" className="plain" onClick={end}>
              {t('完成', 'Finish')}
            </button>
          </>
        )}
      </div>
      <Told items={run.items.filter(({ state }) => state === 'refused' || state === 'failed')} />
    </section>
  )
}

function Told({ items }: { items: Item[] }) {
  const names = useStore(namesStore)
  if (items.length === 0) return null
  return (
    <ul className="bulk-refused">
      {items.map(({ alert, key, why, state }) => (
        <li key={key} data-bulk-state={state}>
          <a href={alertHash(alert.alert_id)}>
            {headline(alert, names).name} {subjectText(alert, names)}
          </a>
          ：{why}
        </li>
      ))}
    </ul>
  )
}
