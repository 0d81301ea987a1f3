// 统计周期: its kind, which one, and one earlier or later. Links lead at once; what is typed is asked for with the rest of the form.

import { say, t } from '../words/language'
import { type Period, type PeriodKind, asKind, moved, periodName } from './period'
import { PERIOD_KINDS } from './words'

interface LinksProps {
  period: Period
  to: (period: Period) => string
}

/** The kinds, and the periods beside this one. */
export function PeriodLinks({ period, to }: LinksProps) {
  const [before, after] = [moved(period, -1), moved(period, 1)]
  return (
    <nav className="period-links" aria-label={t('统计周期', 'Period')}>
      {(Object.keys(PERIOD_KINDS) as PeriodKind[]).map((kind) => (
        <a key={kind} className="filter" data-kind={kind} href={to(asKind(period, kind))} aria-current={kind === period.kind ? 'true' : undefined}>
          {say(PERIOD_KINDS[kind])}
        </a>
      ))}
      <span className="period-turn">
        <a className="plain" href={to(before)} aria-label={t(`上一期：${periodName(before)}`, `Before: ${periodName(before)}`)}>
          ‹
        </a>
        <b id="period-name">{periodName(period)}</b>
        <a className="plain" href={to(after)} aria-label={t(`下一期：${periodName(after)}`, `After: ${periodName(after)}`)}>
          ›
        </a>
      </span>
    </nav>
  )
}

interface FieldsProps {
  period: Period
  set: (period: Period) => void
}

const PARTS = { half: 2, quarter: 4, month: 12 } as const
const YEARS_BACK = 10

export function PeriodFields({ period, set }: FieldsProps) {
  if (period.kind === 'range') {
    const day = (label: string, name: 'from' | 'until') => (
      <label>
        <span>{label}</span>
        <input type="date" name={name} required value={period[name]} {...(name === 'until' && { min: period.from })} onChange={(event) => set({ ...period, [name]: event.target.value })} />
      </label>
    )
    return (
      <>
        {day(t('起始日', 'First day'), 'from')}
        {day(t('截止日（含）', 'Last day'), 'until')}
      </>
    )
  }
  const years = Array.from({ length: YEARS_BACK * 2 + 1 }, (_, place) => period.year + YEARS_BACK - place)
  return (
    <>
      <label>
        <span>{t('年份', 'Year')}</span>
        <select name="year" value={period.year} onChange={(event) => set({ ...period, year: Number(event.target.value) })}>
          {years.map((year) => (
            <option key={year}>{year}</option>
          ))}
        </select>
      </label>
      {period.kind !== 'year' && (
        <label>
          <span>{say(PERIOD_KINDS[period.kind])}</span>
          <select name="part" value={period.part} onChange={(event) => set({ ...period, part: Number(event.target.value) })}>
            {Array.from({ length: PARTS[period.kind] }, (_, place) => (
              <option key={place} value={place + 1}>
                {period.kind === 'half' ? (place === 0 ? t('上半年', 'First') : t('下半年', 'Second')) : place + 1}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  )
}
