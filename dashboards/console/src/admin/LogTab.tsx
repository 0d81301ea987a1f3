// 日志校验: what was published of the log day by day, who held the log against it, and having the platform do so now.

import { useEffect, useState } from 'react'

import { Badge, Placeholder, Section } from '../components/pieces'
import { count } from '../format'
import { Refusal, failureText } from '../people/fields'
import type { Words } from '../words/codes'
import { say, t } from '../words/language'
import { type LogDay, type LogHeads, type LogRun, type LogVerification, logHeads, verifyLog } from './api'
import { type Asked, useAsked } from './asked'
import { Again, Answered, Head, useSending, when } from './parts'

/** How often it is asked how a verification goes on. */
const ASK_EVERY_MS = 1_000

export function LogTab() {
  const asked = useAsked('log', logHeads)
  return (
    <section className="card" aria-labelledby="log-title">
      <Head id="log-title" title={t('日志校验', 'Verifying the log')} told={asked.found ? t(`已公布 ${count(asked.found.days.length)} 日`, `${count(asked.found.days.length)} days published`) : ''}>
        <Again asked={asked} />
      </Head>
      <div className="admin-one">
        <Answered asked={asked}>{(found) => <Shown found={found} asked={asked} />}</Answered>
      </div>
    </section>
  )
}

function Shown({ found, asked }: { found: LogHeads; asked: Asked<LogHeads> }) {
  const [last] = found.verifications
  return (
    <>
      <p>
        {t(
          '每天零点之后，平台把前一日日志（事件与结论）的校验头合成一个摘要公布，此后日志中改动任何一个字都会与它不符。请把每日摘要另存于本平台之外：系统管理员改得了平台中的一切，改不了外面的那一份。',
          'After every midnight the platform publishes a digest of the log of the day before, events and conclusions; whatever is changed in the log afterwards differs from it. Keep each digest outside of the platform: an administrator can change everything in it, and nothing elsewhere.',
        )}
      </p>
      {last && <Result of={last} />}
      <Verify running={found.running} again={asked.again} />
      <Section words={{ zh: '每日摘要', en: 'Digests by day' }}>
        {found.days.length === 0 ? (
          <Placeholder state="empty" words={{ zh: '尚未公布：第一份在平台运行后的第一个零点之后', en: 'Nothing is published yet: the first comes after the first midnight' }} />
        ) : (
          <Days days={found.days} />
        )}
      </Section>
      <Section words={{ zh: '校验记录', en: 'Verifications' }}>
        {found.verifications.length === 0 ? <p className="nothing">{t('尚未校验过', 'Nobody has verified it yet')}</p> : <Verifications list={found.verifications} />}
      </Section>
    </>
  )
}

/** What the last verification came to. */
function Result({ of }: { of: LogVerification }) {
  const at = when(of.at)
  if (of.differences.length === 0)
    return (
      <p className="admin-chain" role="status" data-log="intact">
        {t(`最近一次校验相符：${at}，由 ${of.by}，重读 ${count(of.records)} 条记录。`, `The last verification found nothing otherwise: ${at}, by ${of.by}, ${count(of.records)} records read.`)}
      </p>
    )
  return (
    <div className="entrance-refusal admin-chain" role="alert" data-log="differs">
      <p>{t(`最近一次校验不符（${at}，由 ${of.by}）。请保全现场，不要重启、不要清理，立即报告：`, `The last verification found differences (${at}, by ${of.by}). Keep everything as it is and report it at once:`)}</p>
      <ul>
        {of.differences.map((difference) => (
          <li key={difference}>{difference}</li>
        ))}
      </ul>
    </div>
  )
}

