// A chart of the page: its words for those who do not see it, its colours as the page has them, black on white for a printer.

import type { EChartsCoreOption } from 'echarts/core'
import { useEffect, useRef, useState } from 'react'

import { Placeholder } from '../components/pieces'
import { useStore } from '../store'
import { themeStore } from '../theme'
import type { Palette } from './chart-options'
import type { DrawnChart } from './echarts'

interface Props {
  id: string
  /** What it shows, in words; the table beside it has every number. */
  label: string
  height: number
  option: (palette: Palette) => EChartsCoreOption
  press?: (place: number) => void
}

const PRINTED: Omit<Palette, 'font'> = { ink: '#000', soft: '#333', line: '#bbb', paper: '#fff', first: '#1d4f91', second: '#7a4a00' }

/** A4 across, within its margins (styles/statistics.css), in pixels: a page does not know how wide it will be on paper. */
const PAPER_WIDTH = 1000

export function Chart({ id, label, height, option, press }: Props) {
  const theme = useStore(themeStore)
  const box = useRef<HTMLDivElement>(null)
  const now = useRef({ option, press })
  now.current = { option, press }
  const [chart, setChart] = useState<DrawnChart | null>(null)
  const [failed, setFailed] = useState(false)
  const [tried, setTried] = useState(0)
  useEffect(() => {
    let gone = false
    let made: DrawnChart | null = null
    import('./echarts').then(
      ({ draw }) => {
        if (gone || !box.current) return
        made = draw(box.current, (place) => now.current.press?.(place))
        setChart(made)
      },
      () => setFailed(true),
    )
    return () => {
      gone = true
      made?.end()
      setChart(null)
    }
  }, [tried])
  useEffect(() => {
    if (box.current) chart?.show(option(paletteOf(box.current)))
  }, [chart, option, theme])
  useEffect(() => {
    if (!chart || !box.current) return
    const here = box.current
    const sizes = new ResizeObserver(() => chart.fit())
    sizes.observe(here)
    const before = () => {
      chart.fit(PAPER_WIDTH)
      chart.show(now.current.option({ ...PRINTED, font: getComputedStyle(here).fontFamily }))
    }
    const after = () => {
      chart.fit()
      chart.show(now.current.option(paletteOf(here)))
    }
    window.addEventListener('beforeprint', before)
    window.addEventListener('afterprint', after)
    return () => {
      sizes.disconnect()
      window.removeEventListener('beforeprint', before)
      window.removeEventListener('afterprint', after)
    }
  }, [chart])
  if (failed) {
    const again = () => {
      setFailed(false)
      setTried(tried + 1)
    }
    return <Placeholder state="failed" words={{ zh: '图表未能载入，数字见表', en: 'The chart could not be loaded; the table has its numbers' }} retry={again} />
  }
  return <div id={id} className="statistics-chart" style={{ height }} ref={box} role="img" aria-label={label} data-drawn={chart ? 'true' : undefined} />
}

function paletteOf(box: HTMLElement): Palette {
  const style = getComputedStyle(box)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  return { ink: colour('--ink'), soft: colour('--ink-soft'), line: colour('--line'), paper: colour('--paper'), first: colour('--chart-first'), second: colour('--chart-second'), font: style.fontFamily }
}
