// What the page asks of the platform. Each answer is the API's JSON as it is; what goes wrong is an `ApiFailure`.

const PAGE = 50

/** An answer that did not come. `message` is Chinese, `en` English. */
export class ApiFailure extends Error {
  constructor(status, zh, en) {
    super(zh)
    this.status = status
    this.en = en
  }
}

async function get(path, signal) {
  let response
  try {
    response = await fetch(path, { signal, headers: { accept: 'application/json' } })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new ApiFailure(0, '无法连接平台', 'The platform cannot be reached')
  }
  const body = await response.json().catch(() => null)
  if (response.ok && body !== null) return body
  throw new ApiFailure(
    response.status,
    body?.message_zh ?? `平台答复 ${response.status}`,
    body?.message_en ?? `The platform answered ${response.status}`,
  )
}

export const platform = (signal) => get('/api/v1/platform', signal)
export const counts = (signal) => get('/api/v1/counts', signal)
export const alert = (id, signal) => get(`/api/v1/alerts/${encodeURIComponent(id)}`, signal)
export const caseOf = (source, caseNo, signal) =>
  get(`/api/v1/cases/${encodeURIComponent(source)}/${encodeURIComponent(caseNo)}`, signal)

/** A page of alerts; `filter` holds the API's parameters, empty ones are left out. */
export function alerts(filter, cursor, signal) {
  const parameters = Object.entries({ ...filter, cursor, limit: PAGE }).filter(([, value]) => value)
  return get(`/api/v1/alerts?${new URLSearchParams(parameters)}`, signal)
}
