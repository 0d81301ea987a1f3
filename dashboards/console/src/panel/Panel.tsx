// The panel on the right; it follows the address.

import { type ReactNode, useEffect, useRef } from 'react'

import { ApiFailure } from '../api/client'
import { panel } from '../board/model'
import { CaseView } from '../cases/CaseView'
import { Both, Placeholder } from '../components/pieces'
import { placeStore } from '../pages'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { AlertView } from './AlertView'
import type { PanelState } from './panel-model'
import { alertIdOf } from './routes'

export function Panel() {
  const state = useStore(panel.state)
  const { route, within } = state
  const root = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!route) return
    root.current?.scrollTo(0, 0)
    root.current?.focus({ preventScroll: true })
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close(route.hash)
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [route])
  return (
    <aside id="panel" className="panel" aria-label={t('详情', 'Detail')} tabIndex={-1} hidden={!route} ref={root}>
      {route && (
        <>
          <div className="panel-bar">
            {within > 0 && (
              <button type="button" className="plain" onClick={() => history.back()}>
                ← {t('返回', 'Back')}
              </button>
            )}
            <span>
              <Both words={route.words} />
            </span>
            <button type="button" className="plain close" aria-label={t('关闭', 'Close')} title="Esc" onClick={() => close(route.hash)}>
              ✕
            </button>
          </div>
          <Content key={route.hash} state={state} />
        </>
      )}
    </aside>
  )
}

/** Leads back to the row that the panel was opened from. */
function close(hash: string) {
  const id = alertIdOf(hash)
  location.hash = placeStore.get().hash
  if (id) document.querySelector<HTMLElement>(`[data-alert="${CSS.escape(id)}"]`)?.focus()
}

function Content({ state: { route, found, failure } }: { state: PanelState }): ReactNode {
  if (!route) return null
  const words = failure && { zh: `${route.words.zh}未能载入：${failure.message}`, en: failure instanceof ApiFailure ? failure.en : failure.message }
  if (!found) {
    if (words) return <Placeholder state="failed" words={words} retry={() => panel.reload()} />
    return <Placeholder state="waiting" words={{ zh: `正在载入${route.words.zh}…`, en: 'Loading' }} />
  }
  return (
    <>
      {words && (
        <p className="stale" role="alert">
          {say(words)}{t('；以下为此前所见', '; below is what was seen before')}{' '}
          <button type="button" className="plain" onClick={() => panel.reload()}>
            {t('重试', 'Try again')}
          </button>
        </p>
      )}
      {found.kind === 'alert' ? <AlertView {...found.found} /> : <CaseView found={found.found} />}
    </>
  )
}
