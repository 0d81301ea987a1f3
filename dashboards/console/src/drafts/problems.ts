// What is wrong, and where: in the draft's own text, or in what is in force beside it.

import type { LineProblem } from '../api/client'
import { t } from '../words/language'

/** What a text that is sent is called (`Content::read` in services/api/src/life/drafts.rs). */
const SENT = 'text'

/** Problems of other files have no line here: they say which it is. */
export function ofDraft(id: string, problems: readonly LineProblem[]): LineProblem[] {
  return problems.map((problem) => {
    const { file, line, message } = problem
    if (file === SENT || file.endsWith(`/${id}.yaml`)) return problem
    return { file, line: 0, message: t(`在用的 ${file} 第 ${line} 行：${message}`, `${file}, line ${line}, which is in force: ${message}`) }
  })
}
