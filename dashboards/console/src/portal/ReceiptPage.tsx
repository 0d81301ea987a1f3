// What became of a complaint or a rating, by its receipt number.

import { type FormEvent, useState } from 'react'

import { say as inWords, t } from '../words/language'
import { Failure, type Heard, heard } from './api'
import { Line, Refusal } from './pieces'

export function ReceiptPage() {
  const [number, setNumber] = useState('')
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [found, setFound] = useState<Heard | null>(null)
  const ask = async (event: FormEvent) => {
    event.preventDefault()
    setAsking(true)
    setFailure(null)
    setFound(null)
    try {
      setFound(await heard(number.trim()))
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure('页面出错了', 'The page failed', 0))
    } finally {
      setAsking(false)
    }
  }
  return (
    <>
      <form className="portal-form" onSubmit={ask}>
        <h2>{t('查询投诉、评价的处理情况', 'What became of a complaint or rating')}</h2>
        <label>
          <span>{t('受理号', 'Receipt number')}</span>
          <input name="receipt_no" autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={32} required value={number} onChange={(event) => setNumber(event.target.value)} />
        </label>
        <button type="submit" disabled={asking}>
          {asking ? t('正在查询…', 'One moment …') : t('查询', 'Ask')}
        </button>
        {failure && <Refusal failure={failure} />}
      </form>
      {found && (
        <section className="portal-standing" aria-live="polite">
          <p>
            {found.kind === 'complaint' ? t('投诉', 'Complaint') : t('评价', 'Rating')} <small>{found.receipt_no}</small>
          </p>
          <h2 id="receipt-state" data-state={found.state.code}>
            {inWords(found.state)}
          </h2>
          <dl className="portal-facts">
            <Line label={t('登记', 'Registered')}>{found.said_at.slice(0, 10)}</Line>
            <Line label={t('受理', 'Accepted')}>{found.accepted_at?.slice(0, 10)}</Line>
            <Line label={t('答复', 'Answered')}>{found.answered_at?.slice(0, 10)}</Line>
            <Line label={t('整改', 'Put right')}>{found.rectified_at?.slice(0, 10)}</Line>
          </dl>
        </section>
      )}
    </>
  )
}
