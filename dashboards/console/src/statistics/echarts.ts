// ECharts, as much of it as these pages draw: bars and lines, as SVG, which prints as sharp as its text. What it is asked for is asked here only; it comes with the first chart.

import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export interface DrawnChart {
  show(option: EChartsCoreOption): void
  /** As wide as its box, or so many pixels. */
  fit(width?: number): void
  end(): void
}

/** A chart in a box; `press` hears which of its points was pressed. */
export function draw(box: HTMLElement, press: (place: number) => void): DrawnChart {
  const chart = init(box, null, { renderer: 'svg' })
  chart.on('click', ({ dataIndex }) => press(dataIndex))
  return {
    // At once, so that a printer gets what was drawn for it.
    show: (option) => {
      chart.setOption(option, { notMerge: true })
      chart.getZr().flush()
    },
    fit: (width) => chart.resize(width === undefined ? undefined : { width }),
    end: () => chart.dispose(),
  }
}
