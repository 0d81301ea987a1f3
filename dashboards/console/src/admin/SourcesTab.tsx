// 数据来源: how each source stands; of one, what it declared, what is missing, what was refused and what to mend, and its keys.

import type { SourceRow } from '../api/types'
import { sources } from '../api/client'
import { clock } from '../api/clock'
import { TakeList, allOf } from '../components/Take'
import { Placeholder } from '../components/pieces'
import type { Column } from '../components/sheet'
import { ago, count } from '../format'
import { t } from '../words/language'
import { SourceDetail } from './SourceDetail'
import { useAsked } from './asked'
import { clockWords } from './clock-words'
import { Again, Answered, Head, when } from './parts'
import { oneHash } from './routes'

export function SourcesTab({ one }: { one: string | null }) {
  return one === null ? <SourceList /> : <SourceDetail key={one} id={one} />
}

function SourceList() {
  const asked = useAsked('sources', sources)
  return (
    <section className="card" aria-labelledby="sources-title">
      <Head id="sources-title" title={t('数据来源', 'Sources')} told={asked.found ? t(`共 ${count(asked.found.sources.length)} 个`, `${count(asked.found.sources.length)} in all`) : ''}>
        <Again asked={asked} />
      </Head>
      <Answered asked={asked}>
        {(found) => (found.sources.length === 0 ? <Placeholder state="empty" words={{ zh: '尚无来源系统', en: 'No source yet' }} /> : <Sources rows={found.sources} />)}
      </Answered>
    </section>
  )
}

const Sources = ({ rows }: { rows: SourceRow[] }) => (
  <>
    <TakeList name={t('数据来源', 'sources')} of={t('数据来源', 'the sources')} columns={columnsOf} read={() => allOf(rows)} />
    <Table rows={rows} />
  </>
)

const columnsOf = (): Column<SourceRow>[] => [
  [t('编码', 'Code'), (row) => row.source],
  [t('来源', 'Source'), (row) => row.name || row.source],
  [t('判断时钟', 'Clock'), (row) => clockWords(row.clock)],
  [t('最近接收', 'Last heard'), (row) => row.last_received_at && when(row.last_received_at)],
  [t('数据完整至', 'Complete until'), (row) => row.complete_until && when(row.complete_until)],
  [t('缺号', 'Gaps'), (row) => row.gaps],
  [t('记录', 'Records'), (row) => row.events],
]

function Table({ rows }: { rows: SourceRow[] }) {
  const now = clock.now()
  return (
    <div className="admin-scroll">
      <table className="admin-table" id="source-list">
        <thead>
          <tr>
            <th scope="col">{t('来源', 'Source')}</th>
            <th scope="col">{t('判断时钟', 'Clock')}</th>
            <th scope="col">{t('最近接收', 'Last heard')}</th>
            <th scope="col">{t('数据完整至', 'Complete until')}</th>
            <th scope="col">{t('缺号', 'Gaps')}</th>
            <th scope="col">{t('记录', 'Records')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.source} data-source={row.source}>
              <th scope="row">
                <a href={oneHash('sources', row.source)}>{row.name || row.source}</a>
                {row.name && <span className="sub">{row.source}</span>}
              </th>
              <td>{clockWords(row.clock)}</td>
              <td>
                {row.last_received_at ? when(row.last_received_at) : '—'}
                {row.last_received_at && now !== null && <span className="sub">{ago(row.last_received_at, now)}</span>}
              </td>
              <td>{row.complete_until ? when(row.complete_until) : t('尚不确定', 'Not known yet')}</td>
              <td className={row.gaps > 0 ? 'over' : undefined}>{count(row.gaps)}</td>
              <td>{count(row.events)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
