// 回测: what a draft would have alleged of the past, asked for here by whoever drafts or reviews it. Nobody was alerted by it.

import { useEffect, useState } from 'react'

import { namesStore } from '../api/names'
import { count, full } from '../format'
import { Answered, useAsked } from '../lists/asked'
import type { BacktestRun, Draft } from '../lists/model'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { BacktestFindings } from './BacktestFindings'
import { SignForm } from './SignForm'
import { backtests, beginBacktest, cancelBacktest } from './api'
import { BACKTEST_STATES, spanWords } from './backtests'
import type { Backtests } from './model'
import { drafts } from './rights'
import { STATES } from './states'

/** A run is asked how far it has come so often. */
const ASK_AGAIN_MS = 2000

/** `changed`: another run than the draft knows of tells most about its text by now. */
export function BacktestView({ draft, changed }: { draft: Draft; changed: () => void }) {
  const [picked, pick] = useState<number | null>(null)
  const asked = useAsked(`backtests/${draft.id}/${draft.text_sha256}/${picked ?? ''}`, (signal) => backtests(draft.id, picked, signal))
  const { found, again } = asked
  const running = found?.runs[0]?.state === 'running'
  useEffect(() => {
    if (!running) return
    const timer = setTimeout(again, ASK_AGAIN_MS)
    return () => clearTimeout(timer)
    // What was found last decides whether it is asked again.
  }, [found, running])
  const telling = picked === null && found ? found.shown : null
  const known = draft.backtest?.run ?? null
  useEffect(() => {
    if (telling !== null && telling !== known) changed()
    // Asked once for each that is found.
  }, [telling, known])
  const told = () => {
    pick(null)
    again()
  }
  return (
    <div id="backtest">
      <p className="sub">
        {t(
          '回测按草案与在用的定义重新判断过去的办件，逐条比较；结果随草案保存，供审核时参考，不影响任何预警。',
          'The past is judged by the draft and by what is in force. The result stays with the draft; no alert is touched.',
        )}
      </p>
      <Answered asked={asked}>{(all) => <Shown draft={draft} all={all} pick={pick} told={told} />}</Answered>
    </div>
  )
}

function Shown({ draft, all, pick, told }: { draft: Draft; all: Backtests; pick: (run: number) => void; told: () => void }) {
  const working = drafts(useStore(sessionStore))
  const last = all.runs[0]
  const shown = all.runs.find(({ run }) => run === all.shown)
  return (
    <>
      {last?.state === 'running' ? <Running draft={draft} run={last} working={working} told={told} /> : working && STATES[draft.state].open && <BeginForm draft={draft} told={told} />}
      {last && (last.state === 'failed' || last.state === 'cut_off') && (
        <p className="refusal" role="alert" id="backtest-problem">
          {t(`第 ${last.run} 次回测没有得出结果：${last.problem ?? ''}`, `Backtest ${last.run} found nothing: ${last.problem ?? ''}`)}
        </p>
      )}
      {all.runs.length === 0 && <p className="nothing">{t('这份草案还没有回测过', 'The past was not judged by this draft yet')}</p>}
      {shown && all.found && (
        <section aria-labelledby="backtest-title" id="backtest-found" data-run={shown.run} data-present={shown.of_present_text}>
          <h3 id="backtest-title">{t(`第 ${shown.run} 次回测：${spanWords(shown)}`, `Backtest ${shown.run}: ${spanWords(shown)}`)}</h3>
          {!shown.of_present_text && (
            <p className="refusal" role="note">
              {t('这一结果是修改之前的文本得出的，与现在的文本无关', 'Found by an earlier text of this draft, not by the present one')}
            </p>
          )}
          <BacktestFindings found={all.found} />
        </section>
      )}
      {all.runs.length > 0 && <Runs runs={all.runs} shown={all.shown} pick={pick} />}
    </>
  )
}

