// By which clock a source is judged.

import { t } from '../words/language'

export const clockWords = (kind: string | null) => (kind === 'live' ? t('实时', 'Live') : kind === 'declared' ? t('补录、导入', 'Back entry, import') : '—')
