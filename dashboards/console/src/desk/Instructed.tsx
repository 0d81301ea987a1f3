// 批示落实: what leaders wrote last about alerts and bulletins, and whether it is done: by a result that was entered, or by the closing of its order.

import * as api from '../api/client'
import { namesStore } from '../api/names'
import { Badge, Placeholder } from '../components/pieces'
import { count } from '../format'
import { type Entry, latestInstructions } from '../ledger/api'
import { WHOLE_LEDGER, entryHash, ledgerHash } from '../ledger/routes'
import { LEDGER_STATES, STATE_BADGES, standingText } from '../ledger/words'
import { useStore } from '../store'
import { t } from '../words/language'
import { useReading } from './reading'

/** The rest is in the ledger. */
const ROWS = 10

export function Instructed() {
  const { found, failure, again } = useReading('instructed', (signal) => latestInstructions(ROWS, signal))
  const waiting = found ? found.tally.open + found.tally.overdue : 0
  return (
    <section className="card desk-brought desk-instructed" aria-labelledby="instructed-title" id="instructed">
      <div className="page-head">
        <h2 id="instructed-title">{t('批示落实', 'What came of instructions')}</h2>
        {found && (
          <p className="page-told">{t(`待办结 ${count(waiting)}，其中逾期 ${count(found.tally.overdue)}；已办结 ${count(found.tally.closed)}`, `${count(waiting)} open, ${count(found.tally.overdue)} of them overdue; ${count(found.tally.closed)} done`)}</p>
        )}
        <a className="plain" href={ledgerHash({ ...WHOLE_LEDGER, kind: 'instruction' })}>
          {t('全部批示', 'All of them')}
        </a>
        {found && failure && <p role="alert">{t(`未能更新：${failure.message}`, `Not brought up to date: ${api.inEnglish(failure)}`)}</p>}
      </div>
      <div className="scroll">
        {!found && failure && <Placeholder state="failed" words={{ zh: `未能载入：${failure.message}`, en: `Not loaded: ${api.inEnglish(failure)}` }} retry={again} />}
        {!found && !failure && <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
        {found?.entries.length === 0 && <Placeholder state="empty" words={{ zh: '暂无批示', en: 'No instruction was written yet' }} />}
        {found && found.entries.length > 0 && (
          <ol>
            {found.entries.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </div>
    </section>
  )
}

function Row({ entry }: { entry: Entry }) {
  const names = useStore(namesStore)
  return (
    <li className="instructed-row" data-instructed={entry.id} data-state={entry.state}>
      <a href={entryHash(entry.id)}>{entry.on}</a>
      <p>
        {entry.facts}
        <span className="sub">
          {[names.officer(entry.entered_by.person), names.org(entry.assigned?.to ?? entry.org_code)].filter(Boolean).join(' → ')}
        </span>
      </p>
      <p className="instructed-standing">
        <Badge kind={STATE_BADGES[entry.state]} words={LEDGER_STATES[entry.state]} />
        <span className="sub">{standingText(entry)}</span>
      </p>
    </li>
  )
}
