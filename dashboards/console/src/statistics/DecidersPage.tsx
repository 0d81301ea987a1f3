// 认定情况: who confirmed, dismissed and withdrew what, whose alerts these were, and what nobody has concluded yet.

import { type Names, namesStore } from '../api/names'
import { Print, Take } from '../components/Take'
import { Placeholder } from '../components/pieces'
import { count } from '../format'
import { Answered, useAsked } from '../lists/asked'
import { useStore } from '../store'
import { CONCLUSIONS } from '../words/codes'
import { say, t } from '../words/language'
import { type Deciders, readDeciders } from './api'
import { DECIDED, type Decided, setAside, unconcludedText } from './deciders-model'
import { bodiesSheet, peopleSheet, takenBackOf, takenBackSheet } from './deciders-sheets'
import { type Period, periodText } from './period'
import { PeriodLinks } from './PeriodChooser'
import { decidersHash } from './routes'
import { smallBase, valueText } from './values'

export function DecidersPage({ period }: { period: Period }) {
  const names = useStore(namesStore)
  const asked = useAsked(`deciders ${periodText(period)}`, (signal) => readDeciders(periodText(period), signal))
  return (
    <section className="card cases-found" aria-labelledby="deciders-title">
      <div className="page-head">
        <h2 id="deciders-title">{t('认定情况', 'Who decided what')}</h2>
        <Print />
      </div>
      <PeriodLinks period={period} to={decidersHash} />
      <p className="statistics-told">
        {t(
          '按预警发出的时间归入统计周期，未发出的按提出的时间；只计现行有效的决定。查看本页留有审计记录。',
          'By when alerts went out, or were raised where they never did; only decisions that stand. Each look at this page is audited.',
        )}
      </p>
      <Answered asked={asked}>{(found) => <Found found={found} names={names} period={period} />}</Answered>
    </section>
  )
}

interface Props {
  found: Deciders
  names: Names
  period: Period
}

function Found({ found, names, period }: Props) {
  return (
    <>
      <p id="unconcluded" role="status">
        {unconcludedText(found)}
      </p>
      {found.deciders.length === 0 ? (
        <Placeholder state="empty" words={{ zh: '本期没有作出结论的预警', en: 'Nothing was concluded in this period' }} />
      ) : (
        <>
          <People found={found} names={names} period={period} />
          <Bodies found={found} names={names} period={period} />
          <TakenBack found={found} names={names} period={period} />
        </>
      )}
    </>
  )
}

/** The share of objective causes; hidden on a small base. */
function Share({ of, minBase }: { of: Decided; minBase: number }) {
  if (of.objective_share !== null) return <>{valueText('share', of.objective_share)}</>
  return <span title={smallBase(minBase)}>—</span>
}

function People({ found, names, period }: Props) {
  const share = t('客观原因占比', 'Objective, share')
  const back = t('认定被他人撤销', 'Taken back by others')
  const head = [t('人员', 'Person'), ...DECIDED.map((column) => say(column)), share, back]
  return (
    <section className="statistics-part" aria-labelledby="deciders-people">
      <div className="table-head">
        <h3 id="deciders-people">{t('按作出人', 'By whom')}</h3>
        <Take
          name={t('认定情况', 'deciders')}
          of={t('认定情况表', 'the deciders')}
          sheet={() => peopleSheet(found, names, period)}
        />
      </div>
      <div className="cases-scroll">
        <table className="cases-table statistics-table" id="deciders">
          <thead>
            <tr>
              {head.map((column, place) => (
                <th key={column} scope="col" className={place > 0 ? 'number' : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.deciders.map((one) => (
              <tr key={one.person} data-person={one.person}>
                <th scope="row">
                  {names.officer(one.person)} <span className="sub">{one.acting_for && names.org(one.acting_for)}</span>
                </th>
                <Numbers of={one} />
                <td className="number" data-share="">
                  <Share of={one} minBase={found.min_base} />
                </td>
                <td className="number">{count(one.taken_back)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('合计', 'All')}</th>
              <Numbers of={found.total} />
              <td className="number">
                <Share of={found.total} minBase={found.min_base} />
              </td>
              <td className="number">{count(takenBackOf(found))}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      <p className="sub statistics-note">{t(`${CONCLUSIONS.objective.zh}须在封闭清单之内并附证明材料；占比明显高于合计的，可调阅相应预警。`, 'An objective cause is of a closed list and proven; where the share is far above that of all, look at the alerts.')}</p>
    </section>
  )
}

function Numbers({ of }: { of: Decided }) {
  return DECIDED.map(({ id, of: read }) => (
    <td key={id} className="number">
      {count(read(of))}
    </td>
  ))
}

/** Whose alerts somebody dismissed or withdrew: where one body gains from one person. */
function Bodies({ found, names, period }: Props) {
  const rows = setAside(found)
  if (rows.length === 0) return null
  const head = [t('人员', 'Person'), t('责任单位', 'Whose alerts'), t('不予认定', 'Dismissed'), t('申诉撤销', 'Withdrawn'), t('其中客观原因', 'Objective'), t('该单位预警已作结论', 'Concluded of it')]
  return (
    <section className="statistics-part" aria-labelledby="deciders-bodies-title">
      <div className="table-head">
        <h3 id="deciders-bodies-title">{t('不予认定、申诉撤销的预警所属单位', 'Whose alerts were dismissed or withdrawn')}</h3>
        <Take
          name={t('不予认定与撤销', 'set-aside')}
          of={t('单位表', 'the bodies')}
          sheet={() => bodiesSheet(found, names, period)}
        />
      </div>
      <div className="cases-scroll">
        <table className="cases-table statistics-table" id="deciders-bodies">
          <thead>
            <tr>
              {head.map((column, place) => (
                <th key={column} scope="col" className={place > 1 ? 'number' : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ person, body, dismissed, withdrawn, objective, concluded }) => (
              <tr key={`${person} ${body}`}>
                <th scope="row">{names.officer(person)}</th>
                <td>{body ? names.org(body) : t('未注明', 'Not named')}</td>
                {[dismissed, withdrawn, objective, concluded].map((number, place) => (
                  <td key={head[place + 2]} className="number">
                    {count(number)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function TakenBack({ found, names, period }: Props) {
  if (found.taken_back.length === 0) return null
  return (
    <section className="statistics-part" aria-labelledby="deciders-back-title">
      <div className="table-head">
        <h3 id="deciders-back-title">{t('撤销他人认定的情况', 'Whose confirmations were taken back')}</h3>
        <Take name={t('撤销认定', 'taken-back')} of={t('撤销表', 'what was taken back')} sheet={() => takenBackSheet(found, names, period)} />
      </div>
      <ul className="taken-back">
        {found.taken_back.map(({ person, confirmed_by: by, alerts }) => (
          <li key={`${person} ${by}`}>
            {by
              ? t(`${names.officer(person)} 撤销 ${names.officer(by)} 认定的 ${count(alerts)} 件`, `${names.officer(person)} withdrew ${count(alerts)} that ${names.officer(by)} had confirmed`)
              : t(`${names.officer(person)} 撤销未经认定的 ${count(alerts)} 件`, `${names.officer(person)} withdrew ${count(alerts)} that nobody had confirmed`)}
          </li>
        ))}
      </ul>
    </section>
  )
}
