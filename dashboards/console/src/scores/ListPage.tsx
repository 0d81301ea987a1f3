// The sheets of a period by one model, ranked within their class, with what was told apart and what an older paper scored that this one does not.

import { type FormEvent, useState } from 'react'

import { type Names, namesStore } from '../api/names'
import { TakeList, allOf } from '../components/Take'
import { Badge, Both, Placeholder } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { full } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Line, type Model, type Scores, readModels, readScores } from './api'
import { type ScoresSearch, scoresHash, sheetHash } from './routes'
import { GRADES, SUBJECTS, UNRANKED, unranked } from './words'

export function ListPage({ search }: { search: ScoresSearch }) {
  const asked = useAsked('score-models', readModels)
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="scores-title">
        <h2 id="scores-title">
          <Both words={{ zh: '效能评估', en: 'Scores' }} />
        </h2>
        <p className="sub">{t('只计认定为主观责任的；尚无结论的和申诉中的另列，不扣分', 'Only subjective responsibility counts; what is undecided or under appeal is told apart and takes nothing')}</p>
        <Answered asked={asked}>{({ models }) => <WithModels models={models} search={search} />}</Answered>
      </section>
    </main>
  )
}

function WithModels({ models, search }: { models: Model[]; search: ScoresSearch }) {
  const names = useStore(namesStore)
  // Of several versions the latest stands first, and each model once.
  const latest = models.filter((model, at) => models.findIndex((one) => one.id === model.id) === at)
  const chosen = latest.find((model) => model.id === search.model) ?? latest.find((model) => model.subject === 'body') ?? latest[0]
  if (!chosen) return <Placeholder state="empty" words={{ zh: '还没有公布考评办法：请在草案中起草 score_model', en: 'No score model is published yet' }} />
  const question = { ...search, model: chosen.id }
  const lacksBody = chosen.subject !== 'body' && !search.org
  return (
    <>
      <SearchForm key={scoresHash(question)} search={question} models={latest} names={names} />
      {lacksBody ? <Placeholder state="empty" words={{ zh: `该办法考评${chosen.subject_zh}，请先选择单位`, en: 'Choose a body first: offices and officers are scored within one' }} /> : <Found search={question} />}
      <LeftOut model={chosen} />
    </>
  )
}

