// Who is signed in, and the way out.

import { namesStore } from '../api/names'
import { Menu } from '../components/Menu'
import { PASSWORD_HASH } from '../pages'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { ROLES, type Role } from './roles'
import { sessionStore, signOut } from './session'

export const rolesText = (roles: readonly Role[]) => roles.map((role) => say(ROLES[role] ?? { zh: role })).join(t('、', ', '))

export function PersonMenu() {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  if (!person) return null
  const told: [string, string][] = [
    [t('账号', 'Account'), person.account],
    [t('人员编号', 'Person'), person.person],
    [t('岗位', 'Roles'), rolesText(person.roles)],
    [t('机构', 'Body'), person.body && names.org(person.body)],
    [t('内设机构', 'Office'), person.office && names.office(person.body, person.office)],
    [t('管辖区划', 'Region'), person.region || t('全部', 'Everywhere')],
  ]
  return (
    <Menu className="person" name={person.name || person.account} label={t(`已登录：${person.name || person.account}`, `Signed in: ${person.name || person.account}`)}>
      <div className="person-box">
        <dl>
          {told
            .filter(([, value]) => value)
            .map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
        </dl>
        <a className="plain" href={PASSWORD_HASH}>
          {t('修改口令', 'Change the password')}
        </a>
        <button type="button" className="plain" onClick={() => void signOut().catch(() => undefined)}>
          {t('退出登录', 'Sign out')}
        </button>
      </div>
    </Menu>
  )
}