function BeginForm({ draft, told }: { draft: Draft; told: () => void }) {
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [region, setRegion] = useState('')
  const begin = async (sending: Parameters<Parameters<typeof SignForm>[0]['submit']>[0]) => {
    await beginBacktest(draft.id, { from, ...(to && { to }), ...(region.trim() && { region: region.trim() }) }, sending)
    told()
  }
  return (
    <SignForm act={t('开始回测', 'Judge the past')} content={() => JSON.stringify([draft.text_sha256, from, to, region])} submit={begin}>
      <label>
        <span>{t('自何日起开始的办件', 'Cases that began since')}</span>
        <input name="from" type="date" required value={from} onChange={(e) => setFrom(e.target.value)} />
      </label>
      <label>
        <span>{t('至何日之前（留空为现在）', 'And before; empty: now')}</span>
        <input name="to" type="date" value={to} onChange={(e) => setTo(e.target.value)} />
      </label>
      <label>
        <span>{t('行政区划（留空为全部）', 'Region; empty: all')}</span>
        <input name="region" inputMode="numeric" maxLength={12} placeholder="510502" value={region} onChange={(e) => setRegion(e.target.value)} />
      </label>
    </SignForm>
  )
}

function Running({ draft, run, working, told }: { draft: Draft; run: BacktestRun; working: boolean; told: () => void }) {
  const [cancelling, setCancelling] = useState(false)
  const { cases, events, of_events: all } = run.progress ?? { cases: 0, events: 0, of_events: 0 }
  return (
    <div id="backtest-running" role="status">
      <p>
        {t(`第 ${run.run} 次回测正在进行：${spanWords(run)}`, `Backtest ${run.run} is running: ${spanWords(run)}`)}{' '}
        <progress max={Math.max(all, 1)} value={Math.min(events, all)} aria-label={t('已判断', 'Judged')} />{' '}
        {all > 0 ? t(`已判断 ${count(cases)} 件、${count(events)} / ${count(all)} 条记录`, `${count(cases)} cases, ${count(events)} of ${count(all)} records`) : t('正在清点', 'Counting')}
        {working && (
          <>
            {' '}
            <button type="button" className="plain" aria-pressed={cancelling} onClick={() => setCancelling(!cancelling)}>
              {t('取消', 'Cancel')}
            </button>
          </>
        )}
      </p>
      {cancelling && (
        <SignForm
          act={t('取消回测', 'Cancel the backtest')}
          content={() => `cancel/${run.run}`}
          submit={async (sending) => {
            await cancelBacktest(draft.id, sending)
            told()
          }}
        />
      )}
    </div>
  )
}

function Runs({ runs, shown, pick }: { runs: BacktestRun[]; shown: number | null; pick: (run: number) => void }) {
  const names = useStore(namesStore)
  return (
    <div className="cases-scroll">
      <table className="cases-table small-table" id="backtest-runs">
        <caption>{t('历次回测', 'Backtests')}</caption>
        <thead>
          <tr>
            {[t('次', 'No.'), t('期间与区划', 'Of what'), t('文本', 'Text'), t('谁、何时', 'Who and when'), t('结果', 'Result')].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.run} data-run={run.run} data-state={run.state}>
              <th scope="row">
                {run.state === 'done' ? (
                  <button type="button" className="row-pick" aria-pressed={run.run === shown} onClick={() => pick(run.run)}>
                    {run.run}
                  </button>
                ) : (
                  run.run
                )}
              </th>
              <td>{spanWords(run)}</td>
              <td>{run.of_present_text ? t('现在的文本', 'The present one') : t(`此前的文本 ${run.text_sha256.slice(0, 8)}`, `An earlier one ${run.text_sha256.slice(0, 8)}`)}</td>
              <td>
                {full(run.begun_at)} {[run.who.body && names.org(run.who.body), run.who.office, run.who.person].filter(Boolean).join(' ')}
                <span className="sub">{run.why}</span>
              </td>
              <td>
                {t(BACKTEST_STATES[run.state].zh, BACKTEST_STATES[run.state].en)}
                {run.problem && <span className="sub">{run.problem}</span>}
                {run.cancelled_by && <span className="sub">{`${run.cancelled_by.person} ${run.cancelled_why ?? ''}`}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
