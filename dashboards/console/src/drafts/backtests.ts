// Backtests in words (services/api/src/life/backtests).

import { count, full } from '../format'
import type { BacktestRun, BacktestState, BacktestTally } from '../lists/model'
import { t } from '../words/language'

export const BACKTEST_STATES: Record<BacktestState, { zh: string; en: string }> = {
  running: { zh: '正在进行', en: 'Running' },
  done: { zh: '已完成', en: 'Done' },
  failed: { zh: '未得出结果', en: 'Found nothing' },
  cancelled: { zh: '已取消', en: 'Cancelled' },
  cut_off: { zh: '中断', en: 'Cut off' },
}

/** Of which cases. */
export function spanWords({ from, to, region }: Pick<BacktestRun, 'from' | 'to' | 'region'>) {
  const where = region ? t(`，区划 ${region}`, `, region ${region}`) : ''
  return t(`${full(from)} 至 ${full(to)} 开始的办件`, `cases begun ${full(from)} to ${full(to)}`) + where
}

export const totalWords = (of: BacktestTally) =>
  t(
    `将新增 ${count(of.raised)}，将消失 ${count(of.withdrawn)}，将改变 ${count(of.changed)}（其中级别 ${count(of.level_changed)}），相同 ${count(of.same)}`,
    `${count(of.raised)} raised, ${count(of.withdrawn)} gone, ${count(of.changed)} changed (${count(of.level_changed)} in level), ${count(of.same)} the same`,
  )

/** Whether the text that is reviewed was tried on the past; what was found. */
export type Tried = 'never' | 'earlier' | 'present'
export const tried = (run: BacktestRun | null): Tried => (run === null ? 'never' : run.of_present_text ? 'present' : 'earlier')
