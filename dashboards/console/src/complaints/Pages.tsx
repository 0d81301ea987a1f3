// The pages of complaints and ratings: the list, the form that takes one in, or one of them.

import { ListPage } from './ListPage'
import { OnePage } from './OnePage'
import { RegisterPage } from './RegisterPage'
import type { ComplaintsPage } from './routes'

export default function Pages({ page }: { page: ComplaintsPage }) {
  switch (page.kind) {
    case 'list':
      return <ListPage search={page.search} />
    case 'register':
      return <RegisterPage key={`${page.source}/${page.caseNo}`} source={page.source} caseNo={page.caseNo} />
    case 'one':
      return <OnePage place={page.place} />
  }
}
