// Who somebody is and what they may: a new account's, or all of an account's anew.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { Refusal, failureText } from '../people/fields'
import { ROLES, type Role } from '../people/roles'
import { useStore } from '../store'
import { say, t } from '../words/language'
import type { Rights } from './api'
import { useSending } from './parts'

interface Props {
  legend: string
  rights: Rights
  /** Whether an account's name is asked for, too. */
  named?: boolean
  submit: (why: string, rights: Rights, account: string) => Promise<void>
  cancel: () => void
}

export function RightsForm({ legend, rights, named = false, submit, cancel }: Props) {
  const names = useStore(namesStore)
  const [wanted, want] = useState(rights)
  const [account, setAccount] = useState('')
  const [why, setWhy] = useState('')
  const { sending, failure, send } = useSending()
  const set = (some: Partial<Rights>) => want({ ...wanted, ...some })
  const toggle = (role: Role) => set({ roles: wanted.roles.includes(role) ? wanted.roles.filter((other) => other !== role) : [...wanted.roles, role] })
  const department = wanted.roles.some((role) => role === 'department_supervisor' || role === 'department_handler')
  const sent = (event: FormEvent) => {
    event.preventDefault()
    void send(() => submit(why.trim(), { ...wanted, person: wanted.person.trim(), body: wanted.body.trim(), region: wanted.region.trim() }, account.trim()))
  }
  const text = (label: string, name: 'person' | 'name' | 'body' | 'office' | 'region', more: object = {}) => (
    <label>
      <span>{label}</span>
      <input name={name} value={wanted[name]} maxLength={128} autoComplete="off" onChange={(event) => set({ [name]: event.target.value })} {...more} />
    </label>
  )
  const day = (label: string, name: 'valid_from' | 'valid_until') => (
    <label>
      <span>{label}</span>
      <input type="date" name={name} value={wanted[name] ?? ''} onChange={(event) => set({ [name]: event.target.value || null })} />
    </label>
  )
  return (
    <form className="admin-form" aria-label={legend} onSubmit={sent}>
      <div className="admin-fields">
        {named && (
          <label>
            <span>{t('账号名（2 到 64 个小写字母、数字、. _ -）', 'Account (2 to 64 small letters, digits, . _ -)')}</span>
            <input
              name="account"
              value={account}
              required
              minLength={2}
              maxLength={64}
              pattern="[a-z0-9._\-]+"
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              autoFocus
              onChange={(event) => setAccount(event.target.value)}
            />
          </label>
        )}
        {text(t('人员编号', 'Person'), 'person', { required: true })}
        {text(t('姓名', 'Name'), 'name')}
        {text(department ? t('机构代码（必填，只看本机构的事项）', 'Body (needed: its matters only are seen)') : t('机构代码', 'Body'), 'body', { required: department, list: 'rights-bodies' })}
        <datalist id="rights-bodies">
          {Object.entries(names.tables.orgs).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </datalist>
        {text(t('内设机构', 'Office'), 'office')}
        {text(t('管辖区划代码（含其下级；空：全部）', 'Region with all in it (empty: everywhere)'), 'region', { inputMode: 'numeric', pattern: '[0-9]*' })}
        {day(t('有效期自', 'Works from'), 'valid_from')}
        {day(t('有效期至', 'Works until'), 'valid_until')}
      </div>
      <fieldset className="admin-roles">
        <legend>{t('岗位（至少一个；监察与审核、部门与监察、系统管理、审计不得由同一人兼任）', 'Roles (one at least; supervision and review, departments and supervision, administration and audit are two persons each)')}</legend>
        {(Object.keys(ROLES) as Role[]).map((role) => (
          <label key={role}>
            <input type="checkbox" name="role" value={role} checked={wanted.roles.includes(role)} onChange={() => toggle(role)} />
            {say(ROLES[role])}
          </label>
        ))}
      </fieldset>
      <Why why={why} set={setWhy} />
      {failure && <Refusal>{failureText(failure)}</Refusal>}
      <div className="take">
        <button type="submit" className="primary" disabled={sending || wanted.roles.length === 0}>
          {sending ? t('正在办理…', 'Working…') : legend}
        </button>
        <button type="button" className="plain" disabled={sending} onClick={cancel}>
          {t('取消', 'Cancel')}
        </button>
      </div>
    </form>
  )
}

/** The document or the reason on which it is done. */
export function Why({ why, set }: { why: string; set: (why: string) => void }) {
  return (
    <label className="admin-why">
      <span>{t('依据、事由（记入账号的变动记录）', 'Why: the document, the reason; it is kept with the account')}</span>
      <textarea name="why" value={why} required maxLength={2000} rows={2} onChange={(event) => set(event.target.value)} />
    </label>
  )
}
