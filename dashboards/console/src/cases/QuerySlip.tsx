// The acceptance slip of a case once more, for an applicant who lost it: the number and the 查询码, shown and printed at a window of the
// department. Nothing is asked before somebody wants it, for each look at a code is in the audit trail.

import { useState } from 'react'

import { ApiFailure, inEnglish } from '../api/client'
import { clock } from '../api/clock'
import type { Names } from '../api/names'
import type { CaseRow } from '../api/types'
import { Facts } from '../components/pieces'
import { full, inZoneOf } from '../format'
import { printsSlips } from '../people/roles'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { queryCode } from './api'

interface Props {
  source: string
  caseNo: string
  known: CaseRow
  names: Names
}

export function QuerySlip({ source, caseNo, known, names }: Props) {
  const { person } = useStore(sessionStore)
  const [shown, setShown] = useState<{ code: string; at: string } | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [asking, setAsking] = useState(false)
  if (person && !printsSlips(person.roles)) return null
  const show = async () => {
    setAsking(true)
    setFailure(null)
    try {
      const code = await queryCode(source, caseNo)
      const [now, printed] = [clock.now(), clock.printed()]
      setShown({ code, at: now !== null && printed !== null ? full(inZoneOf(printed, now)) : '' })
    } catch (error) {
      setFailure(error instanceof Error ? error : new ApiFailure(0, String(error), String(error)))
    } finally {
      setAsking(false)
    }
  }
  if (!shown) {
    return (
      <p>
        <button type="button" className="plain" id="query-code" disabled={asking} onClick={() => void show()}>
          {t('补打查询码', 'Print the query code again')}
        </button>{' '}
        {failure && <span role="alert">{t(`查询码未能取得：${failure.message}`, inEnglish(failure))}</span>}
      </p>
    )
  }
  const by = person ? person.name || person.account : ''
  return (
    <section className="query-slip" aria-label={t('查询码', 'Query code')}>
      <h3>{t('受理单（补打）', 'Acceptance slip, printed again')}</h3>
      <Facts
        entries={[
          [{ zh: '事项', en: 'Item' }, known.item_code && names.item(known.item_code)],
          [{ zh: '承办机构', en: 'Body' }, names.org(known.org_code)],
          [{ zh: '办件编号', en: 'Case' }, caseNo],
          [{ zh: '查询码', en: 'Query code' }, <b className="query-code">{shown.code}</b>],
          [{ zh: '补打', en: 'Printed' }, [shown.at, by].filter(Boolean).join(' · ')],
        ]}
      />
      <p className="hint">{t('凭办件编号和查询码，可在“行政权力公开”网页查询办理进度、投诉和评价。请核对申请人身份后交付；本次查看已记入审计。', 'With both numbers the applicant follows the case at the public portal. See who it is handed to; this look is in the audit trail.')}</p>
      <p className="query-slip-acts">
        <button type="button" className="primary" onClick={() => window.print()}>
          {t('打印', 'Print')}
        </button>{' '}
        <button type="button" className="plain" onClick={() => setShown(null)}>
          {t('收起', 'Put away')}
        </button>
      </p>
    </section>
  )
}
