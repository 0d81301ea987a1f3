// The published drawing of a flowchart.

import { ApiFailure, isAborted } from '../api/client'

const part = encodeURIComponent

/** BPMN 2.0 of a flowchart like `permit@2`, its lanes called as the body calls them. */
export async function drawing(flowchart: string, body: string | null, signal: AbortSignal): Promise<string> {
  const [id = '', version = ''] = flowchart.split('@')
  const query = new URLSearchParams({ version, ...(body && { body }) })
  let response
  try {
    response = await fetch(`/api/v1/definitions/flowchart/${part(id)}/bpmn?${query}`, { signal })
  } catch (error) {
    if (isAborted(error)) throw error
    throw new ApiFailure(0, '无法连接平台', 'The platform cannot be reached')
  }
  if (response.ok) return response.text()
  const problem = (await response.json().catch(() => null)) as { message_zh?: string; message_en?: string } | null
  throw new ApiFailure(response.status, problem?.message_zh ?? `平台答复 ${response.status}`, problem?.message_en ?? '')
}
