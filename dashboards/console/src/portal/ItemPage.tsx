// One item of the power list: who does it, on which basis, in which steps and by when, and how it is supervised.

import { t } from '../words/language'
import { type Chart, type Item, type Stop, type Term, item as ask, useAsked } from './api'
import { Answer, Line, Reach } from './pieces'

export function ItemPage({ code }: { code: string }) {
  const asked = useAsked(code, (signal) => ask(code, signal))
  return (
    <article className="portal-item">
      <p>
        <a href="#/">{t('返回权力清单', 'Back to the list')}</a>
      </p>
      <Answer asked={asked}>{(item) => <Whole item={item} />}</Answer>
    </article>
  )
}

function Whole({ item }: { item: Item }) {
  return (
    <>
      <h2>{item.name}</h2>
      <dl className="portal-facts">
        <Line label={t('事项编码', 'Code')}>{item.code}</Line>
        <Line label={t('权力类型', 'Category')}>
          {item.power_type.zh}（{item.level}）
        </Line>
        <Line label={t('行使主体', 'Body')}>{item.body && <Reach reached={item.body} />}</Line>
        <Line label={t('设定依据', 'Basis')}>
          <ul>
            {item.legal_basis.map((basis) => (
              <li key={basis}>{basis}</li>
            ))}
          </ul>
        </Line>
        <Line label={t('监督方式', 'Supervision')}>{item.supervision_method ?? t('拨打 12345 投诉', 'Complain at 12345')}</Line>
        <Line label={t('列入清单', 'In the list from')}>{item.effective_from}</Line>
        <Line label={t('公示', 'Published')}>
          {item.published && [item.published.at.slice(0, 10), ...item.published.places.map((one) => `${one.place}（${one.since}）`)].join('；')}
        </Line>
      </dl>
      {item.materials.length > 0 && (
        <section>
          <h3>{t('需要的材料', 'What to bring')}</h3>
          <ul className="portal-papers">
            {item.materials.map((paper) => (
              <li key={paper.name}>
                {paper.name} <small>{paper.required ? paper.form : `${paper.form}${t('，非必要', ', if there is one')}`}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
      {item.flowchart ? <Flow chart={item.flowchart} /> : <p>{t('办理流程尚未公示。', 'Its steps have not been published yet.')}</p>}
      {item.duties.length > 0 && (
        <section>
          <h3>{t('机关的责任', 'What the body has to do')}</h3>
          <ul className="portal-duties">
            {item.duties.map((one) => (
              <li key={one.duty}>
                {one.duty} {one.basis && <small>{one.basis}</small>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Flow({ chart }: { chart: Chart }) {
  return (
    <section>
      <h3>{t('办理流程', 'Steps')}</h3>
      {chart.terms.length > 0 && (
        <ul className="portal-terms">
          {chart.terms.map((term) => (
            <li key={term.name}>
              {term.name}：<TermText term={term} />
            </li>
          ))}
        </ul>
      )}
      <ol className="portal-steps">
        {chart.steps.map((step) => (
          <StepRow key={step.name} step={step} />
        ))}
      </ol>
      {chart.procedures.length > 0 && (
        <>
          <h4>{t('依法不计入或者可以延长的时间', 'Time that does not count, or may be added')}</h4>
          <ul className="portal-terms">
            {chart.procedures.map((one) => (
              <li key={one.name}>
                {one.name}：{one.effect}
                {one.maximum && t(`，最长 ${one.maximum}`, `, at most ${one.maximum}`)} {one.basis && <small>{one.basis}</small>}
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <small>{t(`《${chart.name}》第 ${chart.version} 版，自 ${chart.effective_from} 起施行`, `${chart.name}, version ${chart.version}, since ${chart.effective_from}`)}</small>
      </p>
    </section>
  )
}

function StepRow({ step }: { step: Stop }) {
  return (
    <li>
      <b>{step.name}</b>
      {step.office && (
        <span>
          {step.office} {step.phone}
        </span>
      )}
      {step.requirement && <p>{step.requirement}</p>}
      {step.terms.map((term) => (
        <p key={term.name}>
          <TermText term={term} />
        </p>
      ))}
      {step.terms.length === 0 && step.no_limit && <p>{step.no_limit}</p>}
      {step.next && step.next.length > 0 && (
        <p className="portal-next">
          {t('下一步：', 'Then: ')}
          {step.next.join(t(' 或者 ', ' or '))}
        </p>
      )}
    </li>
  )
}

function TermText({ term }: { term: Term }) {
  const said = [term.promised && t(`承诺 ${term.promised}`, `promised ${term.promised}`), term.statutory && t(`法定 ${term.statutory}`, `by law ${term.statutory}`)]
  return (
    <>
      {said.filter(Boolean).join(t('，', ', '))} {term.basis && <small>{term.basis}</small>}
    </>
  )
}
