// Samples that were drawn, the last first, and the form that draws another.

import { useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { Table } from '../components/Searched'
import { TakeList, allOf } from '../components/Take'
import { Badge, Both, Placeholder } from '../components/pieces'
import type { Column } from '../components/sheet'
import { count, date } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { DrawForm } from './DrawForm'
import { STRATA, type Sample } from './api'
import { samples } from './model'
import { sampleHash } from './routes'

export function ListPage() {
  const { person } = useStore(sessionStore)
  const [drawing, draw] = useState(false)
  useEffect(() => {
    void samples.look()
  }, [])
  const mayDraw = !person || person.roles.includes('supervision')
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="samples-title">
        <div className="voices-head">
          <h2 id="samples-title">
            <Both words={{ zh: '抽查', en: 'Samples' }} />
          </h2>
          {mayDraw && (
            <button type="button" className="main" aria-expanded={drawing} onClick={() => draw(!drawing)}>
              {t('随机抽取', 'Draw a sample')}
            </button>
          )}
        </div>
        {drawing && <DrawForm cancel={() => draw(false)} />}
        <Found />
      </section>
    </main>
  )
}

function Found() {
  const { phase, failure, value } = useStore(samples.state)
  if (phase === 'failed') {
    const words = { zh: `抽查未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }
    return <Placeholder state="failed" words={words} retry={() => void samples.look()} />
  }
  if (!value) return <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />
  if (value.samples.length === 0) return <Placeholder state="empty" words={{ zh: '还没有抽查', en: 'None yet' }} />
  return (
    <>
      <TakeList name={t('抽查', 'samples')} of={t('抽查', 'the samples')} columns={columnsOf} read={() => allOf(value.samples)} />
      <Table id="samples" columns={[t('名称', 'Title'), t('办结时段', 'Closed within'), t('分层', 'By'), t('总体', 'Population'), t('抽取', 'Drawn'), t('已检查', 'Checked'), t('不符合', 'Failed'), t('情况', 'State')]}>
        {value.samples.map((sample) => (
          <Row key={sample.id} sample={sample} />
        ))}
      </Table>
    </>
  )
}

const columnsOf = (): Column<Sample>[] => [
  [t('名称', 'Title'), (sample) => sample.title],
  [t('抽取日期', 'Drawn on'), (sample) => date(sample.drawn_at)],
  [t('办结日期起', 'Closed from'), (sample) => date(sample.from)],
  [t('办结日期止（不含）', 'Closed before'), (sample) => date(sample.until)],
  [t('分层', 'By'), (sample) => say(STRATA[sample.strata])],
  [t('总体', 'Population'), (sample) => sample.population],
  [t('抽取', 'Drawn'), (sample) => sample.tally.cases],
  [t('已检查', 'Checked'), (sample) => sample.tally.checked],
  [t('不符合', 'Failed'), (sample) => sample.tally.failed],
  [t('情况', 'State'), (sample) => (sample.closed_at ? t('已办结', 'Closed') : t('检查中', 'Being checked'))],
  [t('结果', 'Result'), (sample) => sample.result],
]

function Row({ sample }: { sample: Sample }) {
  const { cases, checked, failed } = sample.tally
  return (
    <tr data-sample={sample.id}>
      <th scope="row">
        <a href={sampleHash(sample.id)}>{sample.title}</a>
        <span className="sub">{date(sample.drawn_at)}</span>
      </th>
      <td>
        {t(`${date(sample.from)} 起，${date(sample.until)} 前`, `from ${date(sample.from)}, before ${date(sample.until)}`)}
      </td>
      <td>{say(STRATA[sample.strata])}</td>
      <td>{count(sample.population)}</td>
      <td>{count(cases)}</td>
      <td>{count(checked)}</td>
      <td>{count(failed)}</td>
      <td>
        <SampleBadge sample={sample} />
      </td>
    </tr>
  )
}

export function SampleBadge({ sample }: { sample: Sample }) {
  return sample.closed_at ? <Badge kind="case-closed" words={{ zh: '已办结', en: 'Closed' }} /> : <Badge kind="case-open" words={{ zh: '检查中', en: 'Being checked' }} />
}
