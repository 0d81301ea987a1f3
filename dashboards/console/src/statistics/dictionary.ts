// The dictionary as its page shows it: what is looked for, group by group.

import type { Dictionary, Group, Metric } from './api'
import { GROUP_CODES } from './words'

/** Metrics in whose words, in either language, all that is looked for occurs; every group that has some, in its order. */
export function grouped({ metrics }: Dictionary, text: string): [Group, Metric[]][] {
  const sought = text.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (metric: Metric) => {
    const told = [metric.id, metric.name, metric.name_en, metric.definition, metric.definition_en, metric.formula, metric.pitfalls, metric.pitfalls_en].join('\n').toLowerCase()
    return sought.every((part) => told.includes(part))
  }
  return GROUP_CODES.map((group): [Group, Metric[]] => [group, metrics.filter((metric) => metric.group === group && fits(metric))]).filter(([, found]) => found.length > 0)
}
