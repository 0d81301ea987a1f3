// Who is signed in, and the way out.

import { useEffect, useRef } from 'react'

import { namesStore } from '../api/names'
import { PASSWORD_HASH } from '../pages'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { ROLES, type Role } from './roles'
import { sessionStore, signOut } from './session'

export const rolesText = (roles: readonly Role[]) => roles.map((role) => say(ROLES[role] ?? { zh: role })).join(t('、', ', '))

export function PersonMenu() {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const box = useRef<HTMLDetailsElement>(null)
  // It closes as menus do: with Esc, and when something else is pressed.
  useEffect(() => {
    const close = (event: Event) => {
      const menu = box.current
      if (!menu?.open) return
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !menu.contains(event.target as Node)) menu.open = false
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', close)
    }
  }, [])
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
    <details className="person" ref={box}>
      <summary aria-label={t(`已登录：${person.name || person.account}`, `Signed in: ${person.name || person.account}`)}>{person.name || person.account}</summary>
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
        <a
          className="plain"
          href={PASSWORD_HASH}
          onClick={() => {
            if (box.current) box.current.open = false
          }}
        >
          {t('修改口令', 'Change the password')}
        </a>
        <button type="button" className="plain" onClick={() => void signOut().catch(() => undefined)}>
          {t('退出登录', 'Sign out')}
        </button>
      </div>
    </details>
  )
}
