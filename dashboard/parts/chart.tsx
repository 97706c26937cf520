/** Numbers drawn over time, on a canvas. What they are stands in words before it and in a table beneath it. */
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { theme } from '../theme.ts'
import { dayOf, minuteOf } from './format.ts'

interface ChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  /** Beside the values, of another kind: hatched, so that colours need not tell them apart. */
  readonly second?: readonly number[]
  /** What is counted. */
  readonly axis?: string
  /** Of the values, and of the second ones. */
  readonly names?: readonly string[]
  readonly kind: 'spark' | 'bars' | 'line'
  readonly height: number
  /** How a time is written under the mark that is pointed at. */
  readonly pointed?: (index: number | null) => void
}

export function Chart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(props)
  latest.current = props
  const { label, times, values, second, names, axis, kind, height } = props
  const colours = theme.value

  useEffect(() => {
    const element = host.current
    if (element === null) return
    const made = new uPlot(optionsOf(element, latest), data(latest.current), element)
    plot.current = made
    made.ctx.canvas.setAttribute('role', 'img')
    const observer = new ResizeObserver(() => {
      const width = Math.max(LEAST_WIDTH, element.clientWidth)
      if (element.clientWidth > 0 && width !== made.width) made.setSize({ width, height })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.current = null
      made.destroy()
    }
  }, [kind, height, colours, second === undefined])

  useEffect(() => {
    plot.current?.setData(data({ times, values, ...(second && { second }) }))
  }, [times, values, second])

  useEffect(() => {
    plot.current?.ctx.canvas.setAttribute('aria-label', label)
  }, [label, colours])

  return (
    <>
      {axis !== undefined && (
        <p class="legend">
          <span class="dim">{axis}</span>
          {names?.map((name, index) => (
            <span key={name}>
              <span class={index === 0 ? 'swatch' : 'swatch hatched'} aria-hidden="true" /> {name}
            </span>
          ))}
        </p>
      )}
      <div ref={host} class={`chart ${kind}`} />
    </>
  )
}

function data({ times, values, second }: Pick<ChartProps, 'times' | 'values' | 'second'>): uPlot.AlignedData {
  return [[...times], [...values], ...(second === undefined ? [] : [[...second]])]
}

function optionsOf(element: HTMLElement, latest: { readonly current: ChartProps }): uPlot.Options {
  const { kind, height, second } = latest.current
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name)
  const [accent, soft, line, text] = [colour('--accent'), colour('--accent-soft'), colour('--line'), colour('--dim')]
  const spark = kind === 'spark'
  const warm = colour('--warm')
  const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: FONT }
  return {
    width: Math.max(LEAST_WIDTH, element.clientWidth),
    height,
    legend: { show: false },
    cursor: { show: !spark, x: !spark, y: false, points: NONE, drag: { x: false, y: false } },
    padding: spark ? [3, 1, 1, 1] : [8, 8, 0, 0],
    // From 0, and a line of zeros is drawn at the bottom.
    scales: {
      x: { time: !spark, range: wholeBars },
      y: { range: (_plot, min, max) => [Math.min(0, min) * 1.05, Math.max(1, max) * 1.05] },
    },
    axes: spark
      ? [
          {
            ...axis,
            size: 1,
            values: () => [],
            grid: NONE,
            ticks: NONE,
            border: { show: true, stroke: line, width: 1 },
          },
          NONE,
        ]
      : [
          {
            ...axis,
            size: 32,
            grid: NONE,
            splits: (plot) => underBars(plot),
            values: (_plot, times) => labelsOf(times),
          },
          { ...axis, size: labelWidth, incrs: WHOLE_STEPS },
        ],
    series: [
      {},
      {
        stroke: accent,
        fill: spark ? accent : soft,
        width: spark ? 0 : 1.5,
        points: NONE,
        ...(kind !== 'line' && { paths: uPlot.paths.bars?.(second === undefined ? WHOLE_BARS : LEFT_BARS) }),
      },
      ...(second === undefined
        ? []
        : [{ stroke: warm, fill: hatched(warm), width: 1.5, points: NONE, paths: uPlot.paths.bars?.(RIGHT_BARS) }]),
    ],
    hooks: { setCursor: [({ cursor }) => latest.current.pointed?.(cursor.idx ?? null)] },
  } as uPlot.Options
}

const WHOLE_BARS = { size: [0.75, 48, 1] } as const satisfies uPlot.Series.BarsPathBuilderOpts
/** Two bars for an hour stand side by side. */
const LEFT_BARS = { size: [0.38, 24, 1], align: -1 } as const satisfies uPlot.Series.BarsPathBuilderOpts
const RIGHT_BARS = { ...LEFT_BARS, align: 1 } as const satisfies uPlot.Series.BarsPathBuilderOpts

/** Stripes that are seen without their colour. */
function hatched(colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas')
  tile.width = tile.height = 6
  const drawing = tile.getContext('2d')
  if (drawing === null) return colour
  drawing.strokeStyle = colour
  drawing.lineWidth = 1.5
  drawing.beginPath()
  for (const shift of [-6, 0, 6]) {
    drawing.moveTo(shift, 6)
    drawing.lineTo(shift + 6, 0)
  }
  drawing.stroke()
  return drawing.createPattern(tile, 'repeat') ?? colour
}

/** Room for the longest label, in pixels: an axis of a fixed width cuts off the first digit of thousands. */
function labelWidth(_chart: uPlot, labels: readonly string[] | null): number {
  return 20 + 8 * Math.max(2, ...(labels ?? []).map((label) => label.length))
}

/** Half a bar of room on either side. */
function wholeBars({ data: [times] }: uPlot, first: number, last: number): [number, number] {
  const half = times.length > 1 ? (last - first) / (times.length - 1) / 2 : 1_800
  return [first - half, last + half]
}

/** Room for a label with its zone, in pixels. */
const LABEL_WIDTH = 76
const LABEL_STEPS = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336]

/** Labels stand under bars: hours begin at the half hour in some zones, and twice at one time where clocks are put back. */
function underBars({ data: [times], width }: uPlot): number[] {
  const [first = 0, second = first + HOUR_SECONDS] = times
  const hoursOfBar = (second - first) / HOUR_SECONDS
  const step = LABEL_STEPS.find((hours) => (width / times.length / hoursOfBar) * hours >= LABEL_WIDTH) ?? 720
  const labelled: number[] = []
  for (const time of times) {
    const isNear = time - (labelled.at(-1) ?? -Infinity) < step * HOUR_SECONDS
    if (!isNear && new Date(time * 1_000).getHours() % Math.min(step, 24) === 0) labelled.push(time)
  }
  return labelled
}

const HOUR_SECONDS = 3_600

/** Midnights alone are days. */
function labelsOf(times: readonly number[]): string[] {
  const areDays = times.length > 1 && times.every((time, at) => at === 0 || time - (times[at - 1] ?? 0) > SHORTEST_DAY)
  return times.map((time) => (areDays ? dayOf(new Date(time * 1_000).toISOString()) : hourOfDay(time)))
}

/** Where clocks are put forward, by two hours at most. */
const SHORTEST_DAY = 21 * HOUR_SECONDS

function hourOfDay(seconds: number): string {
  return minuteOf(new Date(seconds * 1_000).toISOString())
}

/** Of a drawing, in pixels: nobody reads a smaller one. */
const LEAST_WIDTH = 120
const NONE = { show: false }
const FONT = '11px system-ui, sans-serif'
/** Of things that are counted, there are no halves. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 12 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b)
