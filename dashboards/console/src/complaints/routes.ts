// Addresses of the pages of complaints and ratings: the list, which keeps what is looked for, the form that takes one in, and one of them.

export const COMPLAINTS_HASH = '#/complaints'
export const REGISTER_HASH = '#/complaints/new'

/** What is looked for; empty parts ask for all. */
export interface VoiceSearch {
  kind: '' | 'complaint' | 'rating'
  open: '' | 'true' | 'false'
  receipt: string
  org: string
}

export const EVERY_VOICE: VoiceSearch = { kind: '', open: '', receipt: '', org: '' }

/** Where one lies: the case and the event that began it. */
export interface VoicePlace {
  source: string
  caseNo: string
  eventId: string
}

export type ComplaintsPage =
  | { kind: 'list'; search: VoiceSearch }
  /** Of a case where one is named. */
  | { kind: 'register'; source: string; caseNo: string }
  | { kind: 'one'; place: VoicePlace }

/** The page that an address names; null where it names none. */
export function complaintsPageOf(hash: string): ComplaintsPage | null {
  const [path = '', query = ''] = hash.split('?', 2)
  const given = new URLSearchParams(query)
  const read = (name: string) => given.get(name) ?? ''
  if (path === COMPLAINTS_HASH) {
    const [kind, open] = [read('kind'), read('open')]
    return {
      kind: 'list',
      search: {
        kind: kind === 'complaint' || kind === 'rating' ? kind : '',
        open: open === 'true' || open === 'false' ? open : '',
        receipt: read('receipt'),
        org: read('org'),
      },
    }
  }
  if (path === REGISTER_HASH) return { kind: 'register', source: read('source'), caseNo: read('case') }
  const [, source, caseNo, eventId] = /^#\/complaints\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  if (source === undefined || caseNo === undefined || eventId === undefined) return null
  return { kind: 'one', place: { source: decoded(source), caseNo: decoded(caseNo), eventId: decoded(eventId) } }
}

export const voicesHash = (search: VoiceSearch) => COMPLAINTS_HASH + queryOf({ ...search })

export const voiceHash = ({ source, caseNo, eventId }: VoicePlace) => `${COMPLAINTS_HASH}/${[source, caseNo, eventId].map(encodeURIComponent).join('/')}`

/** The form, about a case. */
export const registerHash = (source: string, caseNo: string) => REGISTER_HASH + queryOf({ source, case: caseNo })

function queryOf(parts: Record<string, string>) {
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== '')).toString()
  return query && `?${query}`
}

// A link that was cut off in the middle of a character leads nowhere rather than breaking the page.
function decoded(part: string) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
