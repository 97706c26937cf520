/** Judges samples against what was promised. */
import type { Target } from './figure.ts'

export type Verdict = 'reached' | 'missed' | 'stated'

export interface Result {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly verdict: Verdict
  /** Null where there is no goal. */
  readonly goalReached: boolean | null
}

/** The median decides; min and max show how far rounds lie apart. Throws without a sample. */
export function judge(target: Target, samples: readonly number[]): Result {
  if (samples.length === 0 || samples.some((sample) => !Number.isFinite(sample))) {
    throw new Error(`"${target.what}" has no usable samples: [${samples.join(', ')}]`)
  }
  const middle = median(samples)
  const holds = (bound: number) => (target.better === 'more' ? middle >= bound : middle <= bound)
  return {
    median: middle,
    min: Math.min(...samples),
    max: Math.max(...samples),
    verdict: target.must === null ? 'stated' : holds(target.must) ? 'reached' : 'missed',
    goalReached: target.goal === null ? null : holds(target.goal),
  }
}

/** Of an even number of samples the mean of the middle two; NaN of none. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
