// One body's register: posts, offices with everyone in post on a day, or everyone there ever was, and every change.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { PrintHere } from '../components/Take'
import { Facts } from '../components/pieces'
import { newDraftHash } from '../drafts/routes'
import { count } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { definitionHash, listsHash } from '../lists/routes'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { Changes } from './Changes'
import { ChangeHere, type Keeping } from './Keeping'
import { OfficerList, term } from './OfficerList'
import { Marks } from './RegisterPage'
import { bodyRegister, changes } from './api'
import { type BodyRegister, NATURES, type Officer, type Post, RANKS, tally } from './model'
import { keepsRegister } from './rights'
import { NOBODY_SOUGHT } from './search'

interface Props {
  body: string
  /** Empty: today. */
  on: string
  everyone: boolean
}

export function BodyRegisterPage({ body, on, everyone }: Props) {
  const asked = useAsked(`register/${body}/${on}`, (signal) => bodyRegister(body, on, signal))
  const changed = useAsked(`register/${body}/history`, (signal) => changes(body, signal))
  const keeps = keepsRegister(useStore(sessionStore))
  const again = () => {
    asked.again()
    changed.again()
  }
  const keeping = (found: BodyRegister): Keeping | null => (keeps ? { found, again } : null)
  return (
    <article className="register">
      <p className="case-back">
        <a href={listsHash({ kind: 'register', search: { ...NOBODY_SOUGHT, on } })}>{t('← 机构人员名册', '← Register')}</a>
      </p>
      <Answered asked={asked}>
        {(found) => (
          <div id="body-register" data-body={found.code} data-on={found.on}>
            <Head found={found} keeps={keeps} />
            <section className="card cases-found" aria-labelledby="officers-title">
              <h2 id="officers-title">{t('内设机构与人员', 'Offices and officers')}</h2>
              <DayForm key={on} on={on} everyone={everyone} choose={(some) => (location.hash = listsHash({ kind: 'body_register', body, on, everyone, ...some }))} />
              <Offices found={found} everyone={everyone} keeping={keeping(found)} />
            </section>
            <Posts posts={found.posts} keeping={keeping(found)} />
          </div>
        )}
      </Answered>
      <section className="card cases-found" aria-labelledby="changes-title">
        <h2 id="changes-title">{t('变动记录', 'Changes')}</h2>
        <Answered asked={changed}>{(found) => <Changes changes={found.changes} />}</Answered>
      </section>
    </article>
  )
}

/** The day is asked for when it is whole: one that is half typed is another day. */
function DayForm({ on, everyone, choose }: Omit<Props, 'body'> & { choose: (some: Partial<Omit<Props, 'body'>>) => void }) {
  const [day, setDay] = useState(on)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    choose({ on: day })
  }
  return (
    <form className="case-search" onSubmit={submit}>
      <label>
        <span>{t('某日在岗（留空为今日）', 'In post on (empty: today)')}</span>
        <input type="date" name="on" value={day} onChange={(e) => setDay(e.target.value)} />
      </label>
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查看', 'Show')}
        </button>
      </div>
      <label className="one-line">
        <input type="checkbox" name="everyone" checked={everyone} onChange={(e) => choose({ everyone: e.target.checked })} />
        <span>{t('不在岗的也列出', 'Also those not in post')}</span>
      </label>
    </form>
  )
}

