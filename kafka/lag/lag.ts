/**
 * How a reader of a partition (or of the log) does, from samples of how far it is and how far it could be. Pure. The
 * verdicts need no thresholds to be set: a reader is held against itself over a sliding window, as Burrow does
 * (https://github.com/linkedin/Burrow/wiki/Consumer-Lag-Evaluation-Rules), and the age of what is unread is
 * interpolated, as kafka-lag-exporter does.
 */

/** At one moment. `position`: the next to read; `end`: behind the newest. Both on one scale; `at` in milliseconds. */
export interface Sample {
  readonly at: number
  readonly position: number
  readonly end: number
  /** The oldest that is kept: what was deleted before it was read cannot be read, and moves nobody. Default: 0. */
  readonly start?: number
}

/**
 * - `OK`: has read everything, or moves and holds its distance.
 * - `WARN`: moves, but less than what comes in: it falls behind.
 * - `UNKNOWN`: it could not be looked at, or not lately.
 * - `STALLED`: somebody is there to read, and nothing is read though there is something.
 * - `STOPPED`: there is something to read, and nobody there to read it.
 */
export type Verdict = 'OK' | 'WARN' | 'UNKNOWN' | 'STALLED' | 'STOPPED'

export const VERDICTS = ['OK', 'WARN', 'UNKNOWN', 'STALLED', 'STOPPED'] as const satisfies readonly Verdict[]

export type Trend = 'falling' | 'steady' | 'rising'

export interface Progress {
  readonly behind: number
  /** A second, over the window. */
  readonly inRate: number
  readonly outRate: number
  /** Of `behind`. */
  readonly trend: Trend
  /** Seconds until nothing is left, at these rates; null: never, or not known yet. */
  readonly etaSeconds: number | null
  readonly verdict: Verdict
  /** False while it was not watched for long enough to say more than OK. */
  readonly settled: boolean
}

/** Older samples say nothing about now. */
export const WINDOW_MS = 60_000
/** A reader that moves does so within this time: clients commit every five seconds or more often. */
const STANDS_STILL_MS = 10_000
/** The shortest time over which a trend can be distinguished from the steps in which readers commit. */
const TREND_MS = 6_000
const TREND_SAMPLES = 6

/** `samples`: ascending by time, one at least. `served`: somebody is there to read. */
export function judge(samples: readonly Sample[], served: boolean): Progress {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined) throw new RangeError('without a sample there is nothing to judge')
  const behind = behindOf(last)
  const seconds = (last.at - first.at) / 1_000
  const rate = (of: (sample: Sample) => number) => (seconds <= 0 ? 0 : Math.max(0, (of(last) - of(first)) / seconds))
  const [inRate, outRate] = [rate(({ end }) => end), rate(({ position }) => position)]
  const gain = outRate - inRate
  return {
    behind,
    inRate,
    outRate,
    trend: trendOf(samples),
    etaSeconds: behind === 0 ? 0 : gain > 0 ? behind / gain : null,
    ...verdictOf(samples, served),
  }
}

/**
 * How long ago the oldest unread record came, in seconds: when the end passed it, between the two samples around it.
 * 0 when nothing is unread; null when it came before the first sample.
 */
export function secondsBehind(samples: readonly Sample[], now: number): number | null {
  const last = samples.at(-1)
  if (last === undefined || behindOf(last) === 0) return 0
  const next = nextOf(last)
  const after = samples.findIndex(({ end }) => end > next)
  const [before, passed] = [samples[after - 1], samples[after]]
  if (passed === undefined || before === undefined) return null
  const share = (next - before.end) / (passed.end - before.end)
  return Math.max(0, now - (before.at + share * (passed.at - before.at))) / 1_000
}

/** The worse of the two. */
export function worse(one: Verdict, other: Verdict): Verdict {
  return VERDICTS.indexOf(one) >= VERDICTS.indexOf(other) ? one : other
}

