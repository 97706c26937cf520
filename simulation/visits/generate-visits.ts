/**
 * What the customers of a shop that is made up do before they order, as events that POST /user-events takes. How often, how
 * far apart and how far they come is as in real shops: 800 clicks to 52 carts to 10 orders (OTTO); clicks of a visit 3 in the
 * middle, 7 for one in ten; 55 s between them in the middle, 296 s for one in ten (YooChoose). Some come late, some twice.
 *
 * Time goes in steps of one hour, and each hour has a source of chance of its own: the first lines are the same however
 * many are asked for.
 */
import type { UserEventType } from '../../commands/user-event.ts'
import { createRandom, weightsOf, type Random } from '../random.ts'
import { ordersByHour } from '../day.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOURS = weightsOf(ordersByHour).total

/** Clicks of a visit: log-normal. */
const CLICKS = { median: 3, sigma: 0.7, most: 60 }
/** Milliseconds between two of them: log-normal, below the pause that ends a session. */
const GAP = { median: 55_000, sigma: 1.31, most: 29 * 60_000 }
/** Events of a visit on average: what `perDay` is divided by. */
const EVENTS_PER_VISIT = 4.4

const CART = 0.068
const REMOVED = 0.05
/** Of visits with something in the cart. */
const CHECKOUT = 0.46
const ATTEMPT = 0.8
const PAID = 0.88
const LATE = { by: 60_000, share: 0.02 }
const VERY_LATE = { by: HOUR, share: 0.001 }
const TWICE = 0.001
const KNOWN_CUSTOMERS = 0.35
/** Products that are looked at together stand together in the list. */
const GROUP = 10
const IN_GROUP = 0.7
const POPULARITY_EXPONENT = 0.6

export interface VisitPlan {
  readonly seed: number
  /** Events in all. */
  readonly count: number
  /** Events a day, on average. */
  readonly perDay: number
  /** Milliseconds since 1970. */
  readonly from: number
  /** Products, bestsellers first. */
  readonly skus: readonly string[]
}

/** As JSON has it. */
export interface GeneratedEvent {
  readonly eventId: string
  readonly type: UserEventType
  readonly at: number
  readonly subject: string
  readonly customerId?: string
  readonly sku?: string
  readonly quantity?: number
  readonly channel: 'web' | 'mobile'
}

interface Arrival {
  readonly at: number
  readonly event: GeneratedEvent
}

/** In order of arrival, with when each arrives. */
export function* generateVisits(plan: VisitPlan): Generator<Arrival, void, undefined> {
  const popularity = weightsOf(plan.skus.map((_sku, index) => 1 / (index + 1) ** POPULARITY_EXPONENT))
  let waiting: Arrival[] = []
  let count = 0
  for (let hour = 0; ; hour += 1) {
    const start = plan.from + hour * HOUR
    const random = createRandom(plan.seed, `visits of hour ${String(hour)}`)
    const share = (ordersByHour[new Date(start).getUTCHours()] ?? 0) / HOURS
    for (let visits = wholeOf((plan.perDay * share) / EVENTS_PER_VISIT, random); visits > 0; visits -= 1) {
      for (const event of visit({ start, random, skus: plan.skus, popularity }))
        waiting.push(...arrivals(event, random))
    }
    waiting.sort((one, other) => one.at - other.at || (one.event.eventId < other.event.eventId ? -1 : 1))
    const ripe = waiting.filter(({ at }) => at < start + HOUR)
    waiting = waiting.slice(ripe.length)
    for (const arrival of ripe) {
      yield arrival
      count += 1
      if (count === plan.count) return
    }
  }
}

/** Where a file of `count` events begins that ends about at `end`. */
export function fromFor({ count, perDay }: Pick<VisitPlan, 'count' | 'perDay'>, end: number): number {
  const from = end - (count / perDay) * DAY
  return from - (from % HOUR)
}

interface Visit {
  readonly start: number
  readonly random: Random
  readonly skus: readonly string[]
  readonly popularity: ReturnType<typeof weightsOf>
}

function* visit({ start, random, skus, popularity }: Visit): Generator<GeneratedEvent, void, undefined> {
  const number = random.int(1, 20_000)
  const isCustomer = random.unit() < KNOWN_CUSTOMERS
  const customerId = `customer-${String(1 + (number % 500)).padStart(5, '0')}`
  const who = isCustomer ? { subject: customerId, customerId } : { subject: `visitor-${String(number)}` }
  const channel = random.unit() < 0.55 ? 'mobile' : 'web'
  let at = start + random.int(0, HOUR - 1)
  const event = (type: UserEventType, more: Pick<GeneratedEvent, 'sku' | 'quantity'> = {}): GeneratedEvent => {
    const made = { eventId: uuid(random), type, at, ...who, ...more, channel } as const
    at += Math.round(logNormal(random, GAP))
    return made
  }
  const first = random.weighted(popularity)
  const group = first - (first % GROUP)
  const cart: string[] = []
  for (let clicks = Math.round(logNormal(random, CLICKS)); clicks > 0; clicks -= 1) {
    const kind = random.unit()
    if (kind < 0.05) yield event('page_view')
    else if (kind < 0.09) yield event('search')
    const inGroup = group + random.int(0, GROUP - 1)
    const index = random.unit() < IN_GROUP && inGroup < skus.length ? inGroup : random.weighted(popularity)
    const sku = skus[index]
    if (sku === undefined) continue
    yield event('product_view', { sku })
    if (random.unit() >= CART) continue
    cart.push(sku)
    yield event('add_to_cart', { sku, quantity: 1 })
    if (random.unit() < REMOVED) yield event('remove_from_cart', { sku: cart.pop() ?? sku, quantity: 1 })
  }
  if (cart.length === 0 || random.unit() >= CHECKOUT) return
  yield event('checkout')
  if (random.unit() >= ATTEMPT) return
  yield event('payment_attempt')
  if (random.unit() < PAID) {
    yield event('payment_success')
    yield event('order_completed')
  } else {
    yield event('payment_failure')
  }
}

function arrivals(event: GeneratedEvent, random: Random): readonly Arrival[] {
  const lateness = random.unit()
  const late = lateness < VERY_LATE.share ? VERY_LATE.by : lateness < VERY_LATE.share + LATE.share ? LATE.by : 0
  const at = event.at + (late === 0 ? 0 : random.int(1, late))
  const again = random.unit() < TWICE ? [{ at: at + random.int(100, 5_000), event }] : []
  return [{ at, event }, ...again]
}

/** A whole number with this mean. */
function wholeOf(mean: number, random: Random): number {
  return Math.floor(mean) + (random.unit() < mean % 1 ? 1 : 0)
}

function logNormal(random: Random, { median, sigma, most }: typeof CLICKS): number {
  // Box and Muller.
  const normal = Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit())
  return Math.min(median * Math.exp(sigma * normal), most)
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random.unit() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}
