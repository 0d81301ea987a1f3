// How long a lock-out still lasts, in words.

import { t } from '../words/language'

/** From seconds; what is left of a minute counts as one until the last. */
export function waitText(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  const left = seconds > 60 ? t(`${minutes} 分钟`, `${minutes} minutes`) : t(`${seconds} 秒`, `${seconds} seconds`)
  return t(`登录失败次数过多，已暂时锁定，请在 ${left}后再试`, `Too many attempts: locked for now. Try again in ${left}`)
}
