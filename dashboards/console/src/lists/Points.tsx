// Control points, each with its rule, its ladder, its article, and when it does not speak.

import { Fragment } from 'react'

import { Facts, LevelBadge } from '../components/pieces'
import { t } from '../words/language'
import type { Point } from './model'
import { ruleHash } from './routes'

export function PointList({ points }: { points: Point[] }) {
  if (points.length === 0) return <p className="nothing">{t('没有', 'None')}</p>
  return (
    <ul className="point-list">
      {points.map((point) => (
        <li key={point.id} data-point={point.id}>
          <details>
            <summary>
              <b>{point.name}</b> <Levels point={point} />
              {point.rule && (
                <a className="rule-link" href={ruleHash(point.rule)}>
                  {point.rule} {point.rule_name}
                </a>
              )}
            </summary>
            <PointFacts point={point} />
          </details>
        </li>
      ))}
    </ul>
  )
}

function Levels({ point }: { point: Point }) {
  const levels = point.ladder.length > 0 ? [...new Set(point.ladder.map((rung) => rung.level))] : [point.level]
  return (
    <>
      {levels.map((level) => (
        <Fragment key={level}>
          <LevelBadge level={level} />{' '}
        </Fragment>
      ))}
    </>
  )
}

function PointFacts({ point }: { point: Point }) {
  const ladder = point.ladder.map((rung) => `${rung.at_zh}：${rung.level_zh}`).join('；')
  return (
    <Facts
      entries={[
        [{ zh: '查什么', en: 'Checks' }, point.checks],
        [{ zh: '防范的风险', en: 'Risk' }, point.risk],
        [{ zh: '所看时限', en: 'Limit' }, point.limit_name ?? point.limit],
        [{ zh: '级别安排', en: 'Levels' }, ladder],
        [{ zh: '依据', en: 'Basis' }, point.legal_basis],
        [{ zh: '事由', en: 'What happened' }, point.message],
        [{ zh: '整改要求', en: 'What to do' }, point.remedy],
        [{ zh: '反馈期限', en: 'Answer within' }, point.answer_within_zh],
        [{ zh: '人工确认', en: 'A person confirms' }, point.confirm && t('发出前由人确认', 'before it goes out')],
        [{ zh: '条件', en: 'Condition' }, point.condition && <code>{point.condition}</code>],
        [{ zh: '适用情形', en: 'Only when' }, point.only_when && <code>{point.only_when}</code>],
        [
          { zh: '除外情形', en: 'Not when' },
          point.unless.length > 0 && (
            <ul className="plain-list">
              {point.unless.map((unless) => (
                <li key={unless}>
                  <code>{unless}</code>
                </li>
              ))}
            </ul>
          ),
        ],
        [{ zh: '参数', en: 'Parameters' }, point.parameters.map(({ name, value }) => `${name} = ${value}`).join('；')],
      ]}
    />
  )
}
