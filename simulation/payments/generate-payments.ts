/**
 * Payments of a shop that is made up, with fraud and who did what, for measuring what finds it. Honest people share homes, offices,
 * devices and networks, give presents, are declined and try again, travel and get new devices; without them every rule would
 * look perfect.
 *
 * Time goes in steps of one hour, and each hour has a source of chance of its own: the first lines are the same however
 * many are asked for.
 */
import { createRandom, weightsOf, type Random } from '../random.ts'
import { fraudOf } from './fraud-cases.ts'
import { honestAttempts } from './honest-payers.ts'
import type { GeneratedPayment, PaymentPlan } from './payment.ts'
import { Population, wholeOf } from './population.ts'
import { Regulars } from './regulars.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Orders by hour of the day, in UTC: measured on an online shop from 8 to 19 h, thin in the night. */
const hours = [
  ...[0.006, 0.004, 0.003, 0.003, 0.004, 0.006, 0.012, 0.02, 0.03, 0.07, 0.11, 0.11],
  ...[0.145, 0.125, 0.11, 0.11, 0.065, 0.03, 0.012, 0.012, 0.01, 0.01, 0.01, 0.008],
]
/** From Sunday on. */
const weekdays = [0.11, 0.155, 0.175, 0.18, 0.205, 0.155, 0.02]
const HOURS = weightsOf(hours).total
const WEEKDAYS = weightsOf(weekdays).total
/** An attempt leads to this many lines on average, for those who are declined try again. */
const LINES_PER_ORDER = 1.06

/** In order of arrival. */
export function* generatePayments(plan: PaymentPlan): Generator<GeneratedPayment, void, undefined> {
  const population = new Population(plan)
  const regulars = new Regulars()
  let waiting: GeneratedPayment[] = []
  let count = 0
  for (let hour = 0; ; hour += 1) {
    const start = plan.from + hour * HOUR
    const random = createRandom(plan.seed, `payments of hour ${String(hour)}`)
    waiting.push(...attemptsOf(hour, { plan, population, regulars, random }))
    waiting.sort(byArrival)
    const ripe = waiting.filter(({ at }) => at < start + HOUR)
    waiting = waiting.slice(ripe.length)
    for (const payment of ripe) {
      regulars.see(payment)
      yield payment
      count += 1
      if (count === plan.count) return
    }
  }
}

interface Making {
  readonly plan: PaymentPlan
  readonly population: Population
  readonly regulars: Regulars
  readonly random: Random
}

/** Those that begin in an hour; their tries may come in a later one. */
function attemptsOf(hour: number, { plan, population, regulars, random }: Making): readonly GeneratedPayment[] {
  const start = plan.from + hour * HOUR
  const day = new Date(start)
  const share = ((hours[day.getUTCHours()] ?? 0) / HOURS) * 7 * ((weekdays[day.getUTCDay()] ?? 0) / WEEKDAYS)
  const orders = (plan.perDay * share) / LINES_PER_ORDER
  const made: GeneratedPayment[] = []
  for (let index = wholeOf(orders * (1 - plan.fraud), random); index > 0; index -= 1) {
    const at = start + random.int(0, HOUR - 1)
    made.push(...honestAttempts({ at, order: `${hour}-${index}`, population, random }))
  }
  made.push(...fraudOf({ start, hour, payments: orders * LINES_PER_ORDER * plan.fraud, regulars, random }))
  return plan.oneNetwork === undefined ? made : made.map((each) => onOneNetwork(each, plan.oneNetwork ?? 0, random))
}

function onOneNetwork(payment: GeneratedPayment, share: number, random: Random): GeneratedPayment {
  return random.unit() < share ? { ...payment, network: 'carrier' } : payment
}

function byArrival(one: GeneratedPayment, other: GeneratedPayment): number {
  return one.at - other.at || (one.orderId < other.orderId ? -1 : 1)
}

/** Where a file of `count` payments begins that ends about at `end`. */
export function fromFor({ count, perDay }: Pick<PaymentPlan, 'count' | 'perDay'>, end: number): number {
  const from = end - (count / perDay) * DAY
  return from - (from % HOUR)
}
