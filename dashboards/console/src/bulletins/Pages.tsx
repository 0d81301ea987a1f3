// The pages of bulletins: the archive, or one of them.

import { ListPage } from './ListPage'
import { ReaderPage } from './ReaderPage'
import type { BulletinPlace } from './routes'

export default function Pages({ page }: { page: BulletinPlace }) {
  switch (page.kind) {
    case 'list':
      return <ListPage />
    case 'one':
      return <ReaderPage key={page.id} id={page.id} />
  }
}
