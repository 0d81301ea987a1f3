// The pages of cases: the search, or one case.

import { CasePage } from './CasePage'
import { SearchPage } from './SearchPage'
import type { CasesPage } from './routes'

export default function Pages({ page }: { page: CasesPage }) {
  if (page.kind === 'search') return <SearchPage search={page.search} />
  return <CasePage key={`${page.source}/${page.caseNo}`} source={page.source} caseNo={page.caseNo} asked={page.asked} />
}
