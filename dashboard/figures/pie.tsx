/** Parts of a whole as a pie, each with its share beside it: nobody needs the colours to read it. */
import { t } from '../texts/text.ts'
import { count } from '../parts/format.ts'

export interface Slice {
  readonly name: string
  readonly value: number
}

const RADIUS = 60
const CENTRE = 64
/** From this share on there is room for a number on it. */
const LABELLED = 0.08
/** As many colours as style/pages.css has. */
const COLOURS = 6

export function Pie({ label, slices }: { readonly label: string; readonly slices: readonly Slice[] }) {
  const all = slices.reduce((sum, { value }) => sum + value, 0)
  const some = slices.filter(({ value }) => value > 0)
  if (all === 0) return null
  const starts = some.map((_, index) => some.slice(0, index).reduce((sum, { value }) => sum + value, 0) / all)
  return (
    <div class="pie">
      <svg viewBox="0 0 128 128" width="160" height="160" role="img" aria-label={label}>
        {some.map(({ name, value }, index) => {
          const [start = 0, share] = [starts[index], value / all]
          const [x, y] = onCircle(start + share / 2, RADIUS * 0.62)
          return (
            <g key={name}>
              <path class={`slice slice-${String(index % COLOURS)}`} d={sliceOf(start, share)} />
              {share >= LABELLED && (
                <text x={x} y={y} text-anchor="middle" dominant-baseline="central">
                  {String(index + 1)}
                </text>
              )}
            </g>
          )
        })}
      </svg>
      <ol aria-hidden="true">
        {some.map(({ name, value }, index) => (
          <li key={name}>
            <span class={`swatch slice-${String(index % COLOURS)}`}>{String(index + 1)}</span> {name}{' '}
            <strong>{t('payments.share', { percent: count(Math.round((value / all) * 100)) })}</strong>
          </li>
        ))}
      </ol>
    </div>
  )
}

/** `start` and `share` of a whole turn, from the top on. */
function sliceOf(start: number, share: number): string {
  if (share >= 1) {
    const half = `${String(RADIUS)} ${String(RADIUS)} 0 1 1`
    const [top, bottom] = [CENTRE - RADIUS, CENTRE + RADIUS].map(String)
    return `M ${String(CENTRE)} ${top ?? ''} A ${half} ${String(CENTRE)} ${bottom ?? ''} A ${half} ${String(CENTRE)} ${top ?? ''} Z`
  }
  const from = onCircle(start, RADIUS).map(String).join(' ')
  const to = onCircle(start + share, RADIUS)
    .map(String)
    .join(' ')
  const arc = `${String(RADIUS)} ${String(RADIUS)} 0 ${share > 0.5 ? '1' : '0'} 1`
  return `M ${String(CENTRE)} ${String(CENTRE)} L ${from} A ${arc} ${to} Z`
}

function onCircle(turn: number, radius: number): [number, number] {
  const angle = turn * 2 * Math.PI
  return [round(CENTRE + radius * Math.sin(angle)), round(CENTRE - radius * Math.cos(angle))]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
