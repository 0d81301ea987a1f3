// Addresses of the pages of samples: the list with the form, and one of them.

export const SAMPLES_HASH = '#/sampling'

export type SamplingPage = { kind: 'list' } | { kind: 'one'; id: string }

/** The page that an address names; null where it names none. */
export function samplingPageOf(hash: string): SamplingPage | null {
  const [path = ''] = hash.split('?', 2)
  if (path === SAMPLES_HASH) return { kind: 'list' }
  const [, id] = /^#\/sampling\/([0-9a-f]+)$/.exec(path) ?? []
  return id === undefined ? null : { kind: 'one', id }
}

export const sampleHash = (id: string) => `${SAMPLES_HASH}/${id}`
