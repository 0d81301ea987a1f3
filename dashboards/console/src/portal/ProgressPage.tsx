// How one's own case stands: the number and the code of the acceptance slip, and what they open.

import { type FormEvent, useState } from 'react'

import { say, t } from '../words/language'
import { Failure, type Progress, progress } from './api'
import { Line, Reach, Refusal } from './pieces'

export function ProgressPage() {
  const [caseNo, setCaseNo] = useState('')
  const [code, setCode] = useState('')
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [found, setFound] = useState<Progress | null>(null)
  const ask = async (event: FormEvent) => {
    event.preventDefault()
    setAsking(true)
    setFailure(null)
    setFound(null)
    try {
      setFound(await progress(caseNo.trim(), code.trim()))
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure('页面出错了', 'The page failed', 0))
    } finally {
      setAsking(false)
    }
  }
  return (
    <>
      <form className="portal-form" onSubmit={ask}>
        <h2>{t('查询办件进度', 'How my case stands')}</h2>
        <p>{t('请填写受理单上的办件编号和查询码。', 'Both stand on your acceptance slip.')}</p>
        <label>
          <span>{t('办件编号', 'Case number')}</span>
          <input name="case_no" autoComplete="off" maxLength={100} required value={caseNo} onChange={(event) => setCaseNo(event.target.value)} />
        </label>
        <label>
          <span>{t('查询码', 'Code')}</span>
          <input name="code" autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={40} required value={code} onChange={(event) => setCode(event.target.value)} />
          <small>{t('形如 1K7Q9-M2X4T，不分大小写', 'Like 1K7Q9-M2X4T; small letters will do')}</small>
        </label>
        <button type="submit" disabled={asking}>
          {asking ? t('正在查询…', 'One moment …') : t('查询', 'Ask')}
        </button>
        {failure && <Refusal failure={failure} />}
        {failure && failure.status === 404 && (
          <p>
            <small>{t('查询码遗失的，请持有效证件到受理窗口补打受理单。', 'If the code is lost, the office prints the slip once more.')}</small>
          </p>
        )}
      </form>
      {found && <Standing found={found} />}
    </>
  )
}

function Standing({ found }: { found: Progress }) {
  const paused = found.pauses.find((pause) => pause.running)
  return (
    <section className="portal-standing" aria-live="polite" aria-labelledby="standing-state">
      <p>
        {found.item.name} <small>{found.case_no}</small>
      </p>
      <h2 id="standing-state" data-state={found.state.code}>
        {say(found.state)}
      </h2>
      <dl className="portal-facts">
        <Line label={t('目前环节', 'Present step')}>{found.closed_at ? null : found.step}</Line>
        <Line label={t('应当办结', 'Due')}>{dueText(found, paused !== undefined)}</Line>
        <Line label={t('超期情况', 'Overdue')}>{found.late && <LateText late={found.late} />}</Line>
        <Line label={t('暂停原因', 'Why time stands still')}>
          {paused && (
            <>
              {paused.reason} <small>{paused.basis}</small>
            </>
          )}
        </Line>
        <Line label={t('暂停时间', 'For how long')}>
          {paused &&
            t(
              `自 ${paused.from.slice(0, 10)} 起，至今 ${paused.days} 天${paused.planned_until ? `，计划至 ${paused.planned_until.slice(0, 10)}` : ''}`,
              `Since ${paused.from.slice(0, 10)}, ${paused.days} days so far${paused.planned_until ? `, planned until ${paused.planned_until.slice(0, 10)}` : ''}`,
            )}
        </Line>
        <Line label={t('承办机构', 'Body')}>{found.body && <Reach reached={found.body} />}</Line>
        <Line label={t('承办科室', 'Office')}>{found.office && <Reach reached={found.office} />}</Line>
        <Line label={t('收到申请', 'Received')}>{found.received_at?.slice(0, 10)}</Line>
        <Line label={t('受理', 'Accepted')}>{found.accepted_at?.slice(0, 10)}</Line>
        <Line label={t('办结', 'Closed')}>{found.closed_at?.slice(0, 10)}</Line>
      </dl>
      <Past found={found} />
      <p>
        <small>{t('对办理有意见的，可以拨打上面的电话或者 12345。', 'If something is wrong, ring the number above or 12345.')}</small>
      </p>
    </section>
  )
}

function dueText(found: Progress, paused: boolean): string | null {
  if (!found.due_at) return paused ? t('恢复计时后重新计算', 'To be counted again once time goes on') : null
  const by = found.due_by === 'promised' ? t('承诺期限', 'as promised') : t('法定期限', 'by law')
  const law = found.due_by === 'promised' && found.statutory_due_at ? t(`；法定期限 ${found.statutory_due_at.slice(0, 10)}`, `; by law ${found.statutory_due_at.slice(0, 10)}`) : ''
  return `${found.due_at.slice(0, 10)}（${by}${found.limit ? ` ${found.limit}` : ''}）${law}`
}

function LateText({ late }: { late: NonNullable<Progress['late']> }) {
  const by = late.by === 'statutory' ? t('法定期限', 'the term of the law') : t('承诺期限', 'the term promised')
  const days = Math.max(late.days, 1)
  return (
    <>
      <b>{t(`已超过${by} ${days} 天`, `${days} days beyond ${by}`)}</b>
      <br />
      {late.reason ? t(`原因：${late.reason.zh}`, `Because: ${late.reason.en}`) : t('承办机构尚未公布原因', 'The office has not said why yet')}
    </>
  )
}

function Past({ found }: { found: Progress }) {
  const over = found.pauses.filter((pause) => !pause.running)
  return (
    <>
      {found.steps.length > 0 && (
        <details>
          <summary>{t('办理经过', 'What was done')}</summary>
          <ol className="portal-past">
            {found.steps.map((stay, place) => (
              // One step may be gone through twice.
              <li key={place}>
                {stay.name} <small>{stay.until && stay.until.slice(0, 10) !== stay.from.slice(0, 10) ? `${stay.from.slice(0, 10)} — ${stay.until.slice(0, 10)}` : stay.from.slice(0, 10)}</small>
              </li>
            ))}
          </ol>
        </details>
      )}
      {over.length > 0 && (
        <details>
          <summary>{t('曾经暂停计时', 'Time that did not count')}</summary>
          <ul className="portal-past">
            {over.map((pause) => (
              <li key={pause.from}>
                {pause.reason} <small>{t(`${pause.from.slice(0, 10)} 至 ${pause.until?.slice(0, 10) ?? ''}，${pause.days} 天`, `${pause.from.slice(0, 10)} to ${pause.until?.slice(0, 10) ?? ''}, ${pause.days} days`)}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
