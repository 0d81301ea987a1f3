// The pages of drafts: the list, a new one, one with its reviews, text, canvas and shadow.

import { NothingHere } from '../people/NothingHere'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { DraftPage } from './DraftPage'
import { DraftsPage } from './DraftsPage'
import { NewDraftPage } from './NewDraftPage'
import { readsDrafts } from './rights'
import type { DraftsPage as Page } from './routes'

export default function Pages({ page }: { page: Page }) {
  if (!readsDrafts(useStore(sessionStore))) return <NothingHere />
  return <main className="cases-page lists-page drafts-page">{shown(page)}</main>
}

function shown(page: Page) {
  if (page.kind === 'list') return <DraftsPage state={page.state} of={page.of} />
  if (page.kind === 'new') return <NewDraftPage key={`${page.of}/${page.id}/${page.version}`} of={page.of} id={page.id} version={page.version} />
  return <DraftPage key={page.id} id={page.id} view={page.view} />
}
