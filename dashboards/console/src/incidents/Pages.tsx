// The pages of incidents: the list, the form that opens one, or one.

import { IncidentPage } from './IncidentPage'
import { ListPage } from './ListPage'
import { NewPage } from './NewPage'
import type { IncidentPlace } from './routes'

export default function Pages({ page }: { page: IncidentPlace }) {
  switch (page.kind) {
    case 'list':
      return <ListPage search={page.search} />
    case 'new':
      return <NewPage />
    case 'one':
      return <IncidentPage key={page.id} id={page.id} />
  }
}
