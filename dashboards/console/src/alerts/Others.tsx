// Beside the gravest alert of a case: how many others it stands for, and the way to all of them.

import type { AlertRow } from '../api/types'
import { count } from '../format'
import { t } from '../words/language'

export function Others({ alert, href }: { alert: AlertRow; href: string }) {
  if (!alert.others) return null
  const others = count(alert.others)
  return (
    <a className="others" href={href} data-others={alert.others} title={t(`办件 ${alert.case_no} 的全部预警`, `All alerts of case ${alert.case_no}`)}>
      {t(`另有 ${others} 条`, `${others} more`)}
    </a>
  )
}
