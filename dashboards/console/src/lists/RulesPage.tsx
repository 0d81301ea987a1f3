// The rules in words: what each holds against what, on which article, what a place may set, and what is lawful all the same.

import { useEffect, useRef } from 'react'

import { PrintHere } from '../components/Take'
import { Facts, LevelBadge } from '../components/pieces'
import { say, t } from '../words/language'
import { rules } from './api'
import { Answered, useAsked } from './asked'
import type { Rule, RuleFamily } from './model'
import { ruleHash } from './routes'

export function RulesPage({ rule }: { rule: string }) {
  const asked = useAsked('rules', rules)
  return (
    <section className="card cases-found" aria-labelledby="rules-title">
      <h2 id="rules-title">{t('监察规则', 'Rules')}</h2>
      <PrintHere />
      <p className="sub">
        {t(
          '监察点写明所属规则；没有另行规定的，级别、依据和整改要求从规则。标“条文待核”的依据尚未核对原文，不写入预警。',
          'A control point names its rule and takes from it what it does not say itself.',
        )}
      </p>
      <Answered asked={asked}>{(found) => <Families families={found.families} chosen={rule} />}</Answered>
    </section>
  )
}

function Families({ families, chosen }: { families: RuleFamily[]; chosen: string }) {
  const known = families.some((family) => family.rules.some((rule) => rule.id === chosen))
  return (
    <>
      {chosen && !known && <p className="nothing">{t(`目录里没有规则 ${chosen}：以 L- 开头的是本地自定规则`, `No rule ${chosen} in the catalogue: a place’s own begin with L-`)}</p>}
      {families.map((family) => (
        <section key={family.name} className="rule-family" aria-label={say({ zh: family.name, en: family.name_en })}>
          <h3>{say({ zh: family.name, en: family.name_en })}</h3>
          <ul className="point-list">
            {family.rules.map((rule) => (
              <RuleEntry key={rule.id} rule={rule} chosen={rule.id === chosen} />
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

function RuleEntry({ rule, chosen }: { rule: Rule; chosen: boolean }) {
  const entry = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (chosen) entry.current?.scrollIntoView({ block: 'start' })
  }, [chosen])
  return (
    <li ref={entry} data-rule={rule.id} className={chosen ? 'chosen' : undefined}>
      <details open={chosen}>
        <summary>
          <b>
            {rule.id} {say({ zh: rule.name, en: rule.name_en })}
          </b>{' '}
          <LevelBadge level={rule.level} />
        </summary>
        <Facts
          entries={[
            [{ zh: '查什么', en: 'Checks' }, rule.checks],
            [{ zh: '层次、性质', en: 'Tier, kind' }, `${rule.tier_zh}；${rule.finding_zh}`],
            [{ zh: '启用条件', en: 'Needs' }, rule.needs],
            [{ zh: '依据', en: 'Basis' }, basisText(rule)],
            [{ zh: '整改要求', en: 'What to do' }, rule.remedy],
            [{ zh: '证据', en: 'Evidence' }, rule.evidence.join('、')],
            [{ zh: '参数', en: 'Parameters' }, rule.parameters.map((p) => t(`${p.meaning}（${p.name}，默认 ${p.default} ${p.unit}）`, `${p.meaning} (${p.name}, by default ${p.default} ${p.unit})`)).join('；')],
            [{ zh: '例外', en: 'Lawful all the same' }, rule.exceptions.map(({ text, source }) => `${text}（${source}）`).join('；')],
          ]}
        />
        <p className="sub">
          <a href={ruleHash(rule.id)}>{t('本条链接', 'Link to this rule')}</a>
        </p>
      </details>
    </li>
  )
}

const basisText = (rule: Rule) =>
  rule.legal_basis.map(({ article, power_types_zh: types, mark }) => `${article}${types.length > 0 ? `（${types.join('、')}）` : ''}${mark}`).join('；')
