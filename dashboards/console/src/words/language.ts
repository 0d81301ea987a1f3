// The console's own words in Chinese or English: as the reader chose, Chinese until then. What departments and definitions say stays as
// they said it.

import { Store } from '../store'

export type Language = 'zh' | 'en'

const KEPT = 'mingjing.language'

function kept(): Language {
  try {
    return globalThis.localStorage?.getItem(KEPT) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

export const languageStore = new Store<Language>(kept())

/** Takes another language, and remembers it. */
export function chooseLanguage(language: Language) {
  try {
    localStorage.setItem(KEPT, language)
  } catch {
    // Where nothing may be kept, the choice lasts as long as the page.
  }
  languageStore.set(language)
}

/** Lets the document say what language it is in, for those who hear it and for fonts. */
export function followLanguage() {
  const show = () => {
    document.documentElement.lang = languageStore.get() === 'en' ? 'en' : 'zh-CN'
  }
  show()
  languageStore.subscribe(show)
}

/** One of two texts. */
export const t = (zh: string, en: string) => (languageStore.get() === 'en' ? en : zh)

/** Words in the reader's language; Chinese where there are no others. */
export const say = (words: { zh: string; en?: string | undefined }) => t(words.zh, words.en ?? words.zh)
