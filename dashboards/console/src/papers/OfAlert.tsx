// The papers of an alert: those that were issued, with their files, and for who supervises a button for each that may be. One press issues it and takes
// both files.

import { useEffect, useState } from 'react'

import { ApiFailure, isAborted } from '../api/client'
import type { Names } from '../api/names'
import type { Alert } from '../api/types'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { Placeholder, Section } from '../components/pieces'
import { adminKeyStore, remember } from '../dispositions/signer'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { Files } from './Files'
import { type Offer, type Paper, type PapersOfAlert, issue, papersOf, take } from './api'
import { list } from './model'
import { issuesPapers } from './words'

interface Props {
  alert: Alert
  names: Names
}

export default function OfAlert({ alert, names }: Props) {
  const { person } = useStore(sessionStore)
  const [found, setFound] = useState<PapersOfAlert | null>(null)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const [times, again] = useState(0)
  // What people did last, and how the alert stands: either may be an occasion.
  const stands = [alert.disposition?.last?.[1], alert.status, alert.level].join()
  useEffect(() => {
    const asked = new AbortController()
    papersOf(alert.alert_id, asked.signal).then(
      (of) => {
        setFound(of)
        setFailure(null)
      },
      (error) => {
        if (!isAborted(error)) setFailure(failed(error))
      },
    )
    return () => asked.abort()
  }, [alert.alert_id, stands, times])
  if (failure) {
    return (
      <Section words={{ zh: '文书', en: 'Papers' }}>
        <Placeholder state="failed" words={{ zh: `文书未能载入：${failure.message}`, en: failure.en }} retry={() => again(times + 1)} />
      </Section>
    )
  }
  if (!found) return null
  const offers = issuesPapers(person) ? found.offers.filter((offer) => offer.paper === null) : []
  if (offers.length === 0 && found.papers.length === 0) return null
  return (
    <Section words={{ zh: '文书', en: 'Papers' }}>
      <ol className="papers" id="papers">
        {found.papers.map((paper) => (
          <li key={paper.id} data-paper={paper.kind}>
            <b>{paper.title}</b>
            <span className="paper-number">{paper.number}</span>
            <span className="sub">{t(`${paper.on} 送 ${paper.to_name}`, `${paper.on} to ${paper.to_name}`)}</span>
            <Files paper={paper} />
          </li>
        ))}
      </ol>
      {offers.length > 0 && <Issue alert={alert} names={names} offers={offers} done={() => again(times + 1)} />}
    </Section>
  )
}

interface IssueProps extends Props {
  offers: Offer[]
  done(): void
}

function Issue({ alert, names, offers, done }: IssueProps) {
  const { person } = useStore(sessionStore)
  const [signature, sign] = useState(signatureOf)
  const [busy, setBusy] = useState<string | null>(null)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const make = async ({ kind, basis }: Offer) => {
    const { adminKey, ...who } = signature
    if (!person) remember(who)
    adminKeyStore.set(adminKey)
    setBusy(`${kind} ${basis}`)
    setFailure(null)
    try {
      const paper = await issue(alert.alert_id, { kind, basis, ...(!person && { who: { ...who, person: who.person.trim() } }) }, adminKey)
      done()
      // The register may be the page that the panel lies on.
      void list.again()
      await both(paper)
    } catch (error) {
      setFailure(failed(error))
    } finally {
      setBusy(null)
    }
  }
  return (
    <div className="paper-offers">
      {!person && (
        <div className="voice-form paper-signer">
          <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(failure?.status, signature.adminKey)} change={sign} />
        </div>
      )}
      <div className="paper-acts">
        {offers.map((offer) => (
          <button key={`${offer.kind} ${offer.basis}`} type="button" className="plain" data-offer={offer.kind} disabled={busy !== null} onClick={() => void make(offer)}>
            {busy === `${offer.kind} ${offer.basis}` ? t('正在出具…', 'Issuing') : t(`出具${offer.title}`, `Issue ${offer.title}`)}
          </button>
        ))}
      </div>
      <p className="sub">{t('出具即编号，内容随之固定；同一事项再次出具仍是同一份。DOCX 与 PDF 一并下载。', 'Issuing gives the number and keeps the content as it is; DOCX and PDF are downloaded together.')}</p>
      {failure && (
        <p className="voice-failure" role="alert">
          {t(failure.message, failure.en)}
        </p>
      )}
    </div>
  )
}

async function both(paper: Paper) {
  await take(paper, 'docx')
  await take(paper, 'pdf')
}

const failed = (error: unknown) => (error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
