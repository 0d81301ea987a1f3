// What the forms about people are made of.

import type { ReactNode } from 'react'

import type { ApiFailure } from '../api/client'
import { t } from '../words/language'

/** A field with its name over it; the hint is told when it comes. */
export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <label className="entrance-field">
      <span>{label}</span>
      {children}
      <small role="status">{hint}</small>
    </label>
  )
}

/** Why it was not done. */
export const Refusal = ({ children }: { children: ReactNode }) => (
  <p className="entrance-refusal" role="alert">
    {children}
  </p>
)

/** What the platform said, in the reader's language. */
export const failureText = (failure: ApiFailure) => t(failure.message, failure.en)
