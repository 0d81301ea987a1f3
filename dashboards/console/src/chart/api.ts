// The published drawing of a flowchart.

import { download } from '../api/client'

/** BPMN 2.0 of a flowchart like `permit@2`, its lanes called as the body calls them. */
export async function drawing(flowchart: string, body: string | null, signal: AbortSignal): Promise<string> {
  const [id = '', version = ''] = flowchart.split('@')
  const query = new URLSearchParams({ version, ...(body && { body }) })
  const file = await download(`/api/v1/definitions/flowchart/${encodeURIComponent(id)}/bpmn?${query}`, signal)
  return file.text()
}
