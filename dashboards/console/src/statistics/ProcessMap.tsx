// The flowchart with what cases did on it: a number and a median stay on each step, lines as wide as cases went along them, ways it does not have
// dashed, the bottleneck marked in words.

import { useEffect, useMemo, useRef, useState } from 'react'

import { inEnglish } from '../api/client'
import { drawing } from '../chart/api'
import { FlowchartCanvas, type StepNote } from '../chart/canvas'
import { ABOVE } from '../chart/flows'
import { Controls, move } from '../chart/FlowchartView'
import { Placeholder } from '../components/pieces'
import { count } from '../format'
import { definitions } from '../lists/api'
import { useStore } from '../store'
import { themeStore } from '../theme'
import { t } from '../words/language'
import type { Process, ProcessFlow } from './api'
import { type Bottleneck, type Carried, carriedBy, widthOf } from './process-model'
import { valueText } from './values'

interface Props {
  process: Process
  flowchart: string
  body: string | null
  bottleneck: Bottleneck | null
  /** Hears which ways the flowchart does not have. */
  found: (off: ProcessFlow[]) => void
}

export default function ProcessMap({ process, flowchart, body, bottleneck, found }: Props) {
  const now = useRef({ process, found })
  now.current = { process, found }
  const theme = useStore(themeStore)
  const box = useRef<HTMLDivElement>(null)
  const [canvas, setCanvas] = useState<FlowchartCanvas | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [tried, setTried] = useState(0)
  useEffect(() => {
    const asked = new AbortController()
    let made: FlowchartCanvas | null = null
    const draw = async () => {
      const xml = await drawing(await versioned(flowchart, asked.signal), body, asked.signal)
      if (!box.current || asked.signal.aborted) return
      made = await FlowchartCanvas.draw(box.current, xml)
      if (asked.signal.aborted) return made.destroy()
      made.fit(null, carriedBy(made.graph(), now.current.process.flows).off.length > 0 ? ABOVE : 0)
      setCanvas(made)
    }
    setFailure(null)
    draw().catch((error: unknown) => {
      if (!asked.signal.aborted) setFailure(error instanceof Error ? error : new Error(String(error)))
    })
    return () => {
      asked.abort()
      made?.destroy()
      setCanvas(null)
    }
  }, [flowchart, body, theme, tried])
  const carried: Carried | null = useMemo(() => canvas && carriedBy(canvas.graph(), process.flows), [canvas, process])
  useEffect(() => {
    if (!canvas || !carried) return
    now.current.found(carried.off)
    const most = Math.max(1, ...carried.edges.values(), ...carried.off.map(({ cases }) => cases))
    canvas.flows(notesOf(process, bottleneck), {
      edges: [...carried.edges].map(([id, cases]) => ({ id, width: widthOf(cases, most), text: count(cases) })),
      off: carried.off.map(({ from, to, cases }) => ({ from, to, width: widthOf(cases, most), text: t(`图外 ${count(cases)}`, `off ${count(cases)}`) })),
    })
  }, [canvas, carried, process, bottleneck])
  if (failure) {
    return <Placeholder state="failed" words={{ zh: `流程图未能载入：${failure.message}；数字见表`, en: `The flowchart could not be loaded: ${inEnglish(failure)}; the tables have the numbers` }} retry={() => setTried(tried + 1)} />
  }
  return (
    <div className="flowchart process-map" data-drawn={canvas ? flowchart : undefined} data-off={carried?.off.length}>
      <Controls canvas={canvas} />
      <div
        className="flowchart-box"
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={t('流程图，其上为各环节办理次数、中位用时和流转件数，数字见下面的表。方向键移动，加减号缩放', 'Flowchart with visits and median stays of steps and cases between them; the tables below have the numbers. Arrow keys move it, plus and minus zoom')}
        onKeyDown={(event) => canvas && move(canvas, event)}
      />
      <ul className="legend" aria-label={t('图例', 'Legend')}>
        <li>
          <span className="swatch swatch-flow" aria-hidden="true" />
          {t('按流程图流转，线宽随件数', 'As the flowchart has it; wider: more cases')}
        </li>
        <li>
          <span className="swatch swatch-off" aria-hidden="true" />
          {t('流程图上没有的流转（虚线）', 'Not in the flowchart (dashed)')}
        </li>
        <li>
          <span className="swatch swatch-bottleneck" aria-hidden="true" />
          {t('瓶颈环节', 'Bottleneck')}
        </li>
      </ul>
    </div>
  )
}

/** With the version that is in force: the platform names the flowchart alone. */
async function versioned(flowchart: string, signal: AbortSignal): Promise<string> {
  const { definitions: all } = await definitions('flowchart', signal)
  const now = all.filter(({ id, in_force }) => id === flowchart && in_force).map(({ version }) => Number(version))
  return `${flowchart}@${Math.max(1, ...now)}`
}

function notesOf({ steps }: Process, bottleneck: Bottleneck | null): StepNote[] {
  return steps.map(({ step, visits, median_hours }) => {
    const marked = bottleneck?.step === step
    const told = [marked && t('瓶颈', 'Bottleneck'), t(`${count(visits)}次`, `×${count(visits)}`), median_hours !== null && valueText('hours', median_hours)].filter(Boolean)
    return { code: step, text: told.join(' · '), kind: marked ? 'bottleneck' : 'visited' }
  })
}