function SearchForm({ search, models, names }: { search: ScoresSearch; models: Model[]; names: Names }) {
  const [wanted, want] = useState(search)
  const set = (some: Partial<ScoresSearch>) => want({ ...wanted, ...some })
  const model = models.find((one) => one.id === wanted.model)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = scoresHash(wanted)
  }
  return (
    <form id="scores-search" className="case-search" role="search" onSubmit={submit}>
      <label>
        <span>{t('考评办法', 'Model')}</span>
        <select name="model" value={wanted.model} onChange={(e) => set({ model: e.target.value, period: '' })}>
          {models.map((one) => (
            <option key={one.id} value={one.id}>
              {t(one.name, one.name_en ?? one.name)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('期间', 'Period')}</span>
        <input name="period" placeholder={t('最近结束的一期', 'the last one over')} value={wanted.period} pattern="\d{4}(-H[12]|-Q[1-4]|-\d{2})?" onChange={(e) => set({ period: e.target.value.trim() })} />
      </label>
      {model?.subject === 'body' ? (
        <label>
          <span>{t('行政区划', 'Region')}</span>
          <input name="region" inputMode="numeric" pattern="(\d{2}){1,3}|\d{9}|\d{12}" placeholder="510500" value={wanted.region} onChange={(e) => set({ region: e.target.value.trim(), org: '' })} />
        </label>
      ) : (
        <label>
          <span>{t('单位', 'Body')}</span>
          <select name="org" required value={wanted.org} onChange={(e) => set({ org: e.target.value, region: '' })}>
            <option value="">{t('请选择', 'Choose')}</option>
            {Object.entries(names.tables.orgs).map(([code, called]) => (
              <option key={code} value={code}>
                {called}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
      </div>
    </form>
  )
}

function Found({ search }: { search: ScoresSearch }) {
  const names = useStore(namesStore)
  const asked = useAsked(scoresHash(search), (signal) => readScores(search, signal))
  return (
    <Answered asked={asked}>
      {(scores) => (
        <>
          <p className="sub" id="scores-head">
            {scores.period.label}
            {scores.period.running && t('（期间未满，得分截至现在）', ' (not over; as it stands now)')} · {t('满分', 'full')} {scores.model.full} · {t('版本', 'version')} {scores.model.version} · {t('截至', 'as of')} {full(scores.as_of)}
          </p>
          {scores.sheets.length > 0 && <TakeList name={`${t('效能评估', 'scores')}-${scores.period.code}`} of={t('考评表', 'the scores')} columns={() => columnsOf(scores)} asked={askedFor(scores, search, names)} read={() => allOf(scores.sheets)} />}
          {scores.sheets.length === 0 ? <Placeholder state="empty" words={{ zh: '没有可以列出的考评表', en: 'No sheets' }} /> : <Classes scores={scores} />}
        </>
      )}
    </Answered>
  )
}

const askedFor = ({ model, period }: Scores, { region, org }: ScoresSearch, names: Names): Asked[] => [
  [t('考评办法', 'Model'), `${t(model.name, model.name_en ?? model.name)} ${model.version}`],
  [t('期间', 'Period'), period.label],
  [t('行政区划', 'Region'), region],
  [t('单位', 'Body'), org && names.org(org)],
]

const columnsOf = ({ model }: Scores): Column<Line>[] => [
  [t('分组', 'Class'), (line) => line.class?.name ?? null],
  [t('名次', 'Rank'), (line) => line.rank ?? null],
  [t('不排名的理由', 'Why no rank'), (line) => (line.unranked ? say(UNRANKED[line.unranked]) : null)],
  [say(SUBJECTS[model.subject]), (line) => line.name],
  [t('得分', 'Total'), (line) => line.total],
  [t('等次', 'Grade'), (line) => say(GRADES[line.grade])],
  ...model.parts.map((part): Column<Line> => [`${part.name} ${part.points}`, (line) => line.parts.find((one) => one.id === part.id)?.score ?? null]),
  [t('奖励', 'Bonus'), (line) => line.bonus],
  [t('受理', 'Accepted'), (line) => line.base],
  [t('尚无结论', 'Undecided'), (line) => line.open],
  [t('申诉中', 'Under appeal'), (line) => line.appealed],
]

function Classes({ scores }: { scores: Scores }) {
  const classes: { name: string; lines: Line[] }[] = []
  for (const line of scores.sheets) {
    const name = line.class?.name ?? t('未分组（不排名）', 'Without a class: not ranked')
    const last = classes.at(-1)
    if (last?.name === name) last.lines.push(line)
    else classes.push({ name, lines: [line] })
  }
  return (
    <>
      {classes.map(({ name, lines }) => (
        <section key={name} className="score-class" aria-label={name}>
          <h3>
            {name} <small>{t(`${lines.length} 个${say(SUBJECTS[scores.model.subject])}`, `${lines.length}`)}</small>
          </h3>
          <Table scores={scores} lines={lines} />
        </section>
      ))}
    </>
  )
}

function Table({ scores: { model, period }, lines }: { scores: Scores; lines: Line[] }) {
  return (
    <div className="cases-scroll">
      <table className="cases-table scores-table">
        <thead>
          <tr>
            <th scope="col">{t('名次', 'Rank')}</th>
            <th scope="col">{say(SUBJECTS[model.subject])}</th>
            <th scope="col" className="number">
              {t('得分', 'Total')}
            </th>
            <th scope="col">{t('等次', 'Grade')}</th>
            {model.parts.map((part) => (
              <th key={part.id} scope="col" className="number">
                {part.name} <span className="sub">{part.points}</span>
              </th>
            ))}
            <th scope="col" className="number">
              {t('奖励', 'Bonus')}
            </th>
            <th scope="col" className="number">
              {t('受理', 'Accepted')}
            </th>
            <th scope="col">{t('另列', 'Told apart')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const place = { model: model.id, period: period.code, body: line.body, office: line.office, officer: line.officer }
            return (
              <tr key={`${line.body}/${line.office}/${line.officer}`} data-body={line.body}>
                <td className="number">{line.rank ?? <span title={line.unranked ? say(UNRANKED[line.unranked]) : undefined}>—</span>}</td>
                <th scope="row">
                  <a href={sheetHash(place)}>{line.name}</a>
                  {unranked(line).map((words) => (
                    <span key={words.en} className="sub" data-unranked={line.unranked}>
                      {say(words)}
                    </span>
                  ))}
                </th>
                <td className="number">
                  <b>{line.total}</b>
                </td>
                <td>
                  <Badge kind={`grade-${line.grade}`} words={GRADES[line.grade]} />
                </td>
                {line.parts.map((part) => (
                  <td key={part.id} className={part.score < part.points ? 'number less' : 'number'}>
                    {part.score}
                  </td>
                ))}
                <td className="number">{line.bonus}</td>
                <td className="number">{line.base}</td>
                <td>
                  {line.open > 0 && <span className="sub">{t(`尚无结论 ${line.open}`, `undecided ${line.open}`)}</span>}
                  {line.appealed > 0 && <span className="sub">{t(`申诉中 ${line.appealed}`, `under appeal ${line.appealed}`)}</span>}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function LeftOut({ model }: { model: Model }) {
  if (model.left_out.length === 0) return null
  return (
    <details className="score-left-out">
      <summary>{t('本办法不计的内容及理由', 'What is not scored, and why')}</summary>
      <ul>
        {model.left_out.map((one) => (
          <li key={one.what}>
            <b>{one.what}</b>
            {t('：', ': ')}
            {one.why}
          </li>
        ))}
      </ul>
    </details>
  )
}
