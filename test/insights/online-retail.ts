/** Real baskets: test/data/README.md says whose. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export interface Basket {
  /** Seconds since 1970. */
  readonly at: number
  /** Products by their numbers, in the order of the lines. */
  readonly products: readonly number[]
}

/** The day on which the test weeks begin. */
export const SPLIT = Date.parse('2011-10-15T00:00:00Z') / 1_000

/** 19,773, in order of time. */
export function readBaskets(): readonly Basket[] {
  const bytes = gunzipSync(readFileSync(new URL('../data/online-retail-baskets.bin.gz', import.meta.url)))
  const count = bytes.readUInt32LE(0)
  const lengths = 4 + 4 * count
  const low = lengths + 4 * count
  const total = (bytes.length - low) / 2
  const baskets: Basket[] = []
  for (let index = 0, line = 0; index < count; index++) {
    const length = bytes.readUInt32LE(lengths + 4 * index)
    const products = Array.from({ length }, (_, nth) => {
      const at = low + line + nth
      return (bytes[at] ?? 0) + 256 * (bytes[at + total] ?? 0)
    })
    baskets.push({ at: bytes.readUInt32LE(4 + 4 * index), products })
    line += length
  }
  return baskets
}

export interface HitRates {
  /** Share of baskets of whose second half something was among ten offered. */
  readonly half: number
  /** Share of baskets whose last line was. */
  readonly last: number
}

/** What is asked is cut at 100 lines, hidden lines are not. `offer`: the ten products for a basket. */
export function hitRates(
  baskets: readonly Basket[],
  offer: (basket: readonly string[]) => readonly string[],
): HitRates {
  const asked = baskets.filter(({ products }) => products.length >= 2)
  const hits = { half: 0, last: 0 }
  for (const { products } of asked) {
    const skus = products.map(String)
    for (const [kind, given] of [
      ['half', Math.ceil(skus.length / 2)],
      ['last', skus.length - 1],
    ] as const) {
      const hidden = new Set(skus.slice(given))
      if (offer(skus.slice(0, given).slice(0, 100)).some((sku) => hidden.has(sku))) hits[kind] += 1
    }
  }
  return { half: hits.half / asked.length, last: hits.last / asked.length }
}

export interface DailyDemand {
  readonly sku: string
  /** YYYY-MM-DD. */
  readonly from: string
  /** Of 374 days. */
  readonly units: readonly number[]
}

/** Of 3,791 products. */
export function readDemand(): readonly DailyDemand[] {
  const text = gunzipSync(readFileSync(new URL('../data/online-retail-demand.jsonl.gz', import.meta.url))).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DailyDemand)
}
