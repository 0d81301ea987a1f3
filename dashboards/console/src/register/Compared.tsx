// What a change of the register would change: the entries before and after, and every difference in words.

import { t } from '../words/language'
import { OfficerEntry } from './OfficerList'
import type { Composed, Differing } from './change-model'
import type { Post } from './model'

export function Compared({ composed, posts }: { composed: Composed; posts: Post[] }) {
  if (composed.changes.length === 0 && composed.after.length === 0) return <p className="nothing">{t('与现在的名册相同，没有变动', 'The register says so already')}</p>
  return (
    <section className="register-compared" role="status" aria-label={t('变动前后', 'Before and after')}>
      {composed.before.length + composed.after.length > 0 && (
        <div className="register-sides">
          <Side title={t('变动前', 'Before')} entries={composed.before} posts={posts} name="before" />
          <Side title={t('变动后', 'After')} entries={composed.after} posts={posts} name="after" />
        </div>
      )}
      <h4>{t('逐项变动', 'Each difference')}</h4>
      <ol className="numbered changes">
        {composed.changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ol>
    </section>
  )
}

function Side({ title, entries, posts, name }: { title: string; entries: Differing[]; posts: Post[]; name: string }) {
  return (
    <div data-side={name}>
      <h4>{title}</h4>
      {entries.length === 0 && <p className="nothing">{t('没有这一条', 'No such entry')}</p>}
      <ul className="officers">
        {entries.map(({ office, office_name, officer }) => (
          <li key={`${office}/${officer.id}/${officer.from ?? ''}`}>
            <p className="officer-place">{office_name}</p>
            <OfficerEntry officer={officer} posts={posts} />
          </li>
        ))}
      </ul>
    </div>
  )
}
