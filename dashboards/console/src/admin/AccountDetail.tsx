// One account: who it is, what is done with it, and all that was.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { Both, Facts, Section } from '../components/pieces'
import { date } from '../format'
import { Refusal, failureText } from '../people/fields'
import { rolesText } from '../people/PersonMenu'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import type { Words } from '../words/codes'
import { say, t } from '../words/language'
import { AccountStanding, useKeeps } from './AccountStanding'
import { RightsForm, Why } from './RightsForm'
import { type Account, type AccountAct, type AccountRecord, account as read, actOn } from './api'
import { useAsked } from './asked'
import { Again, Answered, Head, Once, useSending, when } from './parts'
import { TODAY, auditHash, tabHash, tabsOf } from './routes'

const ACTS: Record<AccountAct, Words & { told: Words }> = {
  change: { zh: '变更权限', en: 'Change rights', told: { zh: '写明改后的全部权限。', en: 'All of its rights are said anew.' } },
  password: { zh: '重置口令', en: 'Reset the password', told: { zh: '发一个临时口令；现有登录全部失效，登录锁定一并解除。', en: 'A temporary password is given; every session ends, and a lock-out with it.' } },
  end_sessions: { zh: '终止登录', en: 'End sessions', told: { zh: '所有登录立即失效，须重新登录。', en: 'Every session ends at once.' } },
  disable: { zh: '停用', en: 'Disable', told: { zh: '立即不能登录，现有登录失效；账号不删除，名字不再给别人。', en: 'It signs in no more and its sessions end; the account is kept, and its name given to nobody else.' } },
  enable: { zh: '启用', en: 'Enable', told: { zh: '可以重新登录。', en: 'It may sign in again.' } },
}

const RECORDS: Record<AccountRecord['act'], Words> = {
  opened: { zh: '开立', en: 'Opened' },
  changed: { zh: '变更权限', en: 'Rights changed' },
  disabled: { zh: '停用', en: 'Disabled' },
  enabled: { zh: '启用', en: 'Enabled' },
  password_set: { zh: '设置口令', en: 'Password set' },
  sessions_ended: { zh: '终止登录', en: 'Sessions ended' },
}

export function AccountDetail({ id }: { id: string }) {
  const asked = useAsked(`account ${id}`, (signal) => read(id, signal))
  const keeps = useKeeps()
  return (
    <section className="card" aria-labelledby="account-title">
      <Head id="account-title" title={t(`账号 ${id}`, `Account ${id}`)}>
        <a className="plain" href={tabHash('accounts')}>
          {t('← 全部账号', '← All accounts')}
        </a>
        <Again asked={asked} />
      </Head>
      <Answered asked={asked}>
        {({ account, records }) => (
          <div className="admin-one">
            <Rights account={account} />
            {keeps && <Acts account={account} again={asked.again} />}
            <Section words={{ zh: '变动记录', en: 'What was done with it' }}>
              <ol className="admin-records">
                {[...records].reverse().map((record) => (
                  <Record key={`${record.at} ${record.act}`} record={record} />
                ))}
              </ol>
            </Section>
          </div>
        )}
      </Answered>
    </section>
  )
}

function Rights({ account }: { account: Account }) {
  const names = useStore(namesStore)
  const { rights } = account
  const dates = [rights.valid_from ?? '', rights.valid_until ?? '']
  return (
    <Facts
      entries={[
        [{ zh: '状态', en: 'Standing' }, <AccountStanding account={account} />],
        [{ zh: '姓名', en: 'Name' }, rights.name],
        [{ zh: '人员编号', en: 'Person' }, rights.person],
        [{ zh: '岗位', en: 'Roles' }, rolesText(rights.roles)],
        [{ zh: '机构', en: 'Body' }, rights.body && names.org(rights.body)],
        [{ zh: '内设机构', en: 'Office' }, rights.office && names.office(rights.body, rights.office)],
        [{ zh: '管辖区划', en: 'Region' }, rights.region || t('全部', 'Everywhere')],
        [{ zh: '有效期', en: 'Works' }, dates.some(Boolean) && t(`${dates[0] || '不限'} 至 ${dates[1] || '不限'}`, `${dates[0] || 'any day'} to ${dates[1] || 'any day'}`)],
        [{ zh: '最近变动', en: 'Last changed' }, when(account.changed_at)],
      ]}
    />
  )
}

