// 指标词典: every metric, what it means and how it misleads, by group; looked through, printed, taken along.

import { useEffect, useState } from 'react'

import { Print, Take } from '../components/Take'
import type { Sheet } from '../components/files'
import { Placeholder } from '../components/pieces'
import { say, t } from '../words/language'
import { word } from '../words/codes'
import type { Dictionary, Metric } from './api'
import { Definition, metricName, versionText } from './definition'
import { grouped } from './dictionary'
import { statisticsHash } from './routes'
import { DIRECTIONS, GROUPS, OVERS, UNITS } from './words'

interface Props {
  dictionary: Dictionary
  text: string
  /** The metric that was asked for. */
  metric: string
}

export function DictionaryPage({ dictionary, text, metric }: Props) {
  const [sought, seek] = useState(text)
  useEffect(() => {
    const entry = metric ? document.getElementById(`metric-${metric}`) : null
    entry?.scrollIntoView({ block: 'center' })
    entry?.focus({ preventScroll: true })
  }, [metric])
  const groups = grouped(dictionary, sought)
  const found = groups.reduce((sum, [, metrics]) => sum + metrics.length, 0)
  return (
    <section className="card cases-found dictionary" aria-labelledby="dictionary-title">
      <div className="page-head">
        <h2 id="dictionary-title">{t('指标词典', 'Dictionary of metrics')}</h2>
        <Take name={t('指标词典', 'metrics')} of={t('指标词典', 'the dictionary')} sheet={() => sheetOf(dictionary)} />
        <Print />
      </div>
      <p className="statistics-told" id="dictionary-version">
        {versionText(dictionary.version)}
        {t('。平台上、通报里、评分中的每一个数都按本词典计算，且只有这一种算法。', '. Every number on pages, in bulletins and in scores is counted by it, and in no other way.')}
      </p>
      <form
        className="case-search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault()
          location.hash = statisticsHash({ kind: 'metrics', text: sought.trim(), metric: '' })
        }}
      >
        <label className="wide">
          <span>{t('名称、定义、公式中的文字', 'Words of a name, a definition or a formula')}</span>
          <input type="search" name="q" value={sought} maxLength={100} onChange={(event) => seek(event.target.value)} />
        </label>
        <p className="page-told" role="status" id="dictionary-count">
          {t(`${found} 个指标`, `${found} metrics`)}
        </p>
      </form>
      {found === 0 && <Placeholder state="empty" words={{ zh: '没有这样的指标，请换一个词', en: 'No such metric: try another word' }} />}
      {groups.map(([group, metrics]) => (
        <section key={group} aria-labelledby={`group-${group}`} className="dictionary-group">
          <h3 id={`group-${group}`}>{say(GROUPS[group])}</h3>
          {metrics.map((one) => (
            <Entry key={one.id} metric={one} chosen={one.id === metric} />
          ))}
        </section>
      ))}
    </section>
  )
}

function Entry({ metric, chosen }: { metric: Metric; chosen: boolean }) {
  return (
    <article id={`metric-${metric.id}`} className={`dictionary-entry${chosen ? ' chosen' : ''}`} tabIndex={-1} aria-labelledby={`metric-name-${metric.id}`} data-metric={metric.id}>
      <h4 id={`metric-name-${metric.id}`}>
        {metricName(metric)} <span className="sub">{t(metric.name_en, metric.name)}</span> <code>{metric.id}</code>
      </h4>
      <Definition metric={metric} />
    </article>
  )
}

function sheetOf(dictionary: Dictionary): Sheet {
  return {
    head: [t('编号', 'Id'), t('名称', 'Name'), t('分组', 'Group'), t('定义', 'Definition'), t('公式', 'Formula'), t('基数', 'Base'), t('单位', 'Unit'), t('方向', 'Direction'), t('统计对象', 'Counts'), t('注意', 'Beware')],
    body: dictionary.metrics.map((metric) => [
      metric.id,
      metricName(metric),
      say(GROUPS[metric.group]),
      t(metric.definition, metric.definition_en || metric.definition),
      metric.formula,
      metric.base,
      say(word(UNITS, metric.unit)),
      say(word(DIRECTIONS, metric.direction)),
      say(word(OVERS, metric.over)),
      t(metric.pitfalls, metric.pitfalls_en || metric.pitfalls),
    ]),
    notes: [versionText(dictionary.version)],
  }
}
