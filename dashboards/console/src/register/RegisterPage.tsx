// 机构人员名册: bodies, their offices and officers as a tree that opens body by body; officers looked for in all of them.

import { type FormEvent, useState } from 'react'

import { TakeList, allOf } from '../components/Take'
import { Badge, Placeholder } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { newDraftHash } from '../drafts/routes'
import { count } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { listsHash } from '../lists/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { OfficerEntry, OfficerList } from './OfficerList'
import { bodyRegister, register } from './api'
import { type BodyBrief, type Found, NATURES, type Register, isCalled, tally } from './model'
import { keepsRegister } from './rights'
import { NOBODY_SOUGHT, type RegisterSearch } from './search'

const registerHash = (search: RegisterSearch) => listsHash({ kind: 'register', search })
const bodyHash = (body: string, on: string) => listsHash({ kind: 'body_register', body, on, everyone: false })

export function RegisterPage({ search }: { search: RegisterSearch }) {
  const key = registerHash(search)
  const asked = useAsked(key, (signal) => register(search.on, search.text, search.certificates, signal))
  const keeps = keepsRegister(useStore(sessionStore))
  return (
    <section className="card cases-found register" aria-labelledby="register-title">
      <h2 id="register-title">{t('机构人员名册', 'Register of bodies and officers')}</h2>
      {keeps && (
        <p>
          <a id="new-body" href={newDraftHash('body')}>
            {t('设立机构：起草并送审', 'A new body: draft it for review')}
          </a>
        </p>
      )}
      <SearchForm key={key} search={search} />
      <Answered asked={asked}>{(found) => <Shown key={key} search={search} found={found} />}</Answered>
    </section>
  )
}

function SearchForm({ search }: { search: RegisterSearch }) {
  const [wanted, want] = useState(search)
  const set = (some: Partial<RegisterSearch>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = registerHash({ ...wanted, text: wanted.text.trim() })
  }
  return (
    <form id="register-search" className="case-search" role="search" onSubmit={submit}>
      <label className="wide">
        <span>{t('机构、内设机构、人员编号、岗位、证号或者执法领域中的一段', 'A part of a body, office, officer, post, certificate or field')}</span>
        <input type="search" name="text" value={wanted.text} maxLength={100} onChange={(e) => set({ text: e.target.value })} />
      </label>
      <label>
        <span>{t('某日在岗（留空为今日）', 'In post on (empty: today)')}</span>
        <input type="date" name="on" value={wanted.on} onChange={(e) => set({ on: e.target.value })} />
      </label>
      <label>
        <span>{t('执法证件', 'Certificates')}</span>
        <select name="certificates" value={wanted.certificates} onChange={(e) => set({ certificates: e.target.value as RegisterSearch['certificates'] })}>
          <option value="">{t('不论', 'Any')}</option>
          <option value="ending">{t('30日内到期', 'End within 30 days')}</option>
          <option value="ended">{t('已过期', 'Ended')}</option>
        </select>
      </label>
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <button type="button" className="plain" onClick={() => (location.hash = registerHash(NOBODY_SOUGHT))}>
          {t('清空', 'Clear')}
        </button>
      </div>
    </form>
  )
}

function Shown({ search, found }: { search: RegisterSearch; found: Register }) {
  if (found.bodies.length === 0) return <Placeholder state="empty" words={{ zh: '还没有登记机构', en: 'No body is registered' }} />
  const officers = found.officers ?? []
  const theirs = new Set(officers.map((one) => one.body))
  const looked = found.officers !== undefined
  const bodies = looked ? found.bodies.filter((body) => theirs.has(body.code) || (!search.certificates && isCalled(body, search.text))) : found.bodies
  return (
    <>
      <Totals search={search} found={found} />
      {looked && bodies.length === 0 && <Placeholder state="empty" words={{ zh: '没有符合条件的机构和人员，请放宽条件', en: 'No such body or officer' }} />}
      {officers.length > 0 && <Officers found={officers} total={found.officers_found ?? officers.length} on={search.on} />}
      {bodies.length > 0 && (
        <>
          <TakeList name={`${t('机构名册', 'register')}-${found.on}`} of={t('机构名册', 'the register of bodies')} columns={columnsOf} asked={askedFor(search, found)} read={() => allOf(bodies)} />
          {looked && <h3>{t('所在机构', 'Their bodies')}</h3>}
          <ul id="bodies" className="register-bodies">
            {bodies.map((body) => (
              <BodyBranch key={body.code} body={body} on={search.on} />
            ))}
          </ul>
        </>
      )}
    </>
  )
}

const askedFor = ({ text, certificates }: RegisterSearch, { on }: Register): Asked[] => [
  [t('日期', 'Day'), on],
  [t('文字', 'Text'), text],
  [t('执法证件', 'Certificates'), certificates && (certificates === 'ending' ? t('30日内到期', 'End within 30 days') : t('已过期', 'Ended'))],
]

