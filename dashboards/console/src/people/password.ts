// What a new password has to be, as far as it can be said before the platform decides (services/api/src/people/password.rs).

import type { Words } from '../words/codes'

/** Characters at least. */
export const CHARS_MIN = 12
/** An account's name of so many letters must not be part of it. */
const NAME_MIN = 4

interface Typed {
  old: string
  chosen: string
  again: string
}

/** What is wrong with it; null where nothing is. */
export function passwordProblem({ old, chosen, again }: Typed, account: string): Words | null {
  if ([...chosen].length < CHARS_MIN) return { zh: `新口令至少 ${CHARS_MIN} 个字符，可以是一句话`, en: `At least ${CHARS_MIN} characters; a phrase will do` }
  if (account.length >= NAME_MIN && chosen.toLowerCase().includes(account.toLowerCase())) return { zh: '新口令不能含有账号名', en: "It must not hold the account's name" }
  if (chosen === old) return { zh: '新口令与原口令相同', en: 'It is the old one' }
  if (chosen !== again) return { zh: '两次输入的新口令不一致', en: 'The two are not the same' }
  return null
}
