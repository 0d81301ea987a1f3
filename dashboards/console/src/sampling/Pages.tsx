// The pages of samples: the list with the form that draws one, or one of them.

import { ListPage } from './ListPage'
import { SamplePage } from './SamplePage'
import type { SamplingPage } from './routes'

export default function Pages({ page }: { page: SamplingPage }) {
  if (page.kind === 'list') return <ListPage />
  return <SamplePage key={page.id} id={page.id} />
}
