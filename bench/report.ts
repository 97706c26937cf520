/** What was measured, as lines for people, as a table for the document, and as data. */
import type { Figure, Measured, Target, Unit } from './figure.ts'
import type { Machine } from './machine/machine.ts'
import { FULL_ORDERS, type Options } from './options.ts'
import { judge, type Result } from './verdict.ts'

/** One number of one figure, with everything that a report says of it. */
export interface Row extends Result, Target {
  readonly id: string
  readonly samples: readonly number[]
}

/** Everything that `--json` keeps. */
export interface Report {
  readonly measuredAt: string
  readonly machine: Machine
  readonly rounds: number
  readonly seconds: number
  readonly orders: number
  readonly rows: readonly Row[]
  /** Figures that could not be measured, and why. */
  readonly failures: readonly { readonly id: string; readonly reason: string }[]
}

/** Figures that say something about a shop, or a page, of a certain age; in a younger one nothing is judged. */
const LONG_LIVED = ['F3', 'F4', 'G1', 'U4']

/** Throws when a number has no sample. */
export function rowsOf(
  { id, numbers }: Figure,
  measured: Measured,
  { orders }: Pick<Options, 'orders'>,
): readonly Row[] {
  const judged = orders >= FULL_ORDERS || !LONG_LIVED.includes(id)
  return Object.entries(numbers).map(([name, target]) => {
    const samples = measured.map((round) => round[name] ?? Number.NaN)
    const bounded = judged ? target : { ...target, must: null, goal: null }
    return { id, ...bounded, samples, ...judge(bounded, samples) }
  })
}

/** False when a number that must be reached was missed, or a figure could not be measured. */
export function succeeded({ rows, failures }: Report): boolean {
  return failures.length === 0 && rows.every(({ verdict }) => verdict !== 'missed')
}

/** `P1  orders ÷ echoes, 64 connections  0.46x (0.44 to 0.49)  must >= 0.25x  goal >= 0.5x  ✔` */
export function lineOf(row: Row): string {
  const { id, what, verdict, goalReached } = row
  const mark = verdict === 'stated' ? '' : verdict === 'reached' ? `✔${goalReached === true ? ' goal' : ''}` : '✖'
  const cells = [id.padEnd(3), what.padEnd(62), valueOf(row).padEnd(30), boundOf(row, 'must').padEnd(15)]
  return [...cells, boundOf(row, 'goal').padEnd(15), mark].join(' ').trimEnd()
}

export function machineLines(machine: Machine): readonly string[] {
  const { cpu, cores, memoryGb, system, node, postgres, revision, fdatasyncMs, loader, warnings } = machine
  return [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}`,
    `Node ${node}, Postgres ${postgres}, revision ${revision}, loader ${loader}`,
    `8 kB write + fdatasync: ${fdatasyncMs.toFixed(3)} ms (median of 1,000)`,
    ...warnings.map((warning) => `! ${warning}`),
  ]
}

/** The part of docs/performance.md that comes from a run. */
export function markdownOf({ measuredAt, machine, rounds, seconds, rows, failures }: Report): string {
  const body = rows.map((row) => {
    const mark = row.verdict === 'stated' ? '' : row.verdict === 'reached' ? '✔' : '✖'
    return `| ${[row.id, row.what, valueOf(row), boundOf(row, 'must', ''), boundOf(row, 'goal', ''), mark].join(' | ')} |`
  })
  return [
    ...machineLines(machine).map((line) => `- ${line}`),
    `- ${rounds} rounds, loads of ${seconds} s, ${measuredAt.slice(0, 10)}; medians, in brackets the smallest and largest`,
    '',
    '| # | what | measured | must | goal | |',
    '|---|---|---|---|---|---|',
    ...body,
    ...failures.map(({ id, reason }) => `| ${id} | not measured: ${reason.split('\n')[0] ?? ''} | | | | ✖ |`),
  ].join('\n')
}

/** The median with its unit, and between which bounds the samples lay. */
function valueOf({ median, min, max, unit, samples }: Row): string {
  const middle = quantity(median, unit)
  return samples.length === 1 ? middle : `${middle} (${digits(min, unit)} to ${digits(max, unit)})`
}

function boundOf(row: Row, kind: 'must' | 'goal', prefix = `${kind} `): string {
  const bound = row[kind]
  return bound === null ? '' : `${prefix}${row.better === 'more' ? '≥' : '≤'} ${bound}${suffix(row.unit)}`
}

function quantity(value: number, unit: Unit): string {
  return `${digits(value, unit)}${suffix(unit)}`
}

function suffix(unit: Unit): string {
  return unit === '' || unit === 'x' || unit === '/s' ? unit : ` ${unit}`
}

function digits(value: number, unit: Unit): string {
  switch (unit) {
    case '':
    case '/s':
    case 'MB':
    case 'B':
    case 'µs':
      return Math.round(value).toLocaleString('en-US')
    case 'ms':
      return value.toFixed(1)
    case 'x':
    case 's':
      return value.toFixed(2)
  }
}
