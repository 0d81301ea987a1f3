// Officers of a register: posts, from when until when, and how their certificates stand on the day.

import type { ReactNode } from 'react'

import { Badge } from '../components/pieces'
import { say, t } from '../words/language'
import { type Certificate, type Officer, type Post, RANKS, STANDINGS } from './model'

interface Props {
  officers: Officer[]
  posts: Post[]
  /** What can be done about one. */
  acts?: (officer: Officer) => ReactNode
}

export function OfficerList({ officers, posts, acts }: Props) {
  if (officers.length === 0) return <p className="nothing">{t('没有人员', 'Nobody')}</p>
  return (
    <ul className="officers">
      {officers.map((officer) => (
        <li key={`${officer.id}/${officer.from ?? ''}`} data-officer={officer.id}>
          <OfficerEntry officer={officer} posts={posts} />
          {acts?.(officer)}
        </li>
      ))}
    </ul>
  )
}

/** One officer; where the posts are not known, they are told by their codes. */
export function OfficerEntry({ officer, posts }: { officer: Officer; posts: Post[] }) {
  const called = (code: string) => posts.find((post) => post.code === code)?.name ?? code
  const held = officer.posts.map(called).join(t('、', ', '))
  return (
    <div className="officer" data-in-post={officer.in_post}>
      <div>
        <b>{officer.id}</b> {!officer.in_post && <Badge kind="case-closed" words={{ zh: '当日不在岗', en: 'Not in post that day' }} />}
        <span className="sub">
          {held || t('没有写明岗位', 'No post written')}
          {officer.rank && ` · ${say(RANKS[officer.rank])}`}
        </span>
        {officer.stands_in.map((stand) => (
          <span key={`${stand.post}/${stand.from}`} className="sub">
            {t(`代岗：${called(stand.post)}，${stand.from} 至 ${stand.until}，依据 ${stand.basis}`, `Stands in as ${called(stand.post)}, ${stand.from} to ${stand.until}: ${stand.basis}`)}
          </span>
        ))}
      </div>
      <p className="officer-term">{term(officer.from, officer.until, t('任职日期没有写明', 'Term not written'))}</p>
      <CertificateList certificates={officer.certificates} />
    </div>
  )
}

function CertificateList({ certificates }: { certificates: Certificate[] }) {
  if (certificates.length === 0) return <p className="sub">{t('没有执法证件', 'No certificate')}</p>
  return (
    <ul className="certificates">
      {certificates.map((one) => (
        <li key={one.no} data-certificate={one.no} data-standing={one.standing}>
          <Badge kind={`certificate-${one.standing}`} words={STANDINGS[one.standing]} /> {one.no}
          <span className="sub">
            {one.fields.length > 0 ? one.fields.join(t('、', ', ')) : t('不限领域', 'Any field')} · {term(one.from, one.until, t('长期', 'No end written'))}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** From when until when, both days within it. */
export function term(from: string | null, until: string | null, neither: string) {
  if (from && until) return t(`${from} 至 ${until}`, `${from} to ${until}`)
  if (from) return t(`${from} 起`, `from ${from}`)
  return until ? t(`至 ${until}`, `until ${until}`) : neither
}
