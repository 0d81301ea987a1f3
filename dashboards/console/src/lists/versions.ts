// What of a definition can be compared: its published versions, and drafts of it.

import { t } from '../words/language'
import { IN_FORCE } from './kinds'
import type { DraftBrief, Subject } from './model'

/** Oldest first; what the platform knows each by, and what it is called. */
export function comparable(versions: Subject[], drafts: DraftBrief[]): [string, string][] {
  const published = versions.map((version): [string, string] => [
    version.version ?? IN_FORCE,
    version.version ? t(`第 ${version.version} 版`, `version ${version.version}`) : t('在用', 'in force'),
  ])
  const drafted = drafts.map((draft): [string, string] => [`draft:${draft.id}`, t(`草案 ${draft.id}（${draft.state_zh}）`, `draft ${draft.id} (${draft.state})`)])
  return [...published, ...drafted]
}
