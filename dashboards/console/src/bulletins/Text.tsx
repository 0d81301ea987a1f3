// The text of a bulletin: read, with links behind its numbers; or edited, paragraph by paragraph, around them.

import { type FormEvent, useState } from 'react'

import { namesStore } from '../api/names'
import { needsKey } from '../complaints/RegisterPage'
import { SignatureFields, signatureOf } from '../complaints/Signature'
import { useSending } from '../complaints/submit'
import { Ending } from '../ledger/ResultForms'
import { writesInstructions } from '../ledger/words'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { t } from '../words/language'
import { Instruct } from './Instruct'
import { type Bulletin, type BulletinText, type Part, type Span, workBulletin } from './api'
import { editable, spansOf } from './edit'
import { one } from './model'
import { figureHash } from './routes'

/** As official papers number their parts. */
const ORDINALS = [
  ['一', '1'],
  ['二', '2'],
  ['三', '3'],
  ['四', '4'],
  ['五', '5'],
  ['六', '6'],
  ['七', '7'],
  ['八', '8'],
  ['九', '9'],
  ['十', '10'],
] as const

const ordinal = (n: number) => {
  const written = ORDINALS[n]
  return written === undefined ? String(n + 1) : t(written[0], written[1])
}

interface Props {
  bulletin: Bulletin
  text: BulletinText
  editing: boolean
  done(): void
}

export function Text({ bulletin, text, editing, done }: Props) {
  return editing ? <Editor bulletin={bulletin} text={text} done={done} /> : <Reading bulletin={bulletin} text={text} />
}

function Reading({ bulletin, text }: Pick<Props, 'bulletin' | 'text'>) {
  const { person } = useStore(sessionStore)
  // A leader writes on the paper, once it is one.
  const instructed = writesInstructions(person) && bulletin.state === 'published' ? bulletin : undefined
  return (
    <article className="card bulletin-text" id="bulletin-text">
      <h3 className="bulletin-title">{text.title}</h3>
      {text.to && <p>{text.to}：</p>}
      <p>
        <Spans spans={text.opening} />
      </p>
      {text.sections.map((section, n) => (
        <section key={section.id}>
          <h4>
            {ordinal(n)}、{section.heading}
          </h4>
          <Parts parts={section.parts} instructed={instructed} />
        </section>
      ))}
      {text.closing && <p>{text.closing}</p>}
      {text.copies && (
        <p className="sub">
          {t('抄送：', 'Copies to: ')}
          {text.copies}
        </p>
      )}
      {text.annexes.map((annex, n) => (
        <section key={annex.title} className="bulletin-annex">
          <h4>
            {t('附件', 'Annex ')}
            {n + 1} {annex.title}
          </h4>
          <Parts parts={annex.parts} />
        </section>
      ))}
    </article>
  )
}

interface PartsProps {
  parts: Part[]
  /** The bulletin whose paragraphs somebody may write about. */
  instructed?: Bulletin | undefined
}

function Parts({ parts, instructed }: PartsProps) {
  return parts.map((part, n) => <OnePart key={n} part={part} instructed={instructed} />)
}

