// Where the register is kept: a button that opens the form of a change in its place, for those who may.

import { useRef, useState } from 'react'

import { t } from '../words/language'
import { ChangeForm } from './ChangeForm'
import type { Target } from './change-model'
import type { BodyRegister } from './model'

/** What pages hand down to whoever keeps the register; null to others. */
export interface Keeping {
  found: BodyRegister
  /** The register and its changes are asked for anew. */
  again: () => void
}

interface Props {
  keeping: Keeping | null
  target: Target
  /** What the button says. */
  label: string
  /** What it is about, for those who hear it. */
  about?: string
}

export function ChangeHere({ keeping, target, label, about }: Props) {
  const [open, setOpen] = useState(false)
  const [taken, setTaken] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  if (keeping === null) return null
  const close = (done: boolean) => {
    setOpen(false)
    setTaken(done)
    button.current?.focus()
  }
  return (
    <div className="change-here" data-change={target.on}>
      <button ref={button} type="button" className="plain" aria-expanded={open} aria-label={about && `${label} ${about}`} onClick={() => (open ? close(false) : setOpen(true))}>
        {label}
      </button>
      {taken && !open && (
        <span className="sub inline" role="status">
          {t('已登记', 'Entered')}
        </span>
      )}
      {open && (
        <ChangeForm
          found={keeping.found}
          target={target}
          cancel={() => close(false)}
          taken={() => {
            close(true)
            keeping.again()
          }}
        />
      )}
    </div>
  )
}
