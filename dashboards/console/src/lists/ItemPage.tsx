// A power item: on which basis, by whom, within which time, with what papers, at what price, with which discretion; which duties go with it, and
// what is watched at each step.

import { type ReactNode, Suspense, lazy } from 'react'

import { namesStore } from '../api/names'
import { PrintHere } from '../components/Take'
import { Badge, Facts, Placeholder, Section } from '../components/pieces'
import { useStore } from '../store'
import { t } from '../words/language'
import { item } from './api'
import { Answered, useAsked } from './asked'
import { DutyList } from './DutiesPage'
import { ItemState } from './ItemsPage'
import { PointList } from './Points'
import type { Chart, ChartLimit, ChartStep, WholeItem } from './model'
import { EVERY_ITEM, definitionHash, listsHash } from './routes'

/** The drawing's library is larger than the rest of the page. */
const ChartView = lazy(() => import('../chart/ChartView'))

export function ItemPage({ code }: { code: string }) {
  const asked = useAsked(code, (signal) => item(code, signal))
  return (
    <>
      <p className="case-back">
        <a href={listsHash({ kind: 'items', search: EVERY_ITEM })}>← {t('权力清单', 'Power list')}</a>
      </p>
      <Answered asked={asked}>{(found) => <Shown item={found} />}</Answered>
    </>
  )
}

function Shown({ item: shown }: { item: WholeItem }) {
  const names = useStore(namesStore)
  const { chart } = shown
  return (
    <article id="item" data-item={shown.code}>
      <header className="card case-head">
        <div className="badges">
          <Badge kind="case-open" words={{ zh: shown.power_type_zh }} /> <ItemState item={shown} />
        </div>
        <h2>{shown.name}</h2>
        <PrintHere />
        <ItemFacts item={shown} />
        <p className="item-links">
          <a href={definitionHash('item', shown.code)}>{t('版本、比较与变动记录', 'Versions, comparison, records')}</a>
        </p>
      </header>
      {chart && (
        <div className="card case-chart" id="chart">
          <Section words={{ zh: '流程图', en: 'Flowchart' }}>
            <p className="sub">
              {names.flowchart(`${chart.id}@${chart.version}`)} · {t(`自 ${chart.effective_from} 起适用`, `from ${chart.effective_from} on`)} ·{' '}
              <a href={definitionHash('flowchart', chart.id)}>{t(`全部版本（${shown.chart_versions.length}）`, `All versions (${shown.chart_versions.length})`)}</a>
            </p>
            <Suspense fallback={<Placeholder state="waiting" words={{ zh: '正在载入流程图…', en: 'Loading the flowchart' }} />}>
              <ChartView id={chart.id} version={chart.version} body={shown.executing_body} />
            </Suspense>
          </Section>
        </div>
      )}
      <div className="item-columns">
        <div className="card">
          <Section words={{ zh: '依据', en: 'Basis' }}>
            <ul className="plain-list">
              {shown.legal_basis.map((basis) => (
                <li key={basis}>{basis}</li>
              ))}
            </ul>
          </Section>
          {chart && (
            <Section words={{ zh: '时限', en: 'Time limits' }}>
              <Limits limits={chart.limits} />
            </Section>
          )}
          {chart && chart.special_procedures.length > 0 && (
            <Section words={{ zh: '特别程序', en: 'Special procedures' }}>
              <Specials chart={chart} />
            </Section>
          )}
          <Section words={{ zh: '材料', en: 'Materials' }}>
            <Materials item={shown} />
          </Section>
          <Section words={{ zh: '收费', en: 'Fees' }}>
            <Fees item={shown} />
          </Section>
          {shown.discretion && (
            <Section words={{ zh: '裁量基准', en: 'Discretion' }}>
              <Discretion item={shown} />
            </Section>
          )}
        </div>
        <div className="card">
          <Section words={{ zh: '责任事项', en: 'Duties' }}>
            <DutyList duties={shown.responsibilities} />
          </Section>
          {chart && (
            <Section words={{ zh: '环节与廉政风险点', en: 'Steps and risks' }}>
              <Steps steps={chart.steps} />
            </Section>
          )}
        </div>
        <div className="card item-points" id="points">
          {chart && (
            <Section words={{ zh: '监察点', en: 'Control points' }}>
              <PointList points={chart.control_points} />
            </Section>
          )}
          <Section words={{ zh: '通用监察点', en: 'General control points' }}>
            <PointList points={shown.general_points} />
          </Section>
        </div>
      </div>
    </article>
  )
}

function ItemFacts({ item: shown }: { item: WholeItem }) {
  const others = [
    ...shown.entrusted_bodies.map(({ name }) => `${name}（${t('受委托', 'entrusted')}）`),
    ...shown.acting_bodies.map(({ name, ground_zh: ground, basis }) => `${name}（${[ground, basis].filter(Boolean).join('，')}）`),
  ]
  const dates = shown.effective_to
    ? t(`${shown.effective_from} 至 ${shown.effective_to}`, `${shown.effective_from} to ${shown.effective_to}`)
    : t(`自 ${shown.effective_from} 起`, `from ${shown.effective_from} on`)
  return (
    <div className="in-columns">
      <Facts
        entries={[
          [{ zh: '事项编码', en: 'Code' }, shown.code],
          [{ zh: '基本编码', en: 'Base code' }, shown.base_code],
          [{ zh: '行使主体', en: 'Body' }, shown.executing_body_name],
          [{ zh: '行使层级', en: 'Level' }, shown.level_zh],
          [{ zh: '行政区划', en: 'Region' }, shown.region_name ?? shown.region],
          [{ zh: '其他行使主体', en: 'Others who act' }, others.join('；')],
          [{ zh: '承诺时限', en: 'Promised' }, shown.promised_zh],
          [{ zh: '法定时限', en: 'By law' }, shown.statutory_zh],
          [{ zh: '执法领域', en: 'Field' }, shown.enforcement_field],
          [{ zh: '监督方式', en: 'Supervision' }, shown.supervision_method],
          [{ zh: '在清单内', en: 'Listed' }, dates],
          [{ zh: '在办件处理', en: 'Running cases' }, shown.status === 'active' ? null : shown.running_cases_zh],
          [{ zh: '承接事项', en: 'Taken over by' }, shown.transferred_to],
          [{ zh: '向社会公开', en: 'Public' }, shown.public ? t('是', 'Yes') : t('否', 'No')],
        ]}
      />
    </div>
  )
}