function Acts({ account, again }: { account: Account; again: () => void }) {
  const [act, setAct] = useState<AccountAct | null>(null)
  const [given, setGiven] = useState<string | null>(null)
  const [done, setDone] = useState<AccountAct | null>(null)
  const possible: AccountAct[] = ['change', 'password', 'end_sessions', account.disabled ? 'enable' : 'disable']
  const carryOut = async (why: string, rights?: Account['rights']) => {
    if (!act) return
    const answer = await actOn(account.account, act, rights ? { why, rights } : { why })
    setGiven(answer.password ?? null)
    setDone(act)
    setAct(null)
    again()
  }
  return (
    <Section words={{ zh: '办理', en: 'Do something with it' }}>
      <div className="admin-acts">
        {possible.map((kind) => (
          <button key={kind} type="button" className="plain" data-account-act={kind} aria-expanded={kind === act} onClick={() => setAct(kind === act ? null : kind)}>
            {say(ACTS[kind])}
          </button>
        ))}
      </div>
      {given ? (
        <Once
          label={t(`账号 ${account.account} 的临时口令`, `Temporary password of ${account.account}`)}
          secret={given}
          told={t('只显示这一次。请当面或者以其他安全方式交给本人。', 'Shown this once. Hand it over in person or by another safe way.')}
          done={() => setGiven(null)}
        />
      ) : (
        done &&
        !act && (
          <p className="entrance-done" role="status">
            {t(`已办理：${ACTS[done].zh}`, `Done: ${ACTS[done].en}`)}
          </p>
        )
      )}
      {act === 'change' && <RightsForm legend={say(ACTS.change)} rights={account.rights} submit={carryOut} cancel={() => setAct(null)} />}
      {act && act !== 'change' && <ActForm key={act} act={act} submit={carryOut} cancel={() => setAct(null)} />}
    </Section>
  )
}

function ActForm({ act, submit, cancel }: { act: AccountAct; submit: (why: string) => Promise<void>; cancel: () => void }) {
  const [why, setWhy] = useState('')
  const { sending, failure, send } = useSending()
  const sent = (event: FormEvent) => {
    event.preventDefault()
    void send(() => submit(why.trim()))
  }
  return (
    <form className="admin-form" aria-label={say(ACTS[act])} onSubmit={sent}>
      <p>{say(ACTS[act].told)}</p>
      <Why why={why} set={setWhy} />
      {failure && <Refusal>{failureText(failure)}</Refusal>}
      <div className="take">
        <button type="submit" className="primary" disabled={sending}>
          {sending ? t('正在办理…', 'Working…') : say(ACTS[act])}
        </button>
        <button type="button" className="plain" disabled={sending} onClick={cancel}>
          {t('取消', 'Cancel')}
        </button>
      </div>
    </form>
  )
}

function Record({ record }: { record: AccountRecord }) {
  const audits = tabsOf(useStore(sessionStore)).includes('audit')
  const rights = 'rights' in record ? record.rights : null
  const told = rights ? [rolesText(rights.roles), rights.body, rights.region].filter(Boolean).join(' · ') : record.act === 'password_set' ? (record.temporary ? t('临时', 'temporary') : t('本人', 'their own')) : ''
  return (
    <li data-record={record.act}>
      <time dateTime={record.at}>{when(record.at)}</time>
      <b>
        <Both words={RECORDS[record.act]} />
      </b>
      <span>
        {told && <span className="sub">{told}</span>}
        {record.why}
        <span className="sub">
          {t('由', 'By')} {audits ? <a href={auditHash({ ...TODAY, day: date(record.at), account: record.by })}>{record.by}</a> : record.by}
        </span>
      </span>
    </li>
  )
}
