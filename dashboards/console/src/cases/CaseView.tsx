// One case in the panel: at a glance, its alerts, its line of time; all else stands on its page.

import { type Names, namesStore } from '../api/names'
import type { CaseFound, CaseRow } from '../api/types'
import { Badge, Facts, LevelBadge, Section, StatusBadge } from '../components/pieces'
import { Beside } from '../foresight/Beside'
import { full } from '../format'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { CHANNELS, headline, word } from '../words/codes'
import { say, t } from '../words/language'
import { Timeline } from './Timeline'
import { casePageHash } from './routes'

export function CaseView({ found }: { found: CaseFound }) {
  const names = useStore(namesStore)
  const known = found.case
  return (
    <>
      <header className="panel-head">
        <div className="badges">{known && <CaseState known={known} />}</div>
        <h2>{known?.item_code ? names.item(known.item_code) : t('办件', 'Case')}</h2>
        <p className="message">
          {t('办件编号', 'Case')} {found.case_no}
        </p>
        {known && !known.closed_at && <Beside source={found.source} caseNo={found.case_no} changed={found.events} />}
        <a className="to-case" href={casePageHash(found.source, found.case_no)}>
          {t('打开办件页：流程图、期限、为何这样判定 →', 'Open its page: flowchart, limits, why it stands so →')}
        </a>
      </header>
      <Section words={{ zh: '基本情况', en: 'At a glance' }}>
        {known ? <CaseFacts found={found} known={known} names={names} /> : <p className="nothing">{t('首条记录尚在判定', 'Its first record is being judged')}</p>}
      </Section>
      {found.alerts.length > 0 && (
        <Section words={{ zh: '本办件预警', en: 'Alerts of this case' }}>
          <AlertLinks alerts={found.alerts} names={names} />
        </Section>
      )}
      <Section words={{ zh: '全程', en: 'Timeline' }}>
        <Timeline found={found} names={names} />
      </Section>
    </>
  )
}

export function CaseState({ known }: { known: CaseRow }) {
  if (!known.opened_at) return <Badge kind="case-closed" words={{ zh: '记录均已撤回', en: 'All records taken back' }} />
  if (known.closed_at) return <Badge kind="case-closed" words={{ zh: '已办结', en: 'Closed' }} />
  return <Badge kind="case-open" words={{ zh: '在办', en: 'Open' }} />
}

export function CaseFacts({ found, known, names }: { found: CaseFound; known: CaseRow; names: Names }) {
  const at = (instant: string | null) => instant && full(instant)
  return (
    <div className="in-columns">
      <Facts
        entries={[
          [{ zh: '承办机构', en: 'Body' }, names.org(known.org_code)],
          [{ zh: '办理渠道', en: 'Channel' }, known.channel && say(word(CHANNELS, known.channel))],
          [known.closed_at ? { zh: '最后环节', en: 'Last step' } : { zh: '当前环节', en: 'Step' }, names.step(known.step, known.flowchart)],
          [{ zh: '收到', en: 'Opened' }, at(known.opened_at)],
          [{ zh: '受理', en: 'Accepted' }, at(known.accepted_at)],
          [{ zh: '期限', en: 'Due' }, at(known.due_at)],
          [{ zh: '办结', en: 'Closed' }, at(known.closed_at)],
          [{ zh: '来源', en: 'Source' }, names.source(found.source)],
          [{ zh: '流程图', en: 'Flowchart' }, known.flowchart ? names.flowchart(known.flowchart) : t('事项不在权力清单', 'Its item is not on the power list')],
          [{ zh: '记录', en: 'Events' }, t(`${found.events} 条`, String(found.events))],
        ]}
      />
    </div>
  )
}

export function AlertLinks({ alerts, names }: { alerts: CaseFound['alerts']; names: Names }) {
  return (
    <ul className="alert-links">
      {alerts.map(({ alert }) => (
        <li key={alert.alert_id}>
          <a href={alertHash(alert.alert_id)}>
            <LevelBadge level={alert.level} />
            <span>{headline(alert, names).name}</span>
            <StatusBadge status={alert.status} />
          </a>
        </li>
      ))}
    </ul>
  )
}
