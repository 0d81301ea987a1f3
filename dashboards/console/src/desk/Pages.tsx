// Each role's first page answers its first question. Where nobody signs in, all three can be looked at.

import { deskHash } from '../pages'
import { DESKS, type DeskKind } from '../people/roles'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { BroughtBefore } from './BroughtBefore'
import { DepartmentDesk } from './DepartmentDesk'
import { LeaderDesk } from './LeaderDesk'
import { OfficerDesk } from './OfficerDesk'

export default function Pages({ kind }: { kind: DeskKind }) {
  const { person } = useStore(sessionStore)
  return (
    <main className="desk">
      {!person && (
        <nav className="desk-kinds group" aria-label={t('岗位', 'Role')}>
          {(Object.keys(DESKS) as DeskKind[]).map((other) => (
            <a key={other} className="filter" href={deskHash(other)} aria-current={other === kind ? 'page' : undefined}>
              {say(DESKS[other])}
            </a>
          ))}
        </nav>
      )}
      {kind !== 'department' && <BroughtBefore desk={kind} />}
      {kind === 'department' ? <DepartmentDesk /> : kind === 'officer' ? <OfficerDesk /> : <LeaderDesk />}
    </main>
  )
}
