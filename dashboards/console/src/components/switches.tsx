// What a reader chooses for themselves: light or dark, Chinese or English.

import { useStore } from '../store'
import { themeStore } from '../theme'
import { chooseLanguage, languageStore, t } from '../words/language'

export function ThemeSwitch() {
  const other = useStore(themeStore) === 'dark' ? 'light' : 'dark'
  useStore(languageStore)
  return (
    <button type="button" onClick={() => themeStore.set(other)} title={other === 'dark' ? t('换成深色', 'Dark theme') : t('换成浅色', 'Light theme')}>
      {other === 'dark' ? t('深色', 'Dark') : t('浅色', 'Light')}
    </button>
  )
}

/** Named in the language that it leads to: whoever needs it reads that one. */
export function LanguageSwitch() {
  const other = useStore(languageStore) === 'en' ? 'zh' : 'en'
  return (
    <button type="button" id="language" lang={other === 'en' ? 'en' : 'zh-CN'} onClick={() => chooseLanguage(other)}>
      {other === 'en' ? 'English' : '中文'}
    </button>
  )
}
