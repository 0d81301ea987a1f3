// The bulletins there are, and the one that is looked at. It draws nothing.

import { Reader } from '../sampling/model'
import { type Brief, type Bulletin, findBulletins, readBulletin } from './api'

export const all = new Reader<{ bulletins: Brief[] }, void>((_, signal) => findBulletins(signal))
export const one = new Reader<Bulletin, string>(readBulletin)
