// The head of every page: what this is, whether it is a demonstration, how the connection stands, what time the platform has.

import { useEffect, useRef, useState } from 'react'

import { adminStart } from '../admin/routes'
import { ALERTS_HASH } from '../alerts/query'
import { clock } from '../api/clock'
import type { Connection } from '../api/live'
import { watermarkStore } from '../api/platform'
import { BULLETINS_HASH } from '../bulletins/routes'
import { readsBulletins } from '../bulletins/words'
import { CASES_HASH } from '../cases/routes'
import { COMPLAINTS_HASH } from '../complaints/routes'
import { Menu } from '../components/Menu'
import { Both } from '../components/pieces'
import { LanguageSwitch, ThemeSwitch } from '../components/switches'
import { readsDrafts } from '../drafts/rights'
import { DRAFTS_HASH } from '../drafts/routes'
import { full, inZoneOf } from '../format'
import { INCIDENTS_HASH } from '../incidents/routes'
import { LEDGER_HASH } from '../ledger/routes'
import { LISTS_HASH } from '../lists/routes'
import { BOARD_HASH, WALL_HASH, ownDesk } from '../pages'
import { PAPERS_HASH } from '../papers/routes'
import { PersonMenu } from '../people/PersonMenu'
import { readsSamples } from '../people/roles'
import { type Session, seesCases, seesLedger, seesPapers, sessionStore } from '../people/session'
import { SAMPLES_HASH } from '../sampling/routes'
import { SCORES_HASH } from '../scores/routes'
import { readsScores } from '../scores/words'
import { readsStatistics } from '../statistics/rights'
import { STATISTICS_HASH } from '../statistics/routes'
import { useStore } from '../store'
import type { Words } from '../words/codes'
import { t } from '../words/language'
import { connectionStore } from './model'

const CONNECTIONS: Record<Connection, Words> = {
  connecting: { zh: '正在连接', en: 'Connecting' },
  live: { zh: '实时', en: 'Live' },
  lost: { zh: '连接中断，正在重连', en: 'Reconnecting' },
}

const TICK_MS = 250

export function Masthead({ wall }: { wall: boolean }) {
  const watermark = useStore(watermarkStore)
  const connection = useStore(connectionStore)
  const session = useStore(sessionStore)
  const alerts = seesCases(session)
  const places = placesOf(session)
  return (
    <header className="masthead">
      <h1>
        <a href={BOARD_HASH}>{t('明镜', 'Mingjing')}</a>
        <span className="subject">
          <Both words={{ zh: '行政权力运行电子监察', en: 'Supervision of administrative power' }} />
        </span>
      </h1>
      {watermark && (
        <p id="watermark" className="watermark-word">
          <Both words={{ zh: watermark, en: 'Demonstration data' }} />
        </p>
      )}
      {!wall && (
        <nav className="places" aria-label={t('页面', 'Pages')}>
          <Links links={places.first} />
          <Group name={t('监督', 'Oversight')} links={places.oversight} />
          <Group name={t('效能', 'Results')} links={places.results} />
          <Links links={places.last} />
        </nav>
      )}
      <div className="platform">
        {alerts && (
          <p id="connection" className="connection" role="status" data-state={connection}>
            <Both words={CONNECTIONS[connection]} />
          </p>
        )}
        <p className="clock">
          <span className="clock-label">
            <Both words={{ zh: '平台时间', en: 'Platform time' }} />
          </span>
          <PlatformTime />
        </p>
        <ViewSwitches wall={wall} walls={alerts} />
        <PersonMenu />
      </div>
    </header>
  )
}

type Link = [hash: string, name: string]

