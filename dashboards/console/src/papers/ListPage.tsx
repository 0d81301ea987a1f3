// The papers that were issued, the last first: number, what, to whom, about which alert, and both files.

import { useEffect } from 'react'

import { type Names, namesStore } from '../api/names'
import { BodyChoice, Choice, Found, SearchForm, Table } from '../components/Searched'
import { TakeList } from '../components/Take'
import { Both, Placeholder } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { count, full } from '../format'
import { alertHash } from '../panel/routes'
import { useStore } from '../store'
import { t } from '../words/language'
import { Files } from './Files'
import { type Paper, type PapersPage, findPapers } from './api'
import { list } from './model'
import { ALL_PAPERS, type PapersSearch, papersHash } from './routes'

export default function ListPage({ search }: { search: PapersSearch }) {
  const key = papersHash(search)
  const names = useStore(namesStore)
  const kinds = useStore(list.state).page?.kinds ?? []
  useEffect(() => {
    void list.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="papers-title">
        <h2 id="papers-title">
          <Both words={{ zh: '文书', en: 'Papers' }} />
        </h2>
        <p className="sub">{t('已编号出具的文书。出具在预警的处置面板上办理。', 'Papers that were numbered and issued; they are issued on the panel of an alert.')}</p>
        <SearchForm key={key} id="papers-search" search={search} whole={ALL_PAPERS} hashOf={papersHash}>
          {(wanted, set) => (
            <>
              <Choice label={t('文种', 'Kind')} name="kind" value={wanted.kind} options={kinds.map(({ code, title }) => [code, title])} set={(kind) => set({ kind })} />
              <label>
                <span>{t('年份', 'Year')}</span>
                <input name="year" inputMode="numeric" pattern="[0-9]{4}" maxLength={4} value={wanted.year} onChange={(e) => set({ year: e.target.value })} />
              </label>
              <BodyChoice label={t('主送单位', 'To')} value={wanted.org} set={(org) => set({ org })} />
            </>
          )}
        </SearchForm>
        <TakeList name={t('文书', 'papers')} of={t('文书', 'the papers')} columns={() => columnsOf(names)} asked={askedFor(search, kinds, names)} read={async (cursor, signal) => rowsOf(await findPapers(search, cursor, signal))} />
        <Found list={list} what={{ zh: '文书', en: 'Papers' }} rows={({ papers }) => papers.length}>
          {({ total, papers }) => (
            <>
              <p className="sub" id="papers-total">
                {t(`共 ${count(total)} 份`, `${count(total)} in all`)}
              </p>
              {papers.length === 0 ? <Placeholder state="empty" words={{ zh: '没有符合条件的文书', en: 'None' }} /> : <Rows papers={papers} />}
            </>
          )}
        </Found>
      </section>
    </main>
  )
}

const rowsOf = ({ papers, next }: PapersPage) => ({ rows: papers, next })

const askedFor = ({ kind, year, org }: PapersSearch, kinds: PapersPage['kinds'], names: Names): Asked[] => [
  [t('文种', 'Kind'), kind && (kinds.find(({ code }) => code === kind)?.title ?? kind)],
  [t('年份', 'Year'), year],
  [t('主送单位', 'To'), org && names.org(org)],
]

const columnsOf = (names: Names): Column<Paper>[] => [
  [t('文号', 'Number'), (paper) => paper.number],
  [t('文种', 'Kind'), (paper) => paper.title],
  [t('主送单位', 'To'), (paper) => paper.to_name],
  [t('办件编号', 'Case'), (paper) => paper.case_no],
  [t('出具', 'Issued'), (paper) => full(paper.issued_at)],
  [t('出具人', 'Issued by'), (paper) => names.officer(paper.issued_by.person)],
  ['SHA-256', (paper) => paper.sha256],
]

function Rows({ papers }: { papers: Paper[] }) {
  const names = useStore(namesStore)
  return (
    <Table id="papers-table" columns={[t('文号', 'Number'), t('文种', 'Kind'), t('主送单位', 'To'), t('针对', 'About'), t('出具', 'Issued'), t('文件', 'Files')]}>
      {papers.map((paper) => (
        <tr key={paper.id} data-paper={paper.id}>
          <th scope="row" className="paper-number">
            {paper.number}
          </th>
          <td>{paper.title}</td>
          <td>{paper.to_name}</td>
          <td>
            <a href={alertHash(paper.alert_id)}>{paper.case_no}</a>
          </td>
          <td>
            {full(paper.issued_at)}
            <span className="sub">{names.officer(paper.issued_by.person)}</span>
          </td>
          <td>
            <Files paper={paper} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