function OnePart({ part, instructed }: { part: Part } & Pick<PartsProps, 'instructed'>) {
  switch (part.part) {
    case 'heading':
      return <h5>{part.text}</h5>
    case 'note':
      return <p className="sub">{part.text}</p>
    case 'paragraph':
      return (
        <>
          <p>
            {part.internal && <span className="bulletin-internal">{t('内部', 'Internal')}</span>}
            <Spans spans={part.spans} />
          </p>
          {instructed && <Instruct bulletin={instructed} text={part.spans.map(({ text }) => text).join('')} />}
        </>
      )
    case 'table':
      return (
        <div className="cases-scroll">
          <table className="cases-table">
            <caption>{part.table.title}</caption>
            <thead>
              <tr>
                {part.table.columns.map(([name]) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {part.table.rows.map((row, n) => (
                <tr key={n}>
                  {row.map((cell, column) => (
                    <td key={column}>
                      <Spans spans={[cell]} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
    case 'chart':
      return (
        <figure className="bulletin-chart">
          <figcaption>{part.chart.title}</figcaption>
          {part.chart.bars.map(([label, thousandths, number]) => (
            <div key={label} className="bulletin-bar">
              <span>{label}</span>
              <span className="bulletin-bar-room">
                <span className="bulletin-bar-fill" style={{ width: `${thousandths / 12.5}%` }} />
                <Spans spans={[number]} />
              </span>
            </div>
          ))}
        </figure>
      )
  }
}

function Spans({ spans }: { spans: Span[] }) {
  return spans.map((span, n) => {
    const hash = span.query ? figureHash(span.query) : null
    return hash ? (
      <a key={n} className="bulletin-figure" href={hash} title={t('查看该数据背后的办件', 'What is behind this number')}>
        {span.text}
      </a>
    ) : (
      <span key={n}>{span.text}</span>
    )
  })
}

function Editor({ bulletin, text, done }: Omit<Props, 'editing'>) {
  const { person } = useStore(sessionStore)
  const names = useStore(namesStore)
  const [signature, sign] = useState(signatureOf)
  const [title, setTitle] = useState(text.title)
  const [to, setTo] = useState(text.to)
  const [copies, setCopies] = useState(text.copies ?? '')
  const [why, say] = useState('')
  // By section and place: the paragraphs that were changed.
  const [changed, change] = useState<Record<string, string>>({})
  const sending = useSending(person)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const sections = text.sections.map((section) => ({
      ...section,
      parts: section.parts.flatMap((part, n): Part[] => {
        const said = changed[`${section.id} ${n}`]
        if (part.part !== 'paragraph' || said === undefined) return [part]
        return said.trim() === '' ? [] : [{ ...part, spans: spansOf(said.trim(), part.spans) }]
      }),
    }))
    const document = { ...text, title, to, copies, sections: sections.filter(({ parts }) => parts.length > 0) }
    const taken = await sending.send({ why: why.trim(), document }, signature, async (signed, key, adminKey) => one.take(await workBulletin(bulletin.id, 'edit', signed, key, adminKey)))
    if (taken) done()
  }
  return (
    <form className="card bulletin-text voice-form" id="edit-bulletin" aria-label={t('修改通报', 'Edit the bulletin')} onSubmit={(event) => void submit(event)}>
      <p className="wide sub">{t('⟦ ⟧ 中是带链接的数据：可以移动或者删去，不能改动；清空一段即删去该段。', 'Between ⟦ and ⟧ stand linked numbers: they may be moved or left out, not changed. A paragraph that is emptied is left out.')}</p>
      <label className="wide">
        <span>{t('标题', 'Title')}</span>
        <input name="title" required maxLength={200} value={title} onChange={(e) => setTitle(e.target.value)} />
      </label>
      <label className="wide">
        <span>{t('主送', 'To')}</span>
        <input name="to" maxLength={120} value={to} onChange={(e) => setTo(e.target.value)} />
      </label>
      <label className="wide">
        <span>{t('抄送', 'Copies to')}</span>
        <input name="copies" maxLength={120} value={copies} onChange={(e) => setCopies(e.target.value)} />
      </label>
      {text.sections.flatMap((section) =>
        section.parts.map((part, n) => {
          if (part.part !== 'paragraph') return null
          const place = `${section.id} ${n}`
          const said = changed[place] ?? editable(part.spans)
          return (
            <label key={place} className="wide">
              <span>
                {section.heading}
                {part.internal && t('（内部）', ' (internal)')}
              </span>
              <textarea name={place} rows={Math.max(2, Math.ceil(said.length / 50))} maxLength={4000} value={said} onChange={(e) => change({ ...changed, [place]: e.target.value })} />
            </label>
          )
        }),
      )}
      <label className="wide">
        <span>{t('修改说明', 'Why')}</span>
        <input name="why" required maxLength={2000} value={why} onChange={(e) => say(e.target.value)} />
      </label>
      <SignatureFields person={person} names={names} value={signature} needsKey={needsKey(sending.failure?.status, signature.adminKey)} change={sign} />
      <Ending sending={sending} submit={t('保存修改', 'Keep the changes')} cancel={done} />
    </form>
  )
}
