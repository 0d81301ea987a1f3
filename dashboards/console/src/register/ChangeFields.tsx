// The fields of a change of the register; what the platform refuses stands beneath the field that it is about.

import { type ReactNode, useId } from 'react'

import { namesStore } from '../api/names'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type FieldRefusal, type Target, type Values, type What, standing } from './change-model'
import { type BodyRegister, RANKS, type Rank } from './model'

interface Props {
  field: keyof Values
  what: What
  found: BodyRegister
  target: Target
  values: Values
  refusal: FieldRefusal | undefined
  change: (some: Partial<Values>) => void
}

/** What a control needs to say what is wrong with it. */
interface Told {
  name: string
  'aria-invalid': boolean
  'aria-describedby': string | undefined
}

export function ChangeField({ field, what, found, target, values, refusal, change }: Props) {
  const id = useId()
  const told: Told = { name: field, 'aria-invalid': refusal !== undefined, 'aria-describedby': refusal && id }
  const wide = field === 'posts' || field === 'fields' || field === 'steps' || field === 'basis'
  const body = (
    <>
      {field === 'posts' ? (
        <Posts found={found} values={values} told={told} change={change} />
      ) : (
        <label>
          <span>{labelOf(field, what)}</span>
          <Control field={field} what={what} found={found} target={target} values={values} told={told} change={change} />
        </label>
      )}
      {refusal && (
        <p id={id} className="field-refusal" data-refused={field}>
          {refusal.message}。{refusal.remedy}
        </p>
      )}
    </>
  )
  return <div className={wide ? 'change-field wide' : 'change-field'}>{body}</div>
}

function labelOf(field: keyof Values, what: What): string {
  const certificate = what === 'add_officer'
  switch (field) {
    case 'id':
      return t('人员编号（不写姓名）', 'Number of the officer, not a name')
    case 'code':
      return t('代码', 'Code')
    case 'name':
      return what === 'add_post' ? t('名称（可不填）', 'Name, may be empty') : t('名称', 'Name')
    case 'to':
      return t('内设机构', 'Office')
    case 'posts':
    case 'post':
      return t('岗位', 'Post')
    case 'rank':
      return t('级别', 'Rank')
    case 'from':
      return what === 'move_officer' ? t('自何日起（最早为次日）', 'From, tomorrow or later') : t('自何日起', 'From')
    case 'until':
      return what === 'end_certificate' ? t('到期日期（含当日）', 'Ends on') : t('至何日（含当日）', 'Until, that day within it')
    case 'no':
      return certificate ? t('执法证号（没有的不填）', 'Certificate, may be empty') : t('执法证号', 'Certificate')
    case 'fields':
      return t('执法领域，每行一个（不填为不限）', 'Fields of enforcement, one a line; empty: any')
    case 'cert_from':
      return t('证件生效日期', 'Certificate from')
    case 'cert_until':
      return t('证件到期日期（长期的不填）', 'Certificate until, may be empty')
    case 'steps':
      return t('可以办理的环节，每行一个：环节代码，或者 流程图/环节', 'Steps, one a line: step, or flowchart/step')
    case 'basis':
      return t('依据', 'Basis')
  }
}

function Control({ field, what, found, target, values, told, change }: Omit<Props, 'refusal'> & { told: Told }) {
  switch (field) {
    case 'from':
    case 'until':
    case 'cert_from':
    case 'cert_until':
      return <input type="date" {...told} value={values[field]} onChange={(e) => change({ [field]: e.target.value })} />
    case 'fields':
    case 'steps':
      return <textarea {...told} rows={2} maxLength={8000} value={values[field]} onChange={(e) => change({ [field]: e.target.value })} />
    case 'rank':
      return (
        <Choice told={told} value={values.rank} choose={(rank) => change({ rank: rank as Rank | '' })}>
          <option value="">{t('不单独写明', 'Not written')}</option>
          {Object.entries(RANKS).map(([rank, words]) => (
            <option key={rank} value={rank}>
              {say(words)}
            </option>
          ))}
        </Choice>
      )
    case 'to':
      return (
        <Choice told={told} value={values.to} choose={(to) => change({ to })}>
          {found.offices.map((office) => (
            <option key={office.code} value={office.code}>
              {office.name}
            </option>
          ))}
        </Choice>
      )
    case 'post':
      return (
        <Choice told={told} value={values.post} choose={(post) => change({ post })}>
          <option value="">{t('请选择', 'Choose')}</option>
          {found.posts.map((post) => (
            <option key={post.code} value={post.code}>
              {post.name ?? post.code}
            </option>
          ))}
        </Choice>
      )
    case 'no':
      if (what !== 'end_certificate' || target.on !== 'officer') break
      return (
        <Choice told={told} value={values.no} choose={(no) => change({ no })}>
          {standing(target.officer).map((certificate) => (
            <option key={certificate.no} value={certificate.no}>
              {certificate.no}
            </option>
          ))}
        </Choice>
      )
    case 'posts':
      return null
  }
  return <input {...told} maxLength={200} value={values[field]} onChange={(e) => change({ [field]: e.target.value })} />
}

function Choice({ told, value, choose, children }: { told: Told; value: string; choose: (value: string) => void; children: ReactNode }) {
  return (
    <select {...told} value={value} onChange={(e) => choose(e.target.value)}>
      {children}
    </select>
  )
}

/** Posts that are held at the same time, with what each may do. */
function Posts({ found, values, told, change }: { found: BodyRegister; values: Values; told: Told; change: (some: Partial<Values>) => void }) {
  const names = useStore(namesStore)
  const { name, ...described } = told
  if (found.posts.length === 0) return <p className="sub">{t('本机构没有登记岗位', 'No post is registered')}</p>
  const hold = (post: string, held: boolean) => change({ posts: held ? [...values.posts, post] : values.posts.filter((one) => one !== post) })
  return (
    <fieldset className="change-posts" aria-describedby={described['aria-describedby']}>
      <legend>{labelOf('posts', 'add_officer')}</legend>
      {found.posts.map((post) => (
        <label key={post.code} className="check" title={post.steps.map((step) => names.step(step.split('/').at(-1) ?? step)).join(' ')}>
          <input type="checkbox" name={name} value={post.code} checked={values.posts.includes(post.code)} onChange={(e) => hold(post.code, e.target.checked)} />
          <span>{post.name ?? post.code}</span>
        </label>
      ))}
    </fieldset>
  )
}
