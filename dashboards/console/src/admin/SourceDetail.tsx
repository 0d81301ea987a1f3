// One source: what it declared, what is missing, what was refused and what to mend, and its keys.

import type { ReactNode } from 'react'

import { namesStore } from '../api/names'
import { Facts, Section } from '../components/pieces'
import { count } from '../format'
import { useStore } from '../store'
import type { Words } from '../words/codes'
import { say, t } from '../words/language'
import { SourceKeys } from './SourceKeys'
import { clockWords } from './clock-words'
import { type Reject, type SourceFound, source } from './api'
import { useAsked } from './asked'
import { Again, Answered, Head, when } from './parts'
import { tabHash } from './routes'

/** Rows of each list; the platform tells all, and what is wrong is seen by the first. */
const ROWS = 50

export function SourceDetail({ id }: { id: string }) {
  const names = useStore(namesStore)
  const asked = useAsked(`source ${id}`, (signal) => source(id, signal))
  return (
    <section className="card" aria-labelledby="source-title" data-source={id}>
      <Head id="source-title" title={asked.found?.declared?.name || names.source(id)}>
        <a className="plain" href={tabHash('sources')}>
          {t('← 全部来源', '← All sources')}
        </a>
        <Again asked={asked} />
      </Head>
      <div className="admin-one">
        <Answered asked={asked}>{(found) => <SourceStanding found={found} />}</Answered>
        <SourceKeys id={id} />
      </div>
    </section>
  )
}

/** How a source stands and what to mend, to its administrators and to the department that owns it. */
export function SourceStanding({ found }: { found: SourceFound }) {
  const names = useStore(namesStore)
  const { declared } = found
  const rhythm = declared?.rhythm_minutes
  return (
    <>
      <Facts
        entries={[
          [{ zh: '标识', en: 'Id' }, found.source],
          [{ zh: '最近接收', en: 'Last heard' }, found.last_received_at ? when(found.last_received_at) : t('从未', 'Never')],
          [{ zh: '数据完整至', en: 'Complete until' }, found.complete_until ? when(found.complete_until) : t('尚不确定：须全部分区都已知', 'Not known yet: all partitions have to know')],
          [{ zh: '已收记录', en: 'Records' }, count(found.events)],
          [{ zh: '主管部门', en: 'Owner' }, declared?.org_code && names.org(declared.org_code)],
          [{ zh: '判断时钟', en: 'Clock' }, declared && clockWords(declared.clock)],
          [{ zh: '报送节奏', en: 'Rhythm' }, rhythm ? t(`办公时间内最长 ${count(rhythm)} 分钟无记录`, `at most ${count(rhythm)} minutes of office time without a record`) : t('未声明', 'None declared')],
          [{ zh: '延迟宽限', en: 'Delay allowance' }, declared && t(`${declared.delay_allowance_hours} 小时`, `${declared.delay_allowance_hours} hours`)],
          [{ zh: '纳入监察自', en: 'Supervised from' }, declared?.supervised_from && when(declared.supervised_from)],
          [{ zh: '记录编号', en: 'Numbering' }, declared?.numbered_from !== undefined && t(`自 ${declared.numbered_from} 起连号`, `without gaps from ${declared.numbered_from}`)],
          [
            { zh: '报备时段', en: 'Announced' },
            declared?.announced?.length &&
              declared.announced.map(({ what, from, until, document }) => (
                <span className="sub" key={`${what} ${from}`}>
                  {what === 'downtime' ? t('停机', 'Down') : t('补录', 'Back entry')} {when(from)} — {when(until)}（{document}）
                </span>
              )),
          ],
        ]}
      />
      {!declared && <p className="nothing">{t('该来源未在定义中声明，也未登记。', 'The source is neither declared by definitions nor registered.')}</p>}
      <Rejects found={found} />
      <Gaps found={found} />
      <Totals found={found} />
      <Unmapped found={found} />
      {found.unanswerable.length > 0 && (
        <Section words={{ zh: '其格式无法回答的监察点', en: 'Control points that its format cannot answer' }}>
          <p>{found.unanswerable.map((point) => names.controlPoint(point.split('/')[1] ?? point)).join('、')}</p>
        </Section>
      )}
    </>
  )
}

