// What those see whose work is not with alerts and cases.

import { adminStart } from '../admin/routes'
import { useStore } from '../store'
import { t } from '../words/language'
import { rolesText } from './PersonMenu'
import { sessionStore } from './session'

export function NothingHere() {
  const session = useStore(sessionStore)
  const { person } = session
  const start = adminStart(session)
  return (
    <main className="entrance-main">
      <section className="entrance-form" aria-labelledby="nothing-title">
        <h2 id="nothing-title">{t('本账号不查看预警和办件', 'This account does not see alerts and cases')}</h2>
        <p>
          {t(`登录的岗位是${person ? rolesText(person.roles) : ''}。需要查看预警的，请系统管理员变更账号的角色。`, `You are signed in as ${person ? rolesText(person.roles) : ''}. If your work needs alerts, ask the administrator for another role.`)}
        </p>
        {start && (
          <p>
            <a href={start}>{t('打开系统管理', 'Open administration')}</a>
          </p>
        )}
      </section>
    </main>
  )
}
