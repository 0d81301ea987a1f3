// 未送达通知: what was given up, by channel and reason; sent again under the same number, or forgotten.

import { useState } from 'react'

import { Placeholder, Section } from '../components/pieces'
import { count } from '../format'
import { say, t } from '../words/language'
import { type DeadLetter, type Which, deadLetters, forget, replay } from './api'
import { useAsked } from './asked'
import { groupsOf } from './dead-groups'
import { REASONS } from './notification-words'
import { Again, Answered, Sure, when } from './parts'

/** Letters that are listed; those of a channel and reason are dealt with together. */
const LETTERS = 100

/** What was done. */
type Told = { replayed: string[] } | { forgotten: string[] }

export function DeadLetters({ changed }: { changed: () => void }) {
  const asked = useAsked('dead letters', deadLetters)
  const [done, setDone] = useState('')
  const act = async (work: Promise<Told>) => {
    const answer = await work
    setDone(
      'replayed' in answer
        ? t(`已重新发送 ${count(answer.replayed.length)} 条；仍不能送达的会再列在这里。`, `${count(answer.replayed.length)} are sent again; what cannot be delivered comes back here.`)
        : t(`已清除 ${count(answer.forgotten.length)} 条。`, `${count(answer.forgotten.length)} are forgotten.`),
    )
    asked.again()
    changed()
  }
  return (
    <Section words={{ zh: '未能送达的通知', en: 'Dead letters' }}>
      <p className="admin-acts">
        <Again asked={asked} />
        <span role="status">{done}</span>
      </p>
      <Answered asked={asked}>
        {({ dead_letters: letters }) => (letters.length === 0 ? <Placeholder state="empty" words={{ zh: '没有未能送达的通知', en: 'Everything was delivered' }} /> : <Found letters={letters} act={act} />)}
      </Answered>
    </Section>
  )
}

interface FoundProps {
  letters: DeadLetter[]
  act: (work: Promise<Told>) => Promise<void>
}

function Found({ letters, act }: FoundProps) {
  return (
    <>
      <ul className="admin-dead" id="dead-groups">
        {groupsOf(letters).map(({ channel, reason, number }) => (
          <li key={`${channel} ${reason}`} data-dead={`${channel}/${reason}`}>
            <span>
              <b>{channel}</b> {reasonText(reason)} · {t(`${count(number)} 条`, `${count(number)}`)}
            </span>
            <Both which={{ channel, reason }} number={number} act={act} />
          </li>
        ))}
      </ul>
      <div className="admin-scroll">
        <table className="admin-table" id="dead-letters">
          <thead>
            <tr>
              <th scope="col">{t('放弃于', 'Given up')}</th>
              <th scope="col">{t('通知', 'Message')}</th>
              <th scope="col">{t('渠道、路由', 'Channel, route')}</th>
              <th scope="col">{t('收件', 'To')}</th>
              <th scope="col">{t('原因', 'Why')}</th>
              <th scope="col">{t('试过', 'Tried')}</th>
              <th scope="col">{t('办理', 'Do')}</th>
            </tr>
          </thead>
          <tbody>
            {[...letters]
              .reverse()
              .slice(0, LETTERS)
              .map((letter) => (
                <tr key={letter.id} data-letter={letter.id}>
                  <td>
                    <time dateTime={letter.at}>{when(letter.at)}</time>
                  </td>
                  <td>
                    {letter.title}
                    <span className="sub">{t(`产生于 ${when(letter.made_at)}`, `made ${when(letter.made_at)}`)}</span>
                  </td>
                  <td>
                    {letter.channel}
                    <span className="sub">{letter.route}</span>
                  </td>
                  <td>{letter.to ?? '—'}</td>
                  <td>
                    {reasonText(letter.reason)}
                    <span className="sub">{letter.detail}</span>
                  </td>
                  <td>{t(`${count(letter.attempts)} 次`, `${count(letter.attempts)} times`)}</td>
                  <td>
                    <Both which={{ id: letter.id }} number={1} act={act} />
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
        {letters.length > LETTERS && <p className="end">{t(`只列最近 ${LETTERS} 条，其余按渠道与原因一并办理`, `The last ${LETTERS} are listed; the others are dealt with by channel and reason`)}</p>}
      </div>
    </>
  )
}

function Both({ which, number, act }: { which: Which; number: number } & Pick<FoundProps, 'act'>) {
  return (
    <span className="admin-acts">
      <Sure label={t('重发', 'Send again')} told={t(`重新发送 ${count(number)} 条，编号不变，收过的会被对方认出。`, `${count(number)} go out under the numbers they had; who has one already knows it.`)} act={() => act(replay(which))} />
      <Sure label={t('清除', 'Forget')} told={t(`清除 ${count(number)} 条，不再保留，也不再发送。`, `${count(number)} are forgotten and never sent.`)} act={() => act(forget(which))} />
    </span>
  )
}

const reasonText = (reason: string) => say(REASONS[reason] ?? { zh: reason })
