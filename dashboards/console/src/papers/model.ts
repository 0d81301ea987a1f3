// The register of papers as far as it was read. It draws nothing.

import { Listing } from '../components/listing'
import { findPapers } from './api'
import { ALL_PAPERS } from './routes'

export const list = new Listing(ALL_PAPERS, findPapers, (page, next) => ({ ...next, papers: [...page.papers, ...next.papers] }))
