// The pages of the ledger: the list, the form that enters something, or one entry.

import { EntryPage } from './EntryPage'
import { ListPage } from './ListPage'
import { NewPage } from './NewPage'
import type { LedgerPlace } from './routes'

export default function Pages({ page }: { page: LedgerPlace }) {
  switch (page.kind) {
    case 'list':
      return <ListPage search={page.search} />
    case 'new':
      return <NewPage draft={page.draft} />
    case 'one':
      return <EntryPage key={page.id} id={page.id} />
  }
}
