// A published flowchart by itself: no case is on it.

import { useEffect, useRef, useState } from 'react'

import { Placeholder } from '../components/pieces'
import { useStore } from '../store'
import { themeStore } from '../theme'
import { t } from '../words/language'
import { Controls, move } from './FlowchartView'
import { drawing } from './api'
import { FlowchartCanvas } from './canvas'

interface Props {
  id: string
  version: string
  /** Offices are called as this body calls them. */
  body: string | null
}

export default function ChartView({ id, version, body }: Props) {
  const theme = useStore(themeStore)
  const box = useRef<HTMLDivElement>(null)
  const [canvas, setCanvas] = useState<FlowchartCanvas | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [tried, setTried] = useState(0)
  useEffect(() => {
    const asked = new AbortController()
    let made: FlowchartCanvas | null = null
    const draw = async () => {
      const xml = await drawing(`${id}@${version}`, body, asked.signal)
      if (!box.current || asked.signal.aborted) return
      made = await FlowchartCanvas.draw(box.current, xml)
      if (asked.signal.aborted) return made.destroy()
      made.fit(null)
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
  }, [id, version, body, theme, tried])
  if (failure) {
    return <Placeholder state="failed" words={{ zh: `流程图未能载入：${failure.message}` }} retry={() => setTried(tried + 1)} />
  }
  const steps = canvas?.steps().map((step) => step.name) ?? []
  return (
    <div className="flowchart" data-drawn={canvas ? `${id}@${version}` : undefined}>
      <Controls canvas={canvas} />
      <div
        className="flowchart-box"
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={t(`流程图，环节：${steps.join('、')}。方向键移动，加减号缩放`, `Flowchart with the steps ${steps.join(', ')}. Arrow keys move it, plus and minus zoom`)}
        onKeyDown={(event) => canvas && move(canvas, event)}
      />
    </div>
  )
}
