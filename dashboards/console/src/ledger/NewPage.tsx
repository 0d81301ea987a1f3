// Enters what was done: what it was, about whom, who was there, what is demanded until when.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Both } from '../components/pieces'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { Ending } from './ResultForms'
import { enter } from './api'
import { one } from './model'
import { LEDGER_HASH, type LedgerDraft, entryHash } from './routes'
import { today } from './today'
import { type Wanted, saidOf } from './values'
import { LEDGER_KINDS, type LedgerKind, kindsEntered } from './words'

export function NewPage({ draft }: { draft: LedgerDraft }) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [wanted, want] = useState<Wanted>(() => ({
    kind: 'interview',
    org: draft.org,
    officer: '',
    on: today(),
    documentNo: '',
    handedTo: '',
    facts: '',
    legalBasis: '',
    present: '',
    demand: '',
    due: '',
    alerts: draft.alert,
    cases: '',
  }))
  const sending = useSending(person)
  const set = (some: Partial<Wanted>) => want({ ...wanted, ...some })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    await sending.send(saidOf(wanted), signature, async (said, key, adminKey) => {
      const entered = await enter(said, key, adminKey)
      one.take(entered)
      location.hash = entryHash(entered.id)
    })
  }
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={LEDGER_HASH}>{t('← 台账', '← Ledger')}</a>
      </p>
      <section className="card cases-found" aria-labelledby="enter-title">
        <h2 id="enter-title">
          <Both words={{ zh: '登记台账', en: 'Enter into the ledger' }} />
        </h2>
        <form id="enter" className="voice-form" onSubmit={(event) => void submit(event)}>
          <label>
            <span>{t('类别', 'Kind')}</span>
            <select name="kind" value={wanted.kind} onChange={(e) => set({ kind: e.target.value as LedgerKind })}>
              {kindsEntered(person).map((kind) => (
                <option key={kind} value={kind}>
                  {say(LEDGER_KINDS[kind])}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('所涉机构', 'Body')}</span>
            <select name="org" required value={wanted.org} onChange={(e) => set({ org: e.target.value })}>
              <option value="">{t('请选择', 'Choose')}</option>
              {Object.entries(names.tables.orgs).map(([code, called]) => (
                <option key={code} value={code}>
                  {called}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('所涉人员编号（不填为机构本身）', 'Officer, where it is not the body itself')}</span>
            <input name="officer" maxLength={128} value={wanted.officer} onChange={(e) => set({ officer: e.target.value })} />
          </label>
          <label>
            <span>{t('日期', 'Day')}</span>
            <input type="date" name="on" required max={today()} value={wanted.on} onChange={(e) => set({ on: e.target.value })} />
          </label>
          <label>
            <span>{t('文号', 'Document number')}</span>
            <input name="document_no" maxLength={100} value={wanted.documentNo} onChange={(e) => set({ documentNo: e.target.value })} />
          </label>
          {wanted.kind === 'clue' ? (
            <label>
              <span>{t('受移送的机关', 'Handed over to')}</span>
              <input name="handed_to" required maxLength={100} value={wanted.handedTo} onChange={(e) => set({ handedTo: e.target.value })} />
            </label>
          ) : (
            <label>
              <span>{t('期限', 'Due')}</span>
              <input type="date" name="due" required min={wanted.on} value={wanted.due} onChange={(e) => set({ due: e.target.value })} />
            </label>
          )}
          <label className="wide">
            <span>{t('事实', 'Facts')}</span>
            <textarea name="facts" required rows={4} maxLength={2000} value={wanted.facts} onChange={(e) => set({ facts: e.target.value })} />
          </label>
          {wanted.kind !== 'clue' && (
            <label className="wide">
              <span>{t('要求达到的结果', 'What is demanded')}</span>
              <textarea name="demand" required rows={2} maxLength={1000} value={wanted.demand} onChange={(e) => set({ demand: e.target.value })} />
            </label>
          )}
          <label className="wide">
            <span>{t('依据（没有可不填）', 'Legal basis, if any')}</span>
            <input name="legal_basis" maxLength={1000} value={wanted.legalBasis} onChange={(e) => set({ legalBasis: e.target.value })} />
          </label>
          <label>
            <span>{t('参加人员（每行一人）', 'Who was there, one a line')}</span>
            <textarea name="present" rows={3} value={wanted.present} onChange={(e) => set({ present: e.target.value })} />
          </label>
          <label>
            <span>{t('关联预警编号（每行一条）', 'Alerts by id, one a line')}</span>
            <textarea name="alerts" rows={3} value={wanted.alerts} onChange={(e) => set({ alerts: e.target.value })} />
          </label>
          <label>
            <span>{t('关联办件（每行一件：来源系统/办件编号）', 'Cases, one a line: source/number')}</span>
            <textarea name="cases" rows={3} value={wanted.cases} onChange={(e) => set({ cases: e.target.value })} />
          </label>
          <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
          <Ending sending={sending} submit={t('登记', 'Enter')} cancel={() => (location.hash = LEDGER_HASH)} />
        </form>
      </section>
    </main>
  )
}
