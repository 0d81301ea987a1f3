// What a question is narrowed to: period, region, body, kinds; and over what it has been drilled into.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { Choice } from '../components/Searched'
import { useAsked } from '../lists/asked'
import { onlyBody } from '../people/roles'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { CHANNELS, type Words } from '../words/codes'
import { readStatistics } from './api'
import { type Period, periodText } from './period'
import { PeriodFields, PeriodLinks } from './PeriodChooser'
import { EVERYWHERE, FIRST_QUESTION, type Question, questionHash } from './routes'
import { CASE_KINDS, POWER_TYPES } from './words'

interface Props {
  question: Question
  period: Period
}

/** Regions that have something in a period, with their names; none while they are not known. */
export function useRegions(period: Period): [string, string][] {
  const key = periodText(period)
  const asked = useAsked(`regions ${key}`, (signal) => readStatistics({ ...EVERYWHERE, period: key, by: 'region', metrics: ['received'], compare: false }, signal))
  return (asked.found?.rows ?? []).filter((row) => row.key !== '').map((row) => [row.key, row.name || row.key])
}

/** Bodies that may be asked for; who sees one body alone is offered that one. */
export function useBodies(): [string, string][] {
  const names = useStore(namesStore)
  const own = onlyBody(useStore(sessionStore).person)
  return own === null ? Object.entries(names.tables.orgs) : [[own, names.org(own)]]
}

export function Filters({ question, period }: Props) {
  return (
    <>
      <PeriodLinks period={period} to={(other) => questionHash({ ...question, period: other })} />
      <Narrow key={questionHash({ ...question, period })} question={question} period={period} />
    </>
  )
}

function Narrow({ question, period }: Props) {
  const bodies = useBodies()
  const regions = useRegions(period)
  const [wanted, want] = useState({ ...question, period })
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    location.hash = questionHash({ ...wanted, item: wanted.item.trim() })
  }
  return (
    <form id="statistics-ask" className="case-search" role="search" aria-label={t('统计条件', 'What is asked')} onSubmit={submit}>
      <PeriodFields period={wanted.period} set={(other) => set({ period: other })} />
      <Choice label={t('区划（含下级）', 'Region and below')} name="region" value={wanted.region} options={regions} set={(region) => set({ region })} />
      <Choice label={t('部门', 'Body')} name="org" value={wanted.org} options={bodies} set={(org) => set({ org })} />
      <ItemField value={wanted.item} set={(item) => set({ item })} />
      <Choice label={t('权力类型', 'Category')} name="power_type" value={wanted.powerType} options={said(POWER_TYPES)} set={(powerType) => set({ powerType })} />
      <Choice label={t('办件类型', 'Kind of case')} name="case_kind" value={wanted.caseKind} options={said(CASE_KINDS)} set={(caseKind) => set({ caseKind })} />
      <Choice label={t('办理渠道', 'Channel')} name="channel" value={wanted.channel} options={said(CHANNELS)} set={(channel) => set({ channel })} />
      <div className="case-search-acts">
        <button type="submit" className="main">
          {t('查询', 'Find')}
        </button>
        <a className="plain" href={questionHash({ ...FIRST_QUESTION, period: question.period })}>
          {t('清空', 'Clear')}
        </a>
      </div>
    </form>
  )
}

const said = (table: Record<string, Words>): [string, string][] => Object.entries(table).map(([code, words]) => [code, say(words)])

/** An item by its code, found by its name. */
export function ItemField({ value, set, among }: { value: string; set: (value: string) => void; among?: readonly string[] }) {
  const names = useStore(namesStore)
  const codes = among ?? Object.keys(names.tables.items)
  return (
    <label>
      <span>{t('事项编码或名称', 'Item, by code or name')}</span>
      <input name="item" list="statistics-items" value={value} maxLength={64} autoComplete="off" placeholder={among ? '' : t('全部', 'All')} onChange={(event) => set(event.target.value)} />
      <datalist id="statistics-items">
        {codes.map((code) => (
          <option key={code} value={code}>
            {names.item(code)}
          </option>
        ))}
      </datalist>
    </label>
  )
}

/** What it was drilled into, each with a way back above it. */
export function Path({ question, regions }: { question: Question; regions: [string, string][] }) {
  const names = useStore(namesStore)
  const { region, org, item, powerType, caseKind, channel } = question
  const steps: [string, Question][] = [[t('全部', 'All'), { ...question, ...EVERYWHERE, by: 'region', sort: '' }]]
  if (region) steps.push([regions.find(([code]) => code === region)?.[1] ?? region, { ...question, org: '', item: '', by: 'org', sort: '' }])
  if (org) steps.push([names.org(org), { ...question, item: '', by: 'item', sort: '' }])
  if (item) steps.push([names.item(item), { ...question, by: 'month', sort: '' }])
  const kinds = [powerType && say(POWER_TYPES[powerType] ?? { zh: powerType }), caseKind && say(CASE_KINDS[caseKind] ?? { zh: caseKind }), channel && say(CHANNELS[channel] ?? { zh: channel })]
  const also = kinds.filter(Boolean).join(t('、', ', '))
  if (steps.length === 1 && !also) return null
  return (
    <nav className="statistics-path" aria-label={t('所在范围', 'Where')}>
      <ol>
        {steps.map(([name, to], place) => (
          <li key={name}>{place === steps.length - 1 ? <b aria-current="true">{name}</b> : <a href={questionHash(to)}>{name}</a>}</li>
        ))}
        {also && <li>{also}</li>}
      </ol>
    </nav>
  )
}
