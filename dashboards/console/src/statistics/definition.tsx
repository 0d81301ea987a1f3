// A metric's name opens what it means: definition, formula, base, and how it misleads, as the dictionary has them.

import { createContext, useContext, useEffect, useRef } from 'react'

import { Facts } from '../components/pieces'
import { say, t } from '../words/language'
import { word } from '../words/codes'
import type { Dictionary, Metric } from './api'
import { metricHash } from './routes'
import { DIRECTIONS, GROUPS, OVERS, UNITS } from './words'

/** Opens a metric's definition over the page. */
export const DefinitionOpener = createContext<(metric: Metric) => void>(() => {})

export const metricName = (metric: Metric) => t(metric.name, metric.name_en)

/** A metric's name, which opens its definition. */
export function MetricName({ metric }: { metric: Metric }) {
  const open = useContext(DefinitionOpener)
  return (
    <button type="button" className="metric-name" data-metric={metric.id} title={t('查看定义', 'What it means')} onClick={() => open(metric)}>
      {metricName(metric)}
    </button>
  )
}

export const versionText = (version: Dictionary['version']) => t(`指标词典第 ${version} 版`, `Dictionary of metrics, version ${version}`)

/** What the dictionary says of a metric. */
export function Definition({ metric }: { metric: Metric }) {
  return (
    <Facts
      entries={[
        [{ zh: '定义', en: 'Definition' }, t(metric.definition, metric.definition_en || metric.definition)],
        [{ zh: '公式', en: 'Formula' }, metric.formula],
        [{ zh: '基数', en: 'Base' }, metric.base],
        [{ zh: '口径', en: 'In' }, [say(word(UNITS, metric.unit)), say(word(DIRECTIONS, metric.direction)), t(`统计${say(word(OVERS, metric.over))}`, `counts ${say(word(OVERS, metric.over)).toLowerCase()}`)].join(t('；', '; '))],
        [{ zh: '注意', en: 'Beware' }, t(metric.pitfalls, metric.pitfalls_en || metric.pitfalls)],
      ]}
    />
  )
}

interface DialogProps {
  metric: Metric
  version: Dictionary['version']
  close: () => void
}

/** The browser's own dialog: the keyboard stays inside and comes back to the name that opened it. */
export function DefinitionDialog({ metric, version, close }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const leave = () => dialog.current?.close()
  return (
    <dialog
      ref={dialog}
      id="definition"
      className="definition"
      aria-labelledby="definition-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) leave()
      }}
    >
      <div className="definition-inner">
        <h3 id="definition-title">
          {metricName(metric)} <span className="sub">{say(GROUPS[metric.group])}</span>
        </h3>
        <Definition metric={metric} />
        <div className="definition-foot">
          <a href={metricHash(metric.id)} onClick={leave}>
            {versionText(version)}
          </a>
          <button type="button" className="plain" onClick={leave}>
            {t('关闭', 'Close')}
          </button>
        </div>
      </div>
    </dialog>
  )
}
