// Draws a sample: of which cases, by what they are divided, how many of each, and what is looked at.

import { type FormEvent, useState } from 'react'

import { clock } from '../api/clock'
import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { date, inZoneOf } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { STRATA, type Said, type StrataKind, drawSample } from './api'
import { sample } from './model'
import { sampleHash } from './routes'
import { checksOf, startOf } from './values'

export function DrawForm({ cancel }: { cancel(): void }) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState(() => ({
    title: '',
    from: '',
    until: today(),
    org: '',
    strata: 'body' as StrataKind,
    each: '3',
    seed: '',
    checks: '',
    why: '',
  }))
  const { sending, failure, send } = useSending(person)
  const set = (some: Partial<typeof wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const zone = clock.printed() ?? ''
    const said: Said = {
      why: wanted.why.trim(),
      title: wanted.title.trim(),
      from: startOf(wanted.from, zone),
      until: startOf(wanted.until, zone),
      strata: wanted.strata,
      per_stratum: Number(wanted.each),
      checks: checksOf(wanted.checks),
    }
    if (wanted.org) said.org_code = wanted.org
    if (wanted.seed.trim()) said.seed = wanted.seed.trim()
    await send(said, signature, async (signed, key, adminKey) => {
      const drawn = await drawSample(signed, key, adminKey)
      sample.take(drawn)
      location.hash = sampleHash(drawn.id)
    })
  }
  return (
    <form id="draw" className="voice-form" aria-label={t('随机抽取', 'Draw a sample')} onSubmit={(event) => void submit(event)}>
      <label>
        <span>{t('名称', 'Title')}</span>
        <input name="title" required maxLength={100} value={wanted.title} placeholder={t('如 四季度行政许可抽查', 'e.g. licences, fourth quarter')} onChange={(e) => set({ title: e.target.value })} />
      </label>
      <label>
        <span>{t('办结日期起', 'Closed from')}</span>
        <input type="date" name="from" required value={wanted.from} onChange={(e) => set({ from: e.target.value })} />
      </label>
      <label>
        <span>{t('办结日期止（不含当日）', 'Closed before')}</span>
        <input type="date" name="until" required value={wanted.until} onChange={(e) => set({ until: e.target.value })} />
      </label>
      <label>
        <span>{t('限于机构', 'Of one body')}</span>
        <select name="org" value={wanted.org} onChange={(e) => set({ org: e.target.value })}>
          <option value="">{t('管辖范围内全部', 'All within reach')}</option>
          {Object.entries(names.tables.orgs).map(([code, called]) => (
            <option key={code} value={code}>
              {called}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('分层', 'Divided by')}</span>
        <select name="strata" value={wanted.strata} onChange={(e) => set({ strata: e.target.value as StrataKind })}>
          {(Object.keys(STRATA) as StrataKind[]).map((strata) => (
            <option key={strata} value={strata}>
              {say(STRATA[strata])}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('每层件数', 'Of each')}</span>
        <input type="number" name="each" required min={1} max={100} value={wanted.each} onChange={(e) => set({ each: e.target.value })} />
      </label>
      <label className="wide">
        <span>{t('检查要点（每行一项）', 'What is looked at, one a line')}</span>
        <textarea name="checks" required rows={4} value={wanted.checks} onChange={(e) => set({ checks: e.target.value })} />
      </label>
      <label className="wide">
        <span>{t('种子（事先公开确定的才填写；不填由平台随机产生并留存）', 'Seed, where one was settled in public; else the platform makes one')}</span>
        <input name="seed" maxLength={128} value={wanted.seed} onChange={(e) => set({ seed: e.target.value })} />
      </label>
      <label className="wide">
        <span>{t('抽查依据', 'Why')}</span>
        <textarea name="why" required rows={2} maxLength={2000} value={wanted.why} onChange={(e) => set({ why: e.target.value })} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(failure?.status, signature.adminKey)} change={sign} />
      {failure && (
        <p className="wide voice-failure" role="alert">
          {t(failure.message, failure.status === 409 ? failure.message : failure.en)}
        </p>
      )}
      <div className="wide case-search-acts">
        <button type="submit" className="main" disabled={sending}>
          {t('抽取', 'Draw')}
        </button>
        <button type="button" className="plain" disabled={sending} onClick={cancel}>
          {t('取消', 'Cancel')}
        </button>
      </div>
    </form>
  )
}

/** The platform's day; empty until its clock is known. */
function today() {
  const [now, printed] = [clock.now(), clock.printed()]
  return now === null || printed === null ? '' : date(inZoneOf(printed, now))
}
