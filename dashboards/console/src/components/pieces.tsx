// Small pieces that every page is made of.

import { type ReactNode, useId } from 'react'

import type { Level, Status } from '../api/types'
import { LEVELS, STATUSES, type Words } from '../words/codes'
import { languageStore, say, t } from '../words/language'

/** Chinese first, English second and smaller; English alone to whoever chose it. */
export function Both({ words }: { words: Words }) {
  if (!words.en) return words.zh
  if (languageStore.get() === 'en') return words.en
  return (
    <>
      {words.zh} <small lang="en">{words.en}</small>
    </>
  )
}

export function Badge({ kind, words }: { kind: string; words: Words }) {
  return (
    <span className={`badge ${kind}`} title={t(words.en ?? '', words.zh)}>
      {say(words)}
    </span>
  )
}

export const LevelBadge = ({ level }: { level: Level }) => <Badge kind={`level-${level}`} words={LEVELS[level]} />
export const StatusBadge = ({ status }: { status: Status }) => <Badge kind={`status-${status}`} words={STATUSES[status]} />

interface PlaceholderProps {
  state: 'waiting' | 'empty' | 'failed'
  words: Words
  retry?: () => void
}

/** What stands where nothing stands: waiting, empty or failed. */
export function Placeholder({ state, words, retry }: PlaceholderProps) {
  return (
    <div className={`placeholder ${state}`} role={state === 'failed' ? 'alert' : 'status'}>
      <p>
        <Both words={words} />
      </p>
      {retry && (
        <button type="button" className="plain" onClick={retry}>
          <Both words={{ zh: '重试', en: 'Try again' }} />
        </button>
      )}
    </div>
  )
}

/** A section of the panel. */
export function Section({ words, children }: { words: Words; children: ReactNode }) {
  const title = useId()
  return (
    <section className="part" aria-labelledby={title}>
      <h3 id={title}>
        <Both words={words} />
      </h3>
      {children}
    </section>
  )
}

export type Fact = [Words, ReactNode]

/** A list of terms; those without a value are left out. */
export function Facts({ entries }: { entries: Fact[] }) {
  const told = entries.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
  return (
    <dl className="facts">
      {told.map(([words, value]) => (
        <div key={words.zh}>
          <dt>
            <Both words={words} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