function Head({ found, keeps }: { found: BodyRegister; keeps: boolean }) {
  const { inPost, ending, ended } = tally(found.offices.flatMap((office) => office.officers))
  return (
    <header className="card case-head">
      <h2>
        {found.name} <small>{found.code}</small>
      </h2>
      <PrintHere />
      <p className="register-marks" id="body-total">
        <span>{t(`${found.on} 在岗 ${count(inPost)} 人`, `${count(inPost)} in post on ${found.on}`)}</span> <Marks ending={ending} ended={ended} />
      </p>
      <Facts
        entries={[
          [{ zh: '行政区划', en: 'Region' }, found.region],
          [{ zh: '执法区域', en: 'Areas' }, found.areas.join(t('、', ', '))],
          [{ zh: '主体性质', en: 'Nature' }, say(NATURES[found.nature])],
          [{ zh: '存续', en: 'Exists' }, (found.since || found.until) && term(found.since, found.until, '')],
          [
            { zh: '名册', en: 'Register' },
            found.register_from
              ? t(`自 ${found.register_from} 起完整`, `complete from ${found.register_from}`)
              : t('没有写明自何日起完整：涉及人员资格、岗位、级别的规则对本机构不予判断', 'Not said to be complete: rules about persons are not judged here'),
          ],
          [{ zh: '定义', en: 'Definition' }, <a href={definitionHash('body', found.code)}>{t('机构定义及审核', 'The body’s definition and reviews')}</a>],
        ]}
      />
      {keeps && (
        <p>
          <a id="change-body" href={newDraftHash('body', found.code)}>
            {t('变动名称、区划、性质、存续：起草并送审', 'Name, region, nature or existence: draft it for review')}
          </a>
        </p>
      )}
    </header>
  )
}

function Offices({ found, everyone, keeping }: { found: BodyRegister; everyone: boolean; keeping: Keeping | null }) {
  const acts = (office: string) => (officer: Officer) =>
    officer.until !== null && officer.until < found.on ? null : <ChangeHere keeping={keeping} target={{ on: 'officer', office, officer }} label={t('变动', 'Change')} about={officer.id} />
  return (
    <>
      <ChangeHere keeping={keeping} target={{ on: 'new_office' }} label={t('新设内设机构', 'A new office')} />
      {found.offices.length === 0 && <p className="nothing">{t('没有登记内设机构', 'No office is registered')}</p>}
      {found.offices.map((office) => {
        const { inPost, ending, ended } = tally(office.officers)
        return (
          <section key={office.code} className="register-office" data-office={office.code} aria-label={office.name}>
            <h3>
              {office.name} <small>{t(`在岗 ${count(inPost)} 人`, `${count(inPost)} in post`)}</small> <Marks ending={ending} ended={ended} />
            </h3>
            <div className="register-acts">
              <ChangeHere keeping={keeping} target={{ on: 'new_officer', office: office.code }} label={t('新增人员', 'A new officer')} about={office.name} />
              <ChangeHere keeping={keeping} target={{ on: 'office', office: office.code, name: office.name }} label={t('更名', 'Rename')} about={office.name} />
            </div>
            <OfficerList officers={everyone ? office.officers : office.officers.filter((officer) => officer.in_post)} posts={found.posts} acts={acts(office.code)} />
          </section>
        )
      })}
    </>
  )
}

/** What each post may do; a step stands in one flowchart, `flowchart/step`, or in all. */
function Posts({ posts, keeping }: { posts: Post[]; keeping: Keeping | null }) {
  const names = useStore(namesStore)
  const step = (code: string) => {
    const [chart, own] = code.split('/')
    return own === undefined ? names.step(code) : `${names.tables.flowcharts[chart ?? ''] ?? chart} ${names.step(own, chart)}`
  }
  return (
    <section className="card cases-found" aria-labelledby="posts-title">
      <h2 id="posts-title">{t('岗位', 'Posts')}</h2>
      <ChangeHere keeping={keeping} target={{ on: 'new_post' }} label={t('新设岗位', 'A new post')} />
      {posts.length === 0 && <p className="nothing">{t('没有登记岗位', 'No post is registered')}</p>}
      <dl className="facts" id="posts">
        {posts.map((post) => (
          <div key={post.code} data-post={post.code}>
            <dt>{post.name ?? post.code}</dt>
            <dd>
              {post.rank && <span className="sub">{say(RANKS[post.rank])}</span>}
              {post.steps.map(step).join(t('；', '; '))}
              <ChangeHere keeping={keeping} target={{ on: 'post', post: post.code, name: post.name ?? '' }} label={t('更名', 'Rename')} about={post.name ?? post.code} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
