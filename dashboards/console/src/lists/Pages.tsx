// The pages of lists: what is in force, in words, with its versions.

import { Placeholder } from '../components/pieces'
import { sessionStore } from '../people/session'
import { BodyMilestonesPage } from '../milestones/BodyMilestonesPage'
import { MilestonesPage } from '../milestones/MilestonesPage'
import { readsMilestones } from '../milestones/rights'
import { BodyRegisterPage } from '../register/BodyRegisterPage'
import { RegisterPage } from '../register/RegisterPage'
import { readsRegister } from '../register/rights'
import { NOBODY_SOUGHT } from '../register/search'
import { useStore } from '../store'
import { t } from '../words/language'
import { CalendarPage } from './CalendarPage'
import { DefinitionPage, KindPage } from './DefinitionPage'
import { DutiesPage } from './DutiesPage'
import { ItemPage } from './ItemPage'
import { ItemsPage } from './ItemsPage'
import { PublicationsPage } from './PublicationsPage'
import { RulesPage } from './RulesPage'
import { EVERY_ITEM, type ListsPage, listsHash } from './routes'

export default function Pages({ page }: { page: ListsPage }) {
  return (
    <main className="cases-page lists-page">
      <ListsNav page={page} />
      <Shown page={page} />
    </main>
  )
}

function Shown({ page }: { page: ListsPage }) {
  const session = useStore(sessionStore)
  switch (page.kind) {
    case 'items':
      return <ItemsPage search={page.search} />
    case 'item':
      return <ItemPage key={page.code} code={page.code} />
    case 'duties':
      return <DutiesPage body={page.body} />
    case 'rules':
      return <RulesPage rule={page.rule} />
    case 'calendar':
      return <CalendarPage id={page.id} year={page.year} version={page.version} />
    case 'kind':
      return <KindPage of={page.of} />
    case 'definition':
      return <DefinitionPage key={`${page.of}/${page.id}`} of={page.of} id={page.id} from={page.from} to={page.to} />
    case 'publications':
      return <PublicationsPage />
    case 'milestones':
      return readsMilestones(session) ? <MilestonesPage text={page.text} late={page.late} /> : <NoMilestones />
    case 'body_milestones':
      return readsMilestones(session) ? <BodyMilestonesPage key={page.body} body={page.body} /> : <NoMilestones />
    case 'register':
      return readsRegister(session) ? <RegisterPage search={page.search} /> : <NoRegister />
    case 'body_register':
      return readsRegister(session) ? <BodyRegisterPage key={page.body} body={page.body} on={page.on} everyone={page.everyone} /> : <NoRegister />
  }
}

const NoMilestones = () => (
  <Placeholder state="empty" words={{ zh: '工作节点由参与起草、审核定义的部门和领导查看', en: 'Milestones are read by those who draft and review definitions, and by leaders' }} />
)

/** To those whose work is not with persons, or not with those of everywhere. */
const NoRegister = () => (
  <Placeholder state="empty" words={{ zh: '名册由监察、法制、机构编制部门中查看全部区域的人员查看', en: 'The register is read by supervision, legal affairs and establishment, for all regions' }} />
)

/** Which place of the lists a page belongs to. */
function placeOf(page: ListsPage): string {
  if (page.kind === 'item') return 'items'
  if (page.kind === 'body_register') return 'register'
  if (page.kind === 'body_milestones') return 'milestones'
  if (page.kind === 'kind' || page.kind === 'definition') return page.of === 'flowchart' ? 'flowchart' : 'kind'
  return page.kind
}

export function ListsNav({ page }: { page: ListsPage }) {
  const session = useStore(sessionStore)
  const places: [string, ListsPage, string, string][] = [
    ['items', { kind: 'items', search: EVERY_ITEM }, '权力清单', 'Powers'],
    ['duties', { kind: 'duties', body: '' }, '责任清单', 'Duties'],
    ['flowchart', { kind: 'kind', of: 'flowchart' }, '流程图', 'Flowcharts'],
    ['rules', { kind: 'rules', rule: '' }, '监察规则', 'Rules'],
    ['calendar', { kind: 'calendar', id: '', year: '', version: '' }, '工作日历', 'Calendars'],
    ['kind', { kind: 'kind', of: 'discretion' }, '其他定义', 'Other definitions'],
    ['publications', { kind: 'publications' }, '公示记录', 'Publications'],
  ]
  if (readsMilestones(session)) places.push(['milestones', { kind: 'milestones', text: '', late: false }, '工作节点', 'Milestones'])
  if (readsRegister(session)) places.push(['register', { kind: 'register', search: NOBODY_SOUGHT }, '机构人员名册', 'Register'])
  const here = placeOf(page)
  return (
    <nav className="lists-nav" aria-label={t('清单', 'Lists')}>
      {places.map(([name, to, zh, en]) => (
        <a key={name} className="filter" href={listsHash(to)} aria-current={name === here ? 'page' : undefined}>
          {t(zh, en)}
        </a>
      ))}
    </nav>
  )
}