/** Where somebody may go. More than a line of 1366 px holds in either language: what is opened less often stands behind a name. */
function placesOf(session: Session): Record<'first' | 'oversight' | 'results' | 'last', Link[]> {
  const { person } = session
  const alerts = seesCases(session)
  const desk = ownDesk(session)
  const admin = adminStart(session)
  const some = (...links: (Link | false | null)[]) => links.filter((link) => link !== false && link !== null)
  return {
    first: some(
      alerts && desk !== null && [desk, t('我的工作', 'My work')],
      alerts && [BOARD_HASH, t('监察', 'Live')],
      alerts && [ALERTS_HASH, t('预警', 'Alerts')],
      alerts && [CASES_HASH, t('办件', 'Cases')],
    ),
    oversight: some(
      alerts && [INCIDENTS_HASH, t('同因', 'Incidents')],
      alerts && [COMPLAINTS_HASH, t('投诉', 'Complaints')],
      alerts && (!person || readsSamples(person.roles)) && [SAMPLES_HASH, t('抽查', 'Samples')],
      seesLedger(session) && [LEDGER_HASH, t('台账', 'Ledger')],
      seesPapers(session) && [PAPERS_HASH, t('文书', 'Papers')],
    ),
    results: some(
      readsStatistics(session) && [STATISTICS_HASH, t('统计', 'Statistics')],
      readsScores(session) && [SCORES_HASH, t('评估', 'Scores')],
      readsBulletins(session) && [BULLETINS_HASH, t('通报', 'Bulletins')],
    ),
    last: some([LISTS_HASH, t('清单', 'Lists')], readsDrafts(session) && [DRAFTS_HASH, t('草案', 'Drafts')], admin !== null && [admin, t('系统管理', 'Admin')]),
  }
}

const Links = ({ links }: { links: Link[] }) =>
  links.map(([hash, name]) => (
    <a key={hash} href={hash}>
      {name}
    </a>
  ))

/** Several places under one name; one alone needs none. */
function Group({ name, links }: { name: string; links: Link[] }) {
  if (links.length < 2) return <Links links={links} />
  return (
    <Menu className="places-group" name={name}>
      <div className="places-box">
        <Links links={links} />
      </div>
    </Menu>
  )
}

function PlatformTime() {
  const [text, setText] = useState('—')
  useEffect(() => {
    const show = () => {
      const [now, printed] = [clock.now(), clock.printed()]
      if (now !== null && printed !== null) setText(full(inZoneOf(printed, now)))
    }
    show()
    const timer = setInterval(show, TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return <time id="clock">{text}</time>
}

function ViewSwitches({ wall, walls }: { wall: boolean; walls: boolean }) {
  const enter = () => {
    location.hash = WALL_HASH
    // A browser may refuse the full screen; the wall is shown in its window then.
    document.documentElement.requestFullscreen?.().catch(() => undefined)
  }
  const leave = () => {
    location.hash = BOARD_HASH
    if (document.fullscreenElement) void document.exitFullscreen()
  }
  return (
    <div className="switches">
      <LanguageSwitch />
      <ThemeSwitch />
      {walls && (
        <button type="button" className="wall-switch" onClick={wall ? leave : enter}>
          {wall ? t('退出大屏', 'Leave the wall') : t('大屏', 'Wall')}
        </button>
      )}
    </div>
  )
}

/** The demonstration's mark across the page: a screenshot of it says what it is, and so does every sheet of paper. */
export function WatermarkField() {
  const word = useStore(watermarkStore)
  const field = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!word || !field.current) return
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="300"><text x="210" y="150" transform="rotate(-24 210 150)" ` +
      `text-anchor="middle" font-family="sans-serif" font-size="44" fill="#6f86a6" fill-opacity=".09"></text></svg>`
    const image = new DOMParser().parseFromString(svg, 'image/svg+xml')
    const text = image.querySelector('text')
    if (text) text.textContent = word
    const source = new XMLSerializer().serializeToString(image)
    field.current.style.backgroundImage = `url("data:image/svg+xml,${encodeURIComponent(source)}")`
  }, [word])
  if (!word) return null
  return (
    <>
      <div ref={field} id="watermark-field" className="watermark-field" aria-hidden="true" />
      <p className="paper-mark" aria-hidden="true">
        {word}
      </p>
    </>
  )
}
