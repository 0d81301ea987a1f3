// Text with numbered lines; lines that something is wrong with are marked, and one can go to them.

import { useEffect, useId, useRef } from 'react'

import type { LineProblem } from '../api/client'
import { t } from '../words/language'

interface Props {
  label: string
  value: string
  change?: (text: string) => void
  problems: readonly LineProblem[]
}

export function CodeArea({ label, value, change, problems }: Props) {
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLPreElement>(null)
  const told = useId()
  const lines = value.split('\n').length
  const wrong = new Set(problems.map((problem) => problem.line))
  const follow = () => {
    if (gutter.current && area.current) gutter.current.scrollTop = area.current.scrollTop
  }
  useEffect(follow, [value])

  const goTo = (line: number) => {
    const { current } = area
    if (!current) return
    const before = value.split('\n').slice(0, line - 1)
    const start = before.reduce((sum, one) => sum + one.length + 1, 0)
    current.focus()
    current.setSelectionRange(start, start + (value.split('\n')[line - 1]?.length ?? 0))
    current.scrollTop = (current.scrollHeight / lines) * Math.max(0, line - 4)
    follow()
  }

  return (
    <div className="code-box">
      {problems.length > 0 && (
        <ol className="code-problems" id={told} role="alert" aria-label={t('问题', 'Problems')}>
          {problems.map((problem) => (
            <li key={`${problem.line}/${problem.message}`} data-line={problem.line}>
              {problem.line > 0 ? (
                <button type="button" className="plain" onClick={() => goTo(problem.line)}>
                  {t(`第 ${problem.line} 行`, `line ${problem.line}`)}
                </button>
              ) : (
                <b>{t('全文', 'as a whole')}</b>
              )}{' '}
              {problem.message}
            </li>
          ))}
        </ol>
      )}
      <div className="code-area">
        <pre ref={gutter} aria-hidden="true" className="gutter">
          {Array.from({ length: lines }, (_, at) => (
            <span key={at} className={wrong.has(at + 1) ? 'wrong' : undefined}>
              {at + 1}
              {'\n'}
            </span>
          ))}
        </pre>
        <textarea
          ref={area}
          name="text"
          aria-label={label}
          aria-describedby={problems.length > 0 ? told : undefined}
          aria-invalid={problems.length > 0 || undefined}
          value={value}
          readOnly={!change}
          wrap="off"
          spellCheck={false}
          onScroll={follow}
          onChange={(e) => change?.(e.target.value)}
        />
      </div>
    </div>
  )
}
