// 账号: who may sign in, as what, of where; opening one, and one account with all that was done with it.

import { useState } from 'react'

import { namesStore } from '../api/names'
import { Placeholder } from '../components/pieces'
import { count } from '../format'
import { rolesText } from '../people/PersonMenu'
import { useStore } from '../store'
import { t } from '../words/language'
import { AccountDetail } from './AccountDetail'
import { AccountStanding, useKeeps } from './AccountStanding'
import { RightsForm } from './RightsForm'
import { type Account, type Rights, accounts, openAccount } from './api'
import { useAsked } from './asked'
import { Again, Answered, Head, Once } from './parts'
import { oneHash } from './routes'

const NO_RIGHTS: Rights = { person: '', name: '', roles: [], body: '', office: '', region: '', valid_from: null, valid_until: null }

export function AccountsTab({ one }: { one: string | null }) {
  return one === null ? <AccountList /> : <AccountDetail key={one} id={one} />
}

function AccountList() {
  const asked = useAsked('accounts', accounts)
  const keeps = useKeeps()
  const [opening, setOpening] = useState(false)
  const [given, setGiven] = useState<{ account: string; password: string } | null>(null)
  const [part, setPart] = useState('')
  return (
    <section className="card" aria-labelledby="accounts-title">
      <Head id="accounts-title" title={t('账号', 'Accounts')} told={asked.found ? t(`共 ${count(asked.found.accounts.length)} 个`, `${count(asked.found.accounts.length)} in all`) : ''}>
        <Again asked={asked} />
        {keeps && (
          <button type="button" className="primary" aria-expanded={opening} onClick={() => setOpening(!opening)}>
            {t('开立账号', 'Open an account')}
          </button>
        )}
      </Head>
      {given && (
        <Once
          label={t(`账号 ${given.account} 的临时口令`, `Temporary password of ${given.account}`)}
          secret={given.password}
          told={t('只显示这一次。请当面或者以其他安全方式交给本人；首次登录须改成只有本人知道的口令。', 'Shown this once. Hand it over in person or by another safe way; at the first sign-in it has to be changed.')}
          done={() => setGiven(null)}
        />
      )}
      {opening && (
        <RightsForm
          legend={t('开立账号', 'Open an account')}
          rights={NO_RIGHTS}
          named
          submit={async (why, rights, account) => {
            const opened = await openAccount(account, why, rights)
            setOpening(false)
            if (opened.password) setGiven({ account, password: opened.password })
            asked.again()
          }}
          cancel={() => setOpening(false)}
        />
      )}
      <Answered asked={asked}>
        {({ accounts: all }) => {
          if (all.length === 0) return <Placeholder state="empty" words={{ zh: '尚无账号', en: 'No account yet' }} />
          const shown = all.filter((account) => means(account, part.trim()))
          return (
            <>
              <form className="admin-filter" role="search" onSubmit={(event) => event.preventDefault()}>
                <label>
                  <span>{t('查找（账号、姓名、人员编号、机构代码）', 'Find by account, name, person or body')}</span>
                  <input type="search" name="part" value={part} onChange={(event) => setPart(event.target.value)} />
                </label>
              </form>
              {shown.length === 0 ? <Placeholder state="empty" words={{ zh: '没有这样的账号', en: 'No such account' }} /> : <Table accounts={shown} />}
            </>
          )
        }}
      </Answered>
    </section>
  )
}

function means({ account, rights }: Account, part: string) {
  const wanted = part.toLowerCase()
  return [account, rights.name, rights.person, rights.body].some((text) => text.toLowerCase().includes(wanted))
}

function Table({ accounts: shown }: { accounts: Account[] }) {
  const names = useStore(namesStore)
  return (
    <div className="admin-scroll">
      <table className="admin-table" id="accounts">
        <thead>
          <tr>
            <th scope="col">{t('账号', 'Account')}</th>
            <th scope="col">{t('姓名、人员编号', 'Name, person')}</th>
            <th scope="col">{t('岗位', 'Roles')}</th>
            <th scope="col">{t('机构', 'Body')}</th>
            <th scope="col">{t('管辖区划', 'Region')}</th>
            <th scope="col">{t('状态', 'Standing')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((account) => {
            const { rights } = account
            return (
              <tr key={account.account} data-account={account.account}>
                <th scope="row">
                  <a href={oneHash('accounts', account.account)}>{account.account}</a>
                </th>
                <td>
                  {rights.name || '—'}
                  <span className="sub">{rights.person}</span>
                </td>
                <td>{rolesText(rights.roles)}</td>
                <td>{rights.body ? names.org(rights.body) : '—'}</td>
                <td>{rights.region || t('全部', 'Everywhere')}</td>
                <td>
                  <AccountStanding account={account} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