/** Head and rows of a small table. */
function Rows({ columns, rows }: { columns: string[]; rows: { key: string; cells: ReactNode[] }[] }) {
  return (
    <div className="cases-scroll">
      <table className="cases-table small-table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, place) => (place === 0 ? <th key={columns[place]} scope="row">{cell}</th> : <td key={columns[place]}>{cell}</td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const or = (words: string[]) => words.join(t('或者', ' or '))

function Limits({ limits }: { limits: ChartLimit[] }) {
  return (
    <Rows
      columns={[t('名称', 'Name'), t('自…至…', 'From … to …'), t('承诺', 'Promised'), t('法定', 'By law'), t('依据', 'Basis')]}
      rows={limits.map((limit) => ({
        key: limit.id,
        cells: [
          <>
            {limit.name}
            <span className="sub">{limit.kind_zh}</span>
          </>,
          limit.step_name ?? `${or(limit.from_zh)} → ${or(limit.to_zh)}`,
          limit.promised_zh ?? '—',
          limit.statutory_zh ?? (limit.at_least_zh ? t(`不少于 ${limit.at_least_zh}`, `at least ${limit.at_least_zh}`) : limit.own_deadline ? t('记录载明的期限', 'as recorded') : '—'),
          limit.legal_basis ?? '—',
        ],
      }))}
    />
  )
}

function Specials({ chart }: { chart: Chart }) {
  return (
    <Rows
      columns={[t('名称', 'Name'), t('效果', 'Effect'), t('最长', 'At most'), t('依据', 'Basis')]}
      rows={chart.special_procedures.map((special) => ({
        key: special.kind,
        cells: [special.name, special.effect_zh, special.maximum_zh ?? '—', special.legal_basis ?? '—'],
      }))}
    />
  )
}

function Materials({ item: { materials } }: { item: WholeItem }) {
  if (materials.length === 0) return <p className="nothing">{t('未列材料', 'None listed')}</p>
  return (
    <ol className="numbered">
      {materials.map((material) => (
        <li key={material.name}>
          {material.name} <span className="sub inline">{[material.form_zh, !material.required && t('非必要', 'optional')].filter(Boolean).join(' · ')}</span>
        </li>
      ))}
    </ol>
  )
}

function Fees({ item: { fees } }: { item: WholeItem }) {
  if (!fees) return <p className="nothing">{t('不收费', 'Free of charge')}</p>
  return (
    <Rows
      columns={[t('项目', 'Fee'), t('标准', 'Standard'), t('依据', 'Basis'), t('减免', 'Relief')]}
      rows={fees.items.map((fee) => ({
        key: fee.code,
        cells: [fee.name, fee.standard_zh, fee.basis, fee.relief.map(({ ground, basis }) => (basis ? `${ground}（${basis}）` : ground)).join('；') || '—'],
      }))}
    />
  )
}

function Discretion({ item: { discretion } }: { item: WholeItem }) {
  if (!discretion) return null
  return (
    <>
      <p className="sub">
        {[discretion.name, t(`第 ${discretion.version} 版`, `version ${discretion.version}`), t(`自 ${discretion.effective_from} 起`, `from ${discretion.effective_from}`), discretion.filed_no, discretion.legal_basis]
          .filter(Boolean)
          .join(' · ')}
        {' · '}
        <a href={definitionHash('discretion', discretion.id)}>{t('版本与比较', 'Versions')}</a>
      </p>
      {discretion.acts.map((act) => (
        <section key={act.code} className="act-tiers">
          <h4>
            {act.name} <small>{act.legal_basis}</small>
          </h4>
          <Rows
            columns={[t('档次', 'Tier'), t('适用情形', 'When'), t('幅度', 'How much')]}
            rows={act.tiers.map((tier) => ({ key: tier.code, cells: [tier.name, tier.when ?? '—', tier.money_zh ?? t('不涉及金额', 'no money')] }))}
          />
        </section>
      ))}
    </>
  )
}

function Steps({ steps }: { steps: ChartStep[] }) {
  return (
    <ol className="numbered chart-steps">
      {steps.map((step) => (
        <li key={step.code} data-step={step.code}>
          <b>{step.name}</b>{' '}
          <span className="sub inline">{[step.office_name, step.required && t('必经', 'required'), step.repeatable && t('可重复', 'repeatable')].filter(Boolean).join(' · ')}</span>
          {step.requirement && <p>{step.requirement}</p>}
          {step.next && step.next.length > 0 && <p className="sub">{t(`其后：${step.next.join('、')}`, `then: ${step.next.join(', ')}`)}</p>}
          {step.risk_points.map((risk) => (
            <p key={risk.name} className="risk">
              <b>{t(`风险（${risk.grade_zh}）`, `Risk (${risk.grade_zh})`)}</b> {risk.name}
              <span className="sub">{t(`防控：${risk.control}`, `Control: ${risk.control}`)}</span>
            </p>
          ))}
        </li>
      ))}
    </ol>
  )
}