const columnsOf = (): Column<BodyBrief>[] => [
  [t('编码', 'Code'), (body) => body.code],
  [t('机构', 'Body'), (body) => body.name],
  [t('行政区划', 'Region'), (body) => body.region],
  [t('性质', 'Kind'), (body) => say(NATURES[body.nature])],
  [t('设立', 'Since'), (body) => body.since],
  [t('撤销', 'Until'), (body) => body.until],
  [t('内设机构', 'Offices'), (body) => body.offices],
  [t('在岗人数', 'In post'), (body) => body.officers_in_post],
  [t('证件30日内到期', 'Certificates end soon'), (body) => body.certificates_ending],
  [t('证件已过期', 'Certificates ended'), (body) => body.certificates_ended],
]

/** What all registers come to on the day; whose certificates want a renewal is one step away. */
function Totals({ search, found }: { search: RegisterSearch; found: Register }) {
  const sum = (of: (body: BodyBrief) => number) => found.bodies.reduce((total, body) => total + of(body), 0)
  const [ending, ended] = [sum((body) => body.certificates_ending), sum((body) => body.certificates_ended)]
  return (
    <p className="page-told register-totals" role="status" id="register-total">
      <span>{t(`${found.on}：${count(found.bodies.length)} 个机构，在岗 ${count(sum((body) => body.officers_in_post))} 人`, `${found.on}: ${count(found.bodies.length)} bodies, ${count(sum((body) => body.officers_in_post))} in post`)}</span>
      {ending > 0 && <a href={registerHash({ ...search, text: '', certificates: 'ending' })}>{t(`证件30日内到期 ${count(ending)} 人`, `Certificates of ${count(ending)} end within 30 days`)}</a>}
      {ended > 0 && <a href={registerHash({ ...search, text: '', certificates: 'ended' })}>{t(`证件已过期 ${count(ended)} 人`, `Certificates of ${count(ended)} have ended`)}</a>}
    </p>
  )
}

function Officers({ found, total, on }: { found: Found[]; total: number; on: string }) {
  return (
    <>
      <h3>
        {t(`找到 ${count(total)} 人`, `${count(total)} found`)}
        {total > found.length && <small> {t(`只列出前 ${count(found.length)} 人，请缩小范围`, `the first ${count(found.length)} are shown`)}</small>}
      </h3>
      <ul id="officers-found" className="officers">
        {found.map((one) => (
          <li key={`${one.body}/${one.office}/${one.officer.id}/${one.officer.from ?? ''}`} data-officer={one.officer.id}>
            <p className="officer-place">
              <a href={bodyHash(one.body, on)}>{one.body_name}</a> · {one.office_name}
            </p>
            <OfficerEntry officer={one.officer} posts={[]} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** A body in the tree: its offices and officers are asked for when it is opened. */
function BodyBranch({ body, on }: { body: BodyBrief; on: string }) {
  const [open, setOpen] = useState(false)
  return (
    <li data-body={body.code}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <b>{body.name}</b>
          <span className="sub inline">{t(`${count(body.offices)} 个内设机构，在岗 ${count(body.officers_in_post)} 人`, `${count(body.offices)} offices, ${count(body.officers_in_post)} in post`)}</span>
          <Marks ending={body.certificates_ending} ended={body.certificates_ended} />
        </summary>
        {open && <Offices body={body.code} on={on} />}
      </details>
    </li>
  )
}

/** How many hold certificates that want a renewal. */
export function Marks({ ending, ended }: { ending: number; ended: number }) {
  return (
    <>
      {ended > 0 && <Badge kind="certificate-ended" words={{ zh: `证件已过期 ${ended} 人`, en: `${ended} ended` }} />}
      {ending > 0 && <Badge kind="certificate-ending" words={{ zh: `30日内到期 ${ending} 人`, en: `${ending} end soon` }} />}
    </>
  )
}

function Offices({ body, on }: { body: string; on: string }) {
  const asked = useAsked(`register/${body}/${on}`, (signal) => bodyRegister(body, on, signal))
  return (
    <div className="register-branch">
      <p>
        <a href={bodyHash(body, on)}>{t('整份名册、岗位与变动记录', 'The whole register, its posts and changes')}</a>
      </p>
      <Answered asked={asked}>
        {({ offices, posts }) =>
          offices.length === 0 ? (
            <p className="nothing">{t('没有登记内设机构', 'No office is registered')}</p>
          ) : (
            <ul>
              {offices.map((office) => {
                const { inPost, ending, ended } = tally(office.officers)
                return (
                  <li key={office.code} data-office={office.code}>
                    <details open={offices.length === 1}>
                      <summary>
                        {office.name} <span className="sub inline">{t(`在岗 ${count(inPost)} 人`, `${count(inPost)} in post`)}</span> <Marks ending={ending} ended={ended} />
                      </summary>
                      <OfficerList officers={office.officers.filter((officer) => officer.in_post)} posts={posts} />
                    </details>
                  </li>
                )
              })}
            </ul>
          )
        }
      </Answered>
    </div>
  )
}
