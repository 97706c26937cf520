/** Few numbers beside each other, as bars with their names and values. What they are stands in a table beneath it, too. */

export interface Bar {
  readonly name: string
  readonly value: number
  /** How the value is written. */
  readonly text: string
}

interface BarsProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  readonly bars: readonly Bar[]
  /** As a funnel: bars stand in the middle. */
  readonly centred?: boolean
}

const ROW = 38
const THICKNESS = 12
/** A drawing is never lower. */
const LOWEST = 76
const LONGEST_NAME = 32

/** Widths are in percent, so that letters keep their size however wide it is. */
export function Bars({ label, bars, centred = false }: BarsProps) {
  const values = bars.map(({ value }) => value)
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const width = (value: number) => (high === low ? 0 : (100 * Math.abs(value)) / (high - low))
  const zero = width(low)
  return (
    <svg class="bars" role="img" aria-label={label} width="100%" height={Math.max(LOWEST, bars.length * ROW)}>
      {bars.map(({ name, value, text }, index) => (
        <g key={name} aria-hidden="true">
          <text x="0" y={index * ROW + 14}>
            {name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name}
          </text>
          <text class="value" x="100%" y={index * ROW + 14} text-anchor="end">
            {text}
          </text>
          <rect class="track" x="0" y={index * ROW + 20} width="100%" height={THICKNESS} rx="3" />
          <rect
            class={value < 0 ? 'bar below' : 'bar'}
            x={percent(centred ? (100 - width(value)) / 2 : value < 0 ? zero - width(value) : zero)}
            y={index * ROW + 20}
            width={percent(width(value))}
            height={THICKNESS}
            rx="3"
          />
        </g>
      ))}
    </svg>
  )
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`
}
