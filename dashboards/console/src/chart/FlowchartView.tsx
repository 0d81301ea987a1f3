// The case on its published flowchart: what is done, where it is, what was late, what was left out.

import { type KeyboardEvent, useEffect, useRef, useState } from 'react'

import { nowStore } from '../api/clock'
import type { Names } from '../api/names'
import type { Alert, CaseRow } from '../api/types'
import { Placeholder } from '../components/pieces'
import { useStore } from '../store'
import { themeStore } from '../theme'
import { drawing } from './api'
import { type DrawnStep, FlowchartCanvas } from './canvas'
import { PROGRESS, type StepState, elsewhere, stepsOf } from './steps'

interface Props {
  known: CaseRow
  flowchart: string
  alerts: Alert[]
  names: Names
}

interface Drawn {
  canvas: FlowchartCanvas
  steps: DrawnStep[]
}

export default function FlowchartView({ known, flowchart, alerts, names }: Props) {
  const now = useStore(nowStore)
  const theme = useStore(themeStore)
  const box = useRef<HTMLDivElement>(null)
  const [drawn, setDrawn] = useState<Drawn | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [tried, setTried] = useState(0)
  const body = known.org_code

  useEffect(() => {
    const asked = new AbortController()
    let made: FlowchartCanvas | null = null
    const draw = async () => {
      const xml = await drawing(flowchart, body, asked.signal)
      if (!box.current || asked.signal.aborted) return
      const canvas = await FlowchartCanvas.draw(box.current, xml)
      made = canvas
      if (asked.signal.aborted) canvas.destroy()
      else setDrawn({ canvas, steps: canvas.steps() })
    }
    setFailure(null)
    draw().catch((error: unknown) => {
      if (!asked.signal.aborted) setFailure(error instanceof Error ? error : new Error(String(error)))
    })
    return () => {
      asked.abort()
      made?.destroy()
      setDrawn(null)
    }
  }, [flowchart, body, theme, tried])

  const codes = drawn?.steps.map((step) => step.code) ?? []
  const states = stepsOf(codes, known, alerts, now)
  const said = JSON.stringify(states)
  useEffect(() => drawn?.canvas.mark(JSON.parse(said) as StepState[]), [drawn, said])
  // Where it stands is looked for once: what the reader moved stays where they moved it.
  useEffect(() => drawn?.canvas.fit(known.closed_at ? null : known.step), [drawn])

  if (failure) {
    return <Placeholder state="failed" words={{ zh: `流程图未能载入：${failure.message}` }} retry={() => setTried(tried + 1)} />
  }
  const lost = drawn ? elsewhere(codes, known) : []
  return (
    <div className="flowchart" data-drawn={drawn ? flowchart : undefined}>
      <Controls canvas={drawn?.canvas ?? null} />
      <div
        className="flowchart-box"
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={`${names.flowchart(flowchart)}。${summary(drawn?.steps ?? [], states)}。方向键移动，加减号缩放`}
        onKeyDown={(event) => drawn && move(drawn.canvas, event)}
      />
      {lost.length > 0 && (
        <p className="stale">图上没有而办件经过的环节：{lost.map((step) => names.step(step, flowchart)).join('、')}</p>
      )}
      <Legend states={states} />
      {drawn && <StepList steps={drawn.steps} states={states} />}
    </div>
  )
}

export function Controls({ canvas }: { canvas: FlowchartCanvas | null }) {
  return (
    <div className="flowchart-controls" role="group" aria-label="流程图缩放">
      <button type="button" className="plain" disabled={!canvas} onClick={() => canvas?.zoom(true)}>
        放大
      </button>
      <button type="button" className="plain" disabled={!canvas} onClick={() => canvas?.zoom(false)}>
        缩小
      </button>
      <button type="button" className="plain" disabled={!canvas} onClick={() => canvas?.whole()}>
        全图
      </button>
    </div>
  )
}

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export function move(canvas: FlowchartCanvas, event: KeyboardEvent) {
  const arrow = ARROWS[event.key]
  if (arrow) canvas.pan(...arrow)
  else if (event.key === '+' || event.key === '=') canvas.zoom(true)
  else if (event.key === '-') canvas.zoom(false)
  else return
  event.preventDefault()
}

/** What the drawing shows, for those who do not see it; steps that were not reached are left to the list. */
function summary(steps: DrawnStep[], states: StepState[]) {
  const names = new Map(steps.map((step) => [step.code, step.name]))
  const told = states.filter((state) => state.progress !== 'not_reached' && state.progress !== 'passed_by')
  return told.map((state) => `${names.get(state.code)}${PROGRESS[state.progress].zh}${state.late ? '超期' : ''}`).join('，')
}

function Legend({ states }: { states: StepState[] }) {
  const kinds = (Object.keys(PROGRESS) as StepState['progress'][]).filter((kind) => states.some((state) => state.progress === kind))
  return (
    <ul className="legend" aria-label="流程图图例 Legend">
      {kinds.map((kind) => (
        <li key={kind}>
          <span className={`swatch swatch-${kind}`} aria-hidden="true" />
          {PROGRESS[kind].zh} <small lang="en">{PROGRESS[kind].en}</small>
        </li>
      ))}
      {states.some((state) => state.late) && (
        <li>
          <span className="swatch swatch-late" aria-hidden="true" />
          超期 <small lang="en">Late</small>
        </li>
      )}
    </ul>
  )
}

function StepList({ steps, states }: { steps: DrawnStep[]; states: StepState[] }) {
  return (
    <details className="step-list">
      <summary>环节一览</summary>
      <ol>
        {steps.map((step, place) => {
          const state = states[place]
          return (
            <li key={step.code} data-step={step.code} data-progress={state?.progress} data-late={state?.late}>
              <b>{step.name}</b> <span className="sub">{state?.text}</span>
            </li>
          )
        })}
      </ol>
    </details>
  )
}