function Rejects({ found }: { found: SourceFound }) {
  return (
    <Section words={{ zh: '被退回的记录', en: 'Refused records' }}>
      <Listed
        id="rejects"
        rows={found.rejects}
        none={{ zh: '没有被退回的记录', en: 'Nothing was refused' }}
        heads={[t('原因', 'Reason'), t('条数', 'How many'), t('最近', 'Last'), t('最近一条', 'The last one'), t('位置', 'Where'), t('怎样改正', 'What to mend')]}
        cells={(of) => [
          <>
            {of.title_zh ? say({ zh: of.title_zh, en: of.title_en ?? undefined }) : of.reason}
            <span className="sub">{of.reason}</span>
          </>,
          count(of.items),
          when(of.last_at),
          of.last_detail,
          placeOf(of),
          of.help_zh ? say({ zh: of.help_zh, en: of.help_en ?? undefined }) : '—',
        ]}
      />
    </Section>
  )
}

/** The case and the event that were refused last, as far as they could be read. */
function placeOf({ last_case_no: caseNo, last_event_id: event }: Reject) {
  const parts = [caseNo && t(`办件 ${caseNo}`, `case ${caseNo}`), event && t(`事件 ${event}`, `event ${event}`)].filter((part) => part !== null && part !== '')
  return parts.length > 0 ? parts.join(t('，', ', ')) : t('未能读出办件、事件编号', 'neither case nor event could be read')
}

function Gaps({ found }: { found: SourceFound }) {
  return (
    <Section words={{ zh: '缺号', en: 'Missing numbers' }}>
      <Listed
        id="gaps"
        rows={found.gaps}
        none={found.declared?.numbered_from === undefined ? { zh: '该来源的记录不编号，无从查缺号', en: 'Its records are not numbered' } : { zh: '没有缺号', en: 'No number is missing' }}
        heads={[t('缺号', 'Missing'), t('个数', 'How many'), t('发现于', 'Noticed')]}
        cells={(gap) => [gap.from === gap.to ? gap.from : `${gap.from} — ${gap.to}`, count(gap.to - gap.from + 1), when(gap.noticed_at)]}
      />
    </Section>
  )
}

function Totals({ found }: { found: SourceFound }) {
  const differing = found.control_totals.flatMap(({ day, differences }) => differences.map((difference) => ({ day, ...difference })))
  const none = found.control_totals.length === 0 ? { zh: '近 31 日没有对账数据', en: 'No control totals of the last 31 days' } : { zh: '近 31 日对账一致', en: 'Control totals of the last 31 days agree' }
  return (
    <Section words={{ zh: '对账差异', en: 'Control totals that differ' }}>
      <Listed
        id="totals"
        rows={differing}
        none={none}
        heads={[t('日期', 'Day'), t('事项', 'Item'), t('记录种类', 'Kind'), t('来源称', 'It says'), t('平台收到', 'Taken')]}
        cells={(of) => [of.day, of.item_code, of.type, count(of.made), count(of.taken)]}
      />
    </Section>
  )
}

const CODES: Record<string, Words> = {
  items: { zh: '事项', en: 'Item' },
  steps: { zh: '环节', en: 'Step' },
  specials: { zh: '特别程序', en: 'Special procedure' },
  results: { zh: '办理结果', en: 'Result' },
  orgs: { zh: '机构', en: 'Body' },
  regions: { zh: '区划', en: 'Region' },
}

function Unmapped({ found }: { found: SourceFound }) {
  return (
    <Section words={{ zh: '未对照的代码', en: 'Codes that lead to nothing' }}>
      <Listed
        id="unmapped"
        rows={found.unmapped_codes}
        none={{ zh: '所报代码都有对照', en: 'Every code is known' }}
        heads={[t('种类', 'Kind'), t('代码', 'Code'), t('记录', 'Records'), t('最近', 'Last')]}
        cells={(of) => [say(CODES[of.what] ?? { zh: of.what }), of.code, count(of.events), when(of.last_at)]}
      />
    </Section>
  )
}

interface ListedProps<R> {
  id: string
  rows: R[]
  none: Words
  heads: string[]
  cells: (row: R) => ReactNode[]
}

function Listed<R>({ id, rows, none, heads, cells }: ListedProps<R>) {
  if (rows.length === 0) return <p className="nothing">{say(none)}</p>
  return (
    <div className="admin-scroll">
      <table className="admin-table" id={id}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map((row, place) => (
            <tr key={place}>
              {cells(row).map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS && <p className="end">{t(`另有 ${count(rows.length - ROWS)} 行未列出`, `${count(rows.length - ROWS)} more are not listed`)}</p>}
    </div>
  )
}
