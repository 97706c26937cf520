/** What a figure promises, and what it found. */
import type { Cleanup } from './cleanup.ts'

export type Unit = '' | 'x' | '/s' | 'µs' | 'ms' | 's' | 'MB' | 'B'

/** One number of a figure. `must` and `goal` null: stated, not judged. */
export interface Target {
  readonly what: string
  readonly unit: Unit
  readonly better: 'more' | 'less'
  readonly must: number | null
  readonly goal: number | null
}

export interface Bounds {
  readonly must: number
  /** Absent: what it must reach is all that is asked. */
  readonly goal?: number | null
}

export interface BenchContext {
  /** How often each comparison is repeated. */
  readonly rounds: number
  /** How long one load lasts. */
  readonly seconds: number
  /** How many orders the figures of a long-lived shop place first. */
  readonly orders: number
  /** Ends with the figure. */
  readonly scope: Cleanup
  /** Ends with the run, for what several figures share. */
  readonly wholeRun: Cleanup
  /** Says what is being done, for those who watch. */
  note(text: string): void
}

export interface Figure<Name extends string = string> {
  readonly id: string
  readonly title: string
  /** In the order in which they are printed. */
  readonly numbers: Readonly<Record<Name, Target>>
  run(context: BenchContext): Promise<Measured<Name>>
}

/** What each round found, by the names of the numbers. */
export type Measured<Name extends string = string> = readonly Readonly<Record<Name, number>>[]

/** States a figure so that the compiler knows the names of its numbers. */
export function figure<const Name extends string>(definition: Figure<Name>): Figure {
  return definition
}

export function atLeast(what: string, unit: Unit, { must, goal = null }: Bounds): Target {
  return { what, unit, better: 'more', must, goal }
}

export function atMost(what: string, unit: Unit, { must, goal = null }: Bounds): Target {
  return { what, unit, better: 'less', must, goal }
}

export function stated(what: string, unit: Unit): Target {
  return { what, unit, better: unit === '/s' || unit === 'x' ? 'more' : 'less', must: null, goal: null }
}

/** Measures as often as the run has rounds. */
export async function inRounds<Name extends string>(
  { rounds, note }: BenchContext,
  measure: (round: number) => Promise<Readonly<Record<Name, number>>>,
): Promise<Measured<Name>> {
  const measured: Readonly<Record<Name, number>>[] = []
  for (let round = 1; round <= rounds; round++) {
    note(`round ${round} of ${rounds}`)
    measured.push(await measure(round))
  }
  return measured
}
