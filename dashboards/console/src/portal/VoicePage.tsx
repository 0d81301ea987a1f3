// A complaint or a rating, of one's own case or of an item. Nobody is asked who they are.

import { type FormEvent, useEffect, useRef, useState } from 'react'

import { t } from '../words/language'
import { Failure, type Item, type Receipt, item as askItem, newKey, say } from './api'
import { Refusal } from './pieces'
import { RECEIPT_HASH, type VoiceKind, voiceHash } from './routes'

/** As `voice::TOPICS` in services/domain/src/voice.rs. */
const TOPICS: [string, string, string][] = [
  ['not_handled', '未办理', 'not handled'],
  ['slow', '办理拖延', 'too slow'],
  ['shifted', '推诿、刁难', 'sent from one to another'],
  ['attitude', '服务态度', 'manners'],
  ['fee', '违规收费', 'fees that are not due'],
  ['unlawful', '违法行使权力', 'power used unlawfully'],
  ['other', '其他', 'something else'],
]

/** As `voice::GRADES` in services/domain/src/voice.rs, from 1. */
const GRADES: [string, string][] = [
  ['非常满意', 'very satisfied'],
  ['满意', 'satisfied'],
  ['基本满意', 'rather satisfied'],
  ['不满意', 'not satisfied'],
  ['非常不满意', 'not satisfied at all'],
]

export function VoicePage({ kind, item }: { kind: VoiceKind; item: string }) {
  const [receipt, setReceipt] = useState<Receipt | null>(null)
  return (
    <>
      <nav className="portal-categories" aria-label={t('投诉评价', 'Complain or rate')}>
        <a href={voiceHash('complaint', item)} aria-current={kind === 'complaint' ? 'true' : undefined}>
          {t('我要投诉', 'Complain')}
        </a>
        <a href={voiceHash('rating', item)} aria-current={kind === 'rating' ? 'true' : undefined}>
          {t('我要评价', 'Rate')}
        </a>
        <a href={RECEIPT_HASH}>{t('查处理情况', 'What became of it')}</a>
      </nav>
      {receipt ? <Taken receipt={receipt} /> : <VoiceForm kind={kind} item={item} onTaken={setReceipt} />}
    </>
  )
}

function Taken({ receipt }: { receipt: Receipt }) {
  return (
    <section className="portal-standing" role="status">
      <h2>{t('已登记', 'Registered')}</h2>
      <p>{t('受理号：', 'Receipt number: ')}</p>
      <p className="portal-receipt">{receipt.receipt_no}</p>
      <p>{t('请记下受理号，凭它可以查询处理情况。', 'Please keep it: by it you can ask what became of it.')}</p>
      <p>
        <a href={RECEIPT_HASH}>{t('查处理情况', 'What became of it')}</a>
      </p>
    </section>
  )
}

function VoiceForm({ kind, item, onTaken }: { kind: VoiceKind; item: string; onTaken: (receipt: Receipt) => void }) {
  const [ofCase, setOfCase] = useState(item === '')
  const [caseNo, setCaseNo] = useState('')
  const [code, setCode] = useState('')
  const [topic, setTopic] = useState('')
  const [grade, setGrade] = useState(0)
  const [text, setText] = useState('')
  const [anonymous, setAnonymous] = useState(false)
  const [saying, setSaying] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  // What was not answered is said again under the same key, and is then the same; what was changed is something else.
  const lately = useRef({ said: '', key: '' })
  const speak = async (event: FormEvent) => {
    event.preventDefault()
    const about = ofCase ? { case_no: caseNo.trim(), code: code.trim(), anonymous } : { item_code: item }
    const words = kind === 'complaint' ? { topic } : { grade }
    const said = { kind, text: text.trim(), ...words, ...about }
    const whole = JSON.stringify(said)
    if (lately.current.said !== whole) lately.current = { said: whole, key: newKey() }
    setSaying(true)
    setFailure(null)
    try {
      onTaken(await say({ key: lately.current.key, ...said }))
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure('页面出错了', 'The page failed', 0))
    } finally {
      setSaying(false)
    }
  }
  return (
    <form className="portal-form" onSubmit={speak}>
      <h2>{kind === 'complaint' ? t('投诉', 'Complain') : t('评价', 'Rate')}</h2>
      {item !== '' && (
        <fieldset>
          <legend>{t('对什么', 'About what')}</legend>
          <label className="portal-choice">
            <input type="radio" name="about" checked={!ofCase} onChange={() => setOfCase(false)} />
            <span>
              <ItemName code={item} />
            </span>
          </label>
          <label className="portal-choice">
            <input type="radio" name="about" checked={ofCase} onChange={() => setOfCase(true)} />
            <span>{t('我自己的办件', 'My own case')}</span>
          </label>
        </fieldset>
      )}
      {ofCase && (
        <>
          {item === '' && <p>{t('请填写受理单上的编号；不涉及办件的，请先在权力清单里找到事项，再从事项页投诉、评价。', 'Both stand on your slip. If it is about no case, find the item in the list first.')}</p>}
          <label>
            <span>{t('办件编号', 'Case number')}</span>
            <input name="case_no" autoComplete="off" maxLength={100} required value={caseNo} onChange={(event) => setCaseNo(event.target.value)} />
          </label>
          <label>
            <span>{t('查询码', 'Code')}</span>
            <input name="code" autoComplete="off" spellCheck={false} maxLength={40} required value={code} onChange={(event) => setCode(event.target.value)} />
          </label>
        </>
      )}
      {kind === 'complaint' ? (
        <label>
          <span>{t('投诉什么', 'What about')}</span>
          <select name="topic" required value={topic} onChange={(event) => setTopic(event.target.value)}>
            <option value="">{t('请选择', 'Please choose')}</option>
            {TOPICS.map(([value, zh, en]) => (
              <option key={value} value={value}>
                {t(zh, en)}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <fieldset>
          <legend>{t('是否满意', 'How satisfied are you')}</legend>
          {GRADES.map(([zh, en], place) => (
            <label className="portal-choice" key={zh}>
              <input type="radio" name="grade" required checked={grade === place + 1} onChange={() => setGrade(place + 1)} />
              <span>{t(zh, en)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <label>
        <span>{kind === 'complaint' ? t('具体情况', 'What happened') : t('意见（可不填）', 'Anything to add')}</span>
        <textarea name="text" rows={5} maxLength={1000} required={kind === 'complaint'} value={text} onChange={(event) => setText(event.target.value)} />
        <small>{t('请不要写姓名、证件号码和电话号码。', 'Please write no names and no numbers of people.')}</small>
      </label>
      {ofCase && kind === 'complaint' && (
        <label className="portal-choice">
          <input type="checkbox" name="anonymous" checked={anonymous} onChange={(event) => setAnonymous(event.target.checked)} />
          <span>{t('不需要书面答复', 'No written answer is wanted')}</span>
        </label>
      )}
      {ofCase && <small>{t('填写办件编号后，承办机构会知道是哪一件办件。', 'The office will know which case it is.')}</small>}
      <button type="submit" disabled={saying}>
        {saying ? t('正在提交…', 'One moment …') : t('提交', 'Send')}
      </button>
      {failure && <Refusal failure={failure} />}
    </form>
  )
}

/** An item by its name, once that is known. */
function ItemName({ code }: { code: string }) {
  const [found, setFound] = useState<Item | null>(null)
  useEffect(() => {
    const leaving = new AbortController()
    askItem(code, leaving.signal).then(setFound, () => {})
    return () => leaving.abort()
  }, [code])
  return (
    <>
      {found?.name ?? code} {found?.body && <small>{found.body.name}</small>}
    </>
  )
}
