// 系统管理: accounts, the audit trail, sources, notifications; each for those who may.

import { Placeholder } from '../components/pieces'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { AccountsTab } from './AccountsTab'
import { AuditTab } from './AuditTab'
import { LogTab } from './LogTab'
import { NotificationsTab } from './NotificationsTab'
import { SourcesTab } from './SourcesTab'
import { type AdminPage, TABS, tabHash, tabsOf } from './routes'

export default function Pages({ page }: { page: AdminPage }) {
  const tabs = tabsOf(useStore(sessionStore))
  return (
    <main className="admin">
      {tabs.length > 0 && (
        <nav className="group desk-kinds" aria-label={t('系统管理', 'Administration')}>
          {tabs.map((tab) => (
            <a key={tab} className="filter" href={tabHash(tab)} data-tab={tab} aria-current={tab === page.tab ? 'page' : undefined}>
              {say(TABS[tab])}
            </a>
          ))}
        </nav>
      )}
      {tabs.includes(page.tab) ? (
        <Shown page={page} />
      ) : (
        <section className="card">
          <Placeholder state="failed" words={{ zh: '本账号的岗位不能打开这一页', en: 'Your roles do not open this page' }} />
        </section>
      )}
    </main>
  )
}

function Shown({ page }: { page: AdminPage }) {
  switch (page.tab) {
    case 'accounts':
      return <AccountsTab one={page.one} />
    case 'audit':
      return <AuditTab query={page.query} />
    case 'sources':
      return <SourcesTab one={page.one} />
    case 'log':
      return <LogTab />
    case 'notifications':
      return <NotificationsTab />
  }
}
