/** When people order in the course of a day: quiet at night, a first peak at noon, the main one in the evening. */
import { createRandom, weightsOf } from './random.ts'

const HOUR = 3_600_000

/** How busy each hour of the day is (0 to 23 o'clock), in parts of 1,000. */
export const ordersByHour: readonly number[] = [
  14, 8, 5, 4, 4, 7, 14, 25, 38, 48, 54, 58, 62, 56, 52, 52, 54, 58, 64, 74, 82, 76, 57, 34,
]

const hourWeights = weightsOf(ordersByHour)

/**
 * The moments at which `count` orders come in during one day, in milliseconds since midnight, ascending: each hour gets
 * its share, and within an hour customers come independently of each other.
 */
export function arrivalsOfDay(seed: number, count: number): Float64Array {
  const random = createRandom(seed, 'day')
  return Float64Array.from({ length: count }, () => (random.weighted(hourWeights) + random.unit()) * HOUR).sort()
}
