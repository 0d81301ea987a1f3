// Small pieces of the public page.

import type { ReactNode } from 'react'

import { say, t } from '../words/language'
import type { Asked, Failure, Reached } from './api'

/** What was asked for, or that it is still to come, or why it does not. */
export function Answer<T>({ asked, children }: { asked: Asked<T>; children: (value: T) => ReactNode }) {
  if (asked.state === 'waiting') return <p role="status">{t('正在查询…', 'One moment …')}</p>
  if (asked.state === 'failed') return <Refusal failure={asked.failure} />
  return children(asked.value)
}

export const Refusal = ({ failure }: { failure: Failure }) => (
  <p className="portal-refusal" role="alert">
    {say({ zh: failure.message, en: failure.en })}
  </p>
)

/** A line of a table of facts; nothing where there is nothing to say. */
export function Line({ label, children }: { label: string; children: ReactNode }) {
  if (children === null || children === undefined || children === '' || children === false) return null
  return (
    <div className="portal-line">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** A name with the number to ring, where there is one. */
export function Reach({ reached }: { reached: Reached }) {
  return (
    <>
      {reached.name}
      {reached.phone && (
        <>
          {' '}
          <a className="portal-phone" href={`tel:${reached.phone.split('、')[0]?.replace(/转/, ',').replace(/[^0-9+,]/g, '')}`}>
            {reached.phone}
          </a>
        </>
      )}
      {reached.address && <small>{reached.address}</small>}
    </>
  )
}
