// One bulletin: how it stands, its files, its text with every number linked to what is behind it, and what may be done next.

import { useEffect, useState } from 'react'

import { ApiFailure } from '../api/client'
import { namesStore } from '../api/names'
import { PrintHere } from '../components/Take'
import { type Fact, Facts, Placeholder } from '../components/pieces'
import { full } from '../format'
import { sessionStore } from '../people/session'
import { periodSaid } from '../statistics/period'
import { useStore } from '../store'
import { say, t } from '../words/language'
import { ActForm } from './ActForm'
import { Scores } from './Scores'
import { Text } from './Text'
import { type Bulletin, type BulletinAct, type FileName, take } from './api'
import { one } from './model'
import { BULLETINS_HASH, bulletinHash } from './routes'
import { ACTS, FILE_WORDS, STATES, actsOf, doerText, filesOf, seesScores } from './words'

export function ReaderPage({ id }: { id: string }) {
  const { phase, failure, value } = useStore(one.state)
  useEffect(() => {
    void one.look(id)
  }, [id])
  return (
    <main className="cases-page">
      <p className="voice-back">
        <a href={BULLETINS_HASH}>{t('← 通报', '← Bulletins')}</a>
      </p>
      {value?.id === id ? <Whole bulletin={value} /> : phase === 'failed' ? <Placeholder state="failed" words={{ zh: `未能载入：${failure?.message}`, en: failure instanceof ApiFailure ? failure.en : '' }} retry={() => void one.look(id)} /> : <Placeholder state="waiting" words={{ zh: '正在载入…', en: 'Loading' }} />}
    </main>
  )
}

function Whole({ bulletin }: { bulletin: Bulletin }) {
  const names = useStore(namesStore)
  const { person } = useStore(sessionStore)
  const [act, choose] = useState<BulletinAct | null>(null)
  const { published } = bulletin
  const facts: Fact[] = [
    [{ zh: '状态', en: 'State' }, say(STATES[bulletin.state])],
    [{ zh: '期间', en: 'Period' }, periodSaid(bulletin.period)],
    [{ zh: '发文字号', en: 'Number' }, published?.number],
    [{ zh: '数据截至', en: 'Figures as of' }, full(bulletin.as_of)],
    [{ zh: '指标词典版本', en: 'Dictionary' }, bulletin.dictionary_version],
    [{ zh: '点名单位', en: 'Named' }, bulletin.named.map(({ name, stated }) => `${name}${stated ? t('（已陈述意见）', ' (has spoken)') : ''}`).join(t('、', ', '))],
    [{ zh: '听取意见至', en: 'Heard until' }, bulletin.hearing_until],
    [{ zh: '签发', en: 'Signed' }, published && `${names.officer(published.signed_by.person)} ${full(published.signed_at)}`],
    [{ zh: '印发', en: 'Published' }, published && full(published.published_at)],
    [{ zh: '数据快照 SHA-256', en: 'Data snapshot SHA-256' }, <code className="bulletin-hash">{bulletin.figures_sha256}</code>],
    [{ zh: '冻结内容 SHA-256', en: 'Frozen SHA-256' }, published && <code className="bulletin-hash">{published.sha256}</code>],
    [{ zh: '更正', en: 'Corrects' }, bulletin.corrects && <a href={bulletinHash(bulletin.corrects)}>{t('原通报', 'The old bulletin')}</a>],
    [
      { zh: '已由以下通报更正', en: 'Corrected by' },
      published && published.corrected_by.length > 0 && published.corrected_by.map((id) => (
        <a key={id} href={bulletinHash(id)}>
          {t('更正通报', 'A correction')}
        </a>
      )),
    ],
  ]
  const offered = actsOf(bulletin.state, person, bulletin.named.length > 0)
  return (
    <>
      <section className="card bulletin-head">
        <h2>{bulletin.title}</h2>
        <PrintHere />
        <Facts entries={facts} />
        {bulletin.document && <FileButtons bulletin={bulletin} />}
        <div className="case-search-acts" id="bulletin-acts">
          {offered.map((one) => (
            <button key={one} type="button" className={one === act ? 'main' : 'plain'} data-act={one} aria-pressed={one === act} onClick={() => choose(one === act ? null : one)}>
              {say(ACTS[one])}
            </button>
          ))}
        </div>
        {act && act !== 'edit' && <ActForm key={act} bulletin={bulletin} act={act} done={() => choose(null)} />}
      </section>
      {bulletin.document && <Text key={`${bulletin.history?.length} ${act === 'edit'}`} bulletin={bulletin} text={bulletin.document} editing={act === 'edit'} done={() => choose(null)} />}
      {bulletin.document && seesScores(bulletin, person) && <Scores key={bulletin.scores_sha256} bulletin={bulletin} />}
      {bulletin.passages && (
        <section className="card bulletin-text">
          <h3>{t('对本单位的表述', 'What is said of your body')}</h3>
          {bulletin.passages.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </section>
      )}
      {bulletin.history && (
        <section className="card bulletin-history">
          <h3>{t('经过', 'Course')}</h3>
          <ol className="bulletin-course">
            {bulletin.history.map((one) => (
              <li key={`${one.at} ${one.act}`}>
                {full(one.at)} {doerText(one.by, names)}
                {t('：', ': ')}
                {one.why}
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  )
}

function FileButtons({ bulletin }: { bulletin: Bulletin }) {
  const { person } = useStore(sessionStore)
  const [taking, setTaking] = useState<FileName | null>(null)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const get = async (file: FileName) => {
    setTaking(file)
    setFailure(null)
    try {
      await take(bulletin, file)
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
    } finally {
      setTaking(null)
    }
  }
  return (
    <>
      <div className="case-search-acts" id="bulletin-files">
        {filesOf(bulletin, person).map((file) => (
          <button key={file} type="button" className="plain" data-file={file} disabled={taking !== null} onClick={() => void get(file)}>
            {taking === file ? t('正在生成…', 'Drawing') : say(FILE_WORDS[file])}
          </button>
        ))}
      </div>
      {failure && (
        <p className="voice-failure" role="alert">
          {t(failure.message, failure.en)}
        </p>
      )}
    </>
  )
}
