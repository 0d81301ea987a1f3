// Score sheets: the list of a model and period, or one sheet.

import '../styles/scores.css'

import { ListPage } from './ListPage'
import { SheetPage } from './SheetPage'
import { type ScoresPlace, sheetHash } from './routes'

export default function Pages({ page }: { page: ScoresPlace }) {
  return page.kind === 'list' ? <ListPage search={page.search} /> : <SheetPage key={sheetHash(page.sheet)} place={page.sheet} />
}