/** The samples with one more, without those that are too old. What was recreated or reset begins again. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1)
  if (last !== undefined && (sample.end < last.end || sample.position < last.position)) return [sample]
  return [...samples.filter(({ at }) => at >= sample.at - WINDOW_MS), sample]
}

function verdictOf(samples: readonly Sample[], served: boolean): Pick<Progress, 'verdict' | 'settled'> {
  const last = samples.at(-1)
  if (last === undefined || behindOf(last) === 0) return { verdict: 'OK', settled: true }
  if (!served) return { verdict: 'STOPPED', settled: true }
  const still = tail(samples, (sample) => behindOf(sample) > 0 && sample.position === last.position)
  if (spanOf(still) >= STANDS_STILL_MS) return { verdict: 'STALLED', settled: true }
  const unread = tail(samples, (sample) => behindOf(sample) > 0)
  // One that has not moved may be stuck; that is not falling behind, and takes a little longer to tell.
  const moved = unread[0]?.position !== last.position
  const long = moved && isLong(unread)
  if (long && trendOf(unread) === 'rising') return { verdict: 'WARN', settled: true }
  return { verdict: 'OK', settled: still.length < samples.length && (long || unread.length < samples.length) }
}

/**
 * Readers commit in steps, so what is unread goes up and down like a saw: only when the lowest points rise from third
 * to third of the time is it rising, and only when the highest fall is it falling.
 */
function trendOf(samples: readonly Sample[]): Trend {
  if (!isLong(samples)) return 'steady'
  const [first, middle, last] = thirds(samples).map((third) => third.map(behindOf))
  if (first === undefined || middle === undefined || last === undefined) return 'steady'
  const [low, high] = [
    (values: readonly number[]) => Math.min(...values),
    (values: readonly number[]) => Math.max(...values),
  ]
  if (low(first) < low(middle) && low(middle) < low(last)) return 'rising'
  return high(first) > high(middle) && high(middle) > high(last) ? 'falling' : 'steady'
}

function thirds(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const [from, span] = [samples[0]?.at ?? 0, spanOf(samples)]
  const third = ({ at }: Sample) => Math.min(2, Math.floor((3 * (at - from)) / span))
  const cut = [0, 1, 2].map((index) => samples.filter((sample) => third(sample) === index))
  return cut.every(({ length }) => length > 0) ? cut : []
}

function isLong(samples: readonly Sample[]): boolean {
  return samples.length >= TREND_SAMPLES && spanOf(samples) >= TREND_MS
}

/**
 * Whether it has been working off a backlog until now: what else its reader has waits for its turn. One that has read
 * everything every now and then keeps nobody waiting.
 */
export function worksOffBacklog(samples: readonly Sample[]): boolean {
  const last = samples.at(-1)
  if (last === undefined) return false
  const recent = samples.filter(({ at }) => at >= last.at - STANDS_STILL_MS)
  if (recent[0]?.position === last.position) return false
  const doneAt = recent.findIndex((sample) => behindOf(sample) === 0)
  const unread = tail(doneAt === -1 ? samples : samples.slice(0, samples.length - recent.length + doneAt), (sample) => {
    return behindOf(sample) > 0
  })
  return spanOf(unread) >= TREND_MS
}

function behindOf(sample: Sample): number {
  return Math.max(0, sample.end - nextOf(sample))
}

/** The next that can be read. */
export function nextOf({ position, start = 0 }: Sample): number {
  return Math.max(position, start)
}

/**
 * The position of a reader of which it is known how much is `left`. What came between the look at that and the look at the
 * end does not move it back.
 */
export function reachedWith(
  left: number,
  { committed, end, before }: { readonly committed: number; readonly end: number; readonly before: Sample | undefined },
): number {
  const reached = Math.max(committed, end - left)
  const back = (before?.position ?? reached) - reached
  return before !== undefined && back > 0 && back <= end - before.end ? before.position : reached
}

function spanOf(samples: readonly Sample[]): number {
  return (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)
}

/** The last ones, as far back as they are all like that. */
function tail(samples: readonly Sample[], like: (sample: Sample) => boolean): readonly Sample[] {
  return samples.slice(samples.findLastIndex((sample) => !like(sample)) + 1)
}
