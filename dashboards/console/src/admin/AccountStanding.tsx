// Whether an account works, and whether who is signed in may change it.

import { Badge } from '../components/pieces'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import type { Account } from './api'

/** Whether who is signed in changes accounts, and does not only read them. */
export const useKeeps = () => useStore(sessionStore).person?.roles.includes('administrator') ?? false

/** Whether it works, and what has to be done first. */
export function AccountStanding({ account }: { account: Account }) {
  const words = account.disabled
    ? { zh: '已停用', en: 'Disabled' }
    : account.works_today
      ? { zh: '可用', en: 'Works' }
      : { zh: '不在有效期', en: 'Out of its dates' }
  return (
    <>
      <Badge kind={account.works_today ? 'status-issued' : 'status-withdrawn'} words={words} />
      {account.change_password && !account.disabled && <span className="sub">{t('临时口令，待本人修改', 'Temporary password, to be changed')}</span>}
    </>
  )
}
