// The ledger as far as it was read, and the entry that is looked at. It draws nothing.

import { Listing } from '../components/listing'
import { Reader } from '../sampling/model'
import { type Entry, findEntries, readEntry } from './api'
import { WHOLE_LEDGER } from './routes'

export const list = new Listing(WHOLE_LEDGER, findEntries, (page, next) => ({ ...next, entries: [...page.entries, ...next.entries] }))
export const one = new Reader<Entry, string>(readEntry)
