// What opens below its name and closes as menus do: with Esc, when something else is pressed or reached, and when one of its links was followed.

import { type FocusEvent, type MouseEvent, type ReactNode, useEffect, useRef } from 'react'

interface Props {
  className: string
  name: string
  /** What a reader hears instead of the name. */
  label?: string
  children: ReactNode
}

export function Menu({ className, name, label, children }: Props) {
  const box = useRef<HTMLDetailsElement>(null)
  const close = () => {
    if (box.current) box.current.open = false
  }
  useEffect(() => {
    const closes = (event: Event) => {
      const menu = box.current
      if (!menu?.open) return
      const inside = menu.contains(event.target as Node)
      if (event instanceof KeyboardEvent ? event.key !== 'Escape' : inside) return
      close()
      // What had the focus is gone from sight.
      if (inside) menu.querySelector('summary')?.focus()
    }
    document.addEventListener('pointerdown', closes)
    document.addEventListener('keydown', closes)
    return () => {
      document.removeEventListener('pointerdown', closes)
      document.removeEventListener('keydown', closes)
    }
  }, [])
  const left = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget && !box.current?.contains(relatedTarget)) close()
  }
  const followed = ({ target }: MouseEvent) => {
    if ((target as Element).closest('a')) close()
  }
  return (
    <details className={className} ref={box} onBlur={left} onClick={followed}>
      <summary aria-label={label}>{name}</summary>
      {children}
    </details>
  )
}
