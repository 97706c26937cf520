/**
 * Durations counted in log-linear buckets: 128 to each doubling, so a percentile is at most 1/128 above the exact one,
 * in 26 kB however many are recorded. Microseconds inside, milliseconds outside.
 */
const SUB_BUCKET_BITS = 7
const SUB_BUCKETS = 2 ** SUB_BUCKET_BITS
// Whole numbers below 256 us have a bucket each; above, the top eight bits of the number choose it.
const LINEAR_LIMIT = 2 * SUB_BUCKETS
const LONGEST_MICROS = 2 ** 31 - 1
const BUCKETS = bucketOf(LONGEST_MICROS) + 1

export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS)
  #count = 0
  #sum = 0
  #max = 0

  /** Counts one duration in milliseconds; negative ones count as 0, ones past 35 minutes fall into the last bucket. */
  record(millis: number): void {
    const micros = Math.min(Math.max(Math.round(millis * 1_000), 0), LONGEST_MICROS)
    const bucket = bucketOf(micros)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count += 1
    this.#sum += micros
    this.#max = Math.max(this.#max, micros)
  }

  /** Adds everything another histogram has counted. */
  add(other: LatencyHistogram): void {
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
    this.#count += other.#count
    this.#sum += other.#sum
    this.#max = Math.max(this.#max, other.#max)
  }

  get count(): number {
    return this.#count
  }

  /** Milliseconds; exact. 0 when nothing was recorded. */
  get max(): number {
    return this.#max / 1_000
  }

  /** Milliseconds; exact. 0 when nothing was recorded. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count / 1_000
  }

  /** Milliseconds that `percent` of the durations did not exceed, never understated. 0 when nothing was recorded. */
  percentile(percent: number): number {
    const rank = Math.max(Math.ceil((percent / 100) * this.#count), 1)
    let seen = 0
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count
      if (seen >= rank) return Math.min(upperEdgeOf(bucket), this.#max) / 1_000
    }
    return 0
  }
}

function bucketOf(micros: number): number {
  if (micros < LINEAR_LIMIT) return micros
  const shift = 31 - Math.clz32(micros) - SUB_BUCKET_BITS
  return shift * SUB_BUCKETS + (micros >>> shift)
}

/** The longest duration that falls into a bucket. */
function upperEdgeOf(bucket: number): number {
  if (bucket < LINEAR_LIMIT) return bucket
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1
  const top = bucket - shift * SUB_BUCKETS
  return (top + 1) * 2 ** shift - 1
}
