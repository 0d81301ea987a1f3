// Complaints and ratings, the last first, with what is due of each.

import { useEffect } from 'react'

import { type Names, namesStore } from '../api/names'
import { BodyChoice, Choice, Found, SearchForm, Table } from '../components/Searched'
import { TakeList } from '../components/Take'
import { Badge, Both, Placeholder } from '../components/pieces'
import type { Asked, Column } from '../components/sheet'
import { full } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { type Voice, type VoicePage, findVoices } from './api'
import { list } from './model'
import { EVERY_VOICE, REGISTER_HASH, type VoiceSearch, voiceHash, voicesHash } from './routes'
import { nextDue } from './terms'
import { KINDS, VOICE_STATES, mayRegister } from './words'

export function ListPage({ search }: { search: VoiceSearch }) {
  const key = voicesHash(search)
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  useEffect(() => {
    void list.look(search)
    // The address says it all; the object is a new one with every drawing.
  }, [key])
  return (
    <main className="cases-page">
      <section className="card cases-found" aria-labelledby="complaints-title">
        <div className="voices-head">
          <h2 id="complaints-title">
            <Both words={{ zh: '投诉与评价', en: 'Complaints and ratings' }} />
          </h2>
          {(!person || mayRegister(person.roles)) && (
            <a className="button main" href={REGISTER_HASH}>
              {t('登记', 'Register')}
            </a>
          )}
        </div>
        <SearchForm key={key} id="voice-search" search={search} whole={EVERY_VOICE} hashOf={(wanted) => voicesHash({ ...wanted, receipt: wanted.receipt.trim() })}>
          {(wanted, set) => (
            <>
              <label className="wide">
                <span>{t('登记编号', 'Receipt number')}</span>
                <input type="search" name="receipt" value={wanted.receipt} maxLength={200} placeholder="TS-…、PJ-…" onChange={(e) => set({ receipt: e.target.value })} />
              </label>
              <Choice label={t('类别', 'Kind')} name="kind" value={wanted.kind} options={[['complaint', say(KINDS.complaint)], ['rating', say(KINDS.rating)]]} set={(kind) => set({ kind: kind as VoiceSearch['kind'] })} />
              <BodyChoice label={t('机构', 'Body')} value={wanted.org} set={(org) => set({ org })} />
              <Choice label={t('办理情况', 'State')} name="open" value={wanted.open} options={[['true', t('未办结', 'Open')], ['false', t('已办结', 'Done')]]} set={(open) => set({ open: open as VoiceSearch['open'] })} />
            </>
          )}
        </SearchForm>
        <TakeList name={t('投诉与评价', 'complaints')} of={t('投诉与评价', 'complaints and ratings')} columns={() => columnsOf(names)} asked={askedFor(search, names)} read={async (cursor, signal) => rowsOf(await findVoices(search, cursor, signal))} />
        <Found list={list} what={{ zh: '投诉与评价', en: 'Complaints and ratings' }} rows={({ complaints }) => complaints.length}>
          {({ complaints }) => (complaints.length === 0 ? <Placeholder state="empty" words={{ zh: '没有符合条件的投诉、评价', en: 'None' }} /> : <Rows voices={complaints} />)}
        </Found>
      </section>
    </main>
  )
}

const rowsOf = ({ complaints, next }: VoicePage) => ({ rows: complaints, next })

const askedFor = ({ receipt, kind, org, open }: VoiceSearch, names: Names): Asked[] => [
  [t('登记编号', 'Receipt number'), receipt],
  [t('类别', 'Kind'), kind && say(KINDS[kind])],
  [t('机构', 'Body'), org && names.org(org)],
  [t('办理情况', 'State'), open && (open === 'true' ? t('未办结', 'Open') : t('已办结', 'Done'))],
]

const columnsOf = (names: Names): Column<Voice>[] => [
  [t('登记编号', 'Number'), (voice) => voice.receipt_no],
  [t('办件编号', 'Case'), (voice) => (voice.linked ? voice.case_no : null)],
  [t('类别', 'Kind'), (voice) => say(KINDS[voice.kind])],
  [t('投诉类别、满意度', 'Topic or grade'), (voice) => (voice.kind === 'complaint' ? voice.topic_zh : voice.grade_zh)],
  [t('内容', 'Content'), (voice) => voice.text],
  [t('机构', 'Body'), (voice) => names.org(voice.responsible_org)],
  [t('来件', 'Received'), (voice) => full(voice.at)],
  [t('期限', 'Due'), (voice) => nextDue(voice.terms)?.due_at.slice(0, 10) ?? null],
  [t('超期', 'Late'), (voice) => (voice.overdue ? t('是', 'Yes') : t('否', 'No'))],
  [t('情况', 'State'), (voice) => say(VOICE_STATES[voice.state] ?? { zh: voice.state_zh })],
]

function Rows({ voices }: { voices: Voice[] }) {
  const names = useStore(namesStore)
  return (
    <Table id="voices" columns={[t('登记编号', 'Number'), t('类别', 'Kind'), t('内容', 'Content'), t('机构', 'Body'), t('来件', 'Received'), t('期限', 'Due'), t('情况', 'State')]}>
      {voices.map((voice) => (
        <Row key={`${voice.source}/${voice.case_no}/${voice.event_id}`} voice={voice} names={names} />
      ))}
    </Table>
  )
}

function Row({ voice, names }: { voice: Voice; names: Names }) {
  const due = nextDue(voice.terms)
  const place = { source: voice.source, caseNo: voice.case_no, eventId: voice.event_id }
  return (
    <tr data-voice={voice.receipt_no} data-state={voice.state}>
      <th scope="row">
        <a href={voiceHash(place)}>{voice.receipt_no}</a>
        <span className="sub">{voice.linked ? voice.case_no : t('未关联办件', 'About no case')}</span>
      </th>
      <td>
        {say(KINDS[voice.kind])}
        <span className="sub">{voice.kind === 'complaint' ? voice.topic_zh : voice.grade_zh}</span>
      </td>
      <td className="voice-text">{voice.text ?? '—'}</td>
      <td>{names.org(voice.responsible_org)}</td>
      <td className="at">{full(voice.at).slice(0, 16)}</td>
      <td className={voice.overdue ? 'at over' : 'at'}>
        {due ? full(due.due_at).slice(0, 10) : '—'}
        {due && (
          <span className="sub">
            {due.what_zh}
            {due.late && t(' 已超期', ' late')}
          </span>
        )}
      </td>
      <td>
        <VoiceBadge voice={voice} />
      </td>
    </tr>
  )
}

export function VoiceBadge({ voice }: { voice: Voice }) {
  return <Badge kind={voice.open ? 'case-open' : 'case-closed'} words={VOICE_STATES[voice.state] ?? { zh: voice.state_zh }} />
}
