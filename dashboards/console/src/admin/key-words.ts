// When a key of a source was last used, and when it ends, in words: a key that nobody uses is one to retire.

import { t } from '../words/language'
import type { Key } from './api'

type Told = (instant: string) => string

export const usedText = ({ last_used_at: at }: Key, told: Told) => (at === null ? t('尚未使用', 'not used yet') : t(`最近使用于 ${told(at)} 前后`, `last used about ${told(at)}`))

export function endText({ expires_at: at, works }: Key, told: Told): string {
  if (at === null) return works ? t('长期有效', 'no end') : t('已失效', 'ended')
  return works ? t(`有效至 ${told(at)}`, `good until ${told(at)}`) : t(`已于 ${told(at)} 失效`, `ended ${told(at)}`)
}