function Verify({ running, again }: { running: LogRun | null; again: () => void }) {
  const { sending, failure, send } = useSending()
  const goesOn = running !== null && running.failed === null
  useEffect(() => {
    if (!goesOn) return
    const asking = setTimeout(again, ASK_EVERY_MS)
    return () => clearTimeout(asking)
    // Each answer is a new one: asked again until it is over.
  }, [running])
  return (
    <div className="take" role="group" aria-label={t('校验', 'Verify')}>
      <button type="button" className="primary" disabled={sending || goesOn} onClick={() => void send(verifyLog).then((done) => done && again())}>
        {goesOn ? t('正在校验…', 'Verifying…') : t('立即校验', 'Verify now')}
      </button>
      {goesOn && (
        <span role="status">
          <progress max={Math.max(running.total, 1)} value={running.read} aria-label={t('已重读', 'Read')} /> {t(`已重读 ${count(running.read)} / ${count(running.total)} 条`, `${count(running.read)} of ${count(running.total)} records`)}
        </span>
      )}
      {running?.failed && <Refusal>{t(`未能完成：${running.failed}`, `Not carried out: ${running.failed}`)}</Refusal>}
      {failure && <Refusal>{failureText(failure)}</Refusal>}
    </div>
  )
}

function state(day: LogDay): [string, Words] {
  if (day.digest === null) return ['status-review', { zh: `缺分区 ${day.missing.join('、')}`, en: `partitions missing: ${day.missing.join(', ')}` }]
  if (day.verified === null) return ['status-pending', { zh: '未校验', en: 'not verified' }]
  return day.verified.intact ? ['status-issued', { zh: '相符', en: 'intact' }] : ['status-withdrawn', { zh: '当次校验不符', en: 'differences found' }]
}

function Days({ days }: { days: LogDay[] }) {
  return (
    <div className="admin-scroll">
      <table className="admin-table" id="log-days">
        <thead>
          <tr>
            <th scope="col">{t('日期', 'Day')}</th>
            <th scope="col">{t('当日摘要（SHA-256）', 'Digest (SHA-256)')}</th>
            <th scope="col">{t('累计事件、结论', 'Events, conclusions so far')}</th>
            <th scope="col">{t('校验', 'Verified')}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => {
            const [kind, words] = state(day)
            return (
              <tr key={day.day} data-day={day.day}>
                <th scope="row">
                  {day.day}
                  {day.at && <span className="sub">{t(`公布于 ${when(day.at)}`, `published ${when(day.at)}`)}</span>}
                </th>
                <td className="admin-hash">{day.digest === null ? '—' : <Digest day={day.day} digest={day.digest} />}</td>
                <td>{day.events === null ? '—' : `${count(day.events)}、${count(day.facts ?? 0)}`}</td>
                <td>
                  <Badge kind={kind} words={words} />
                  {day.verified && <span className="sub">{`${when(day.verified.at)} ${day.verified.by}`}</span>}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** A digest, and the line to be kept elsewhere. */
function Digest({ day, digest }: { day: string; digest: string }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    // Where the browser does not let us, it can be marked and copied by hand.
    void navigator.clipboard?.writeText(`${day}=${digest}`).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <>
      <code>{digest}</code>
      <button type="button" className="plain" aria-label={t(`复制 ${day} 的摘要`, `Copy the digest of ${day}`)} onClick={copy}>
        {copied ? t('已复制', 'Copied') : t('复制', 'Copy')}
      </button>
    </>
  )
}

function Verifications({ list }: { list: LogVerification[] }) {
  return (
    <div className="admin-scroll">
      <table className="admin-table" id="log-verifications">
        <thead>
          <tr>
            <th scope="col">{t('时间', 'When')}</th>
            <th scope="col">{t('由', 'By')}</th>
            <th scope="col">{t('校验头', 'Heads of')}</th>
            <th scope="col">{t('记录', 'Records')}</th>
            <th scope="col">{t('结果', 'Result')}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((one) => (
            <tr key={`${one.at} ${one.by}`}>
              <td>{when(one.at)}</td>
              <td>{one.by}</td>
              <td>{one.from === null ? t('无', 'none') : t(`${one.from} 至 ${one.to}，${one.days} 日`, `${one.from} to ${one.to}, ${one.days} days`)}</td>
              <td>{count(one.records)}</td>
              <td>{one.differences.length === 0 ? say({ zh: '相符', en: 'intact' }) : t(`${one.differences.length} 处不符`, `${one.differences.length} differences`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
