/**
 * The honest customers: who lives with whom, works where, and has which cards and devices. All of a customer follows from the
 * seed and the customer's number.
 */
import { createRandom, type Random } from '../random.ts'
import type { PaymentPlan } from './payment.ts'

export interface Payer {
  readonly customerId: string
  readonly region: string
  readonly cards: readonly string[]
  /** The first is the one that is used most. */
  readonly devices: readonly string[]
  readonly home: string
  /** Of the household; a phone has one of its carrier. */
  readonly network: string
  readonly office: string | null
  /** What an order of theirs costs, as the mean of the logarithm of cents. */
  readonly spends: number
}

const REGIONS = ['FR', 'FR', 'FR', 'DE', 'DE', 'ES', 'IT', 'BE', 'AT', 'NL'] as const
/** Two live together in 4 of 10 households, three and more in 2. */
const HOUSEHOLDS = [1, 1, 1, 1, 2, 2, 2, 2, 3, 4] as const
const OFFICE_SHARE = 0.15
const PEOPLE_IN_OFFICE = 25
/** A household's tablet that all of it use. */
const SHARED_DEVICE = 0.3
const SECOND_CARD = 0.35
const SECOND_DEVICE = 0.45
/** An order costs 25 EUR in the middle of all customers. */
const SPENDS = Math.log(2_500)
const MOST_REMEMBERED = 100_000

export class Population {
  readonly #seed: number
  /** Customers; each pays some two times in a month. */
  readonly #size: number
  /** Made again where they are forgotten. */
  readonly #payers = new Map<number, Payer>()

  constructor({ seed, perDay }: Pick<PaymentPlan, 'seed' | 'perDay'>) {
    this.#seed = seed
    this.#size = Math.max(50, Math.round(perDay * 6.5))
  }

  /** Half of all orders are those of a fifth of the customers. */
  someone(random: Random): Payer {
    const share = random.unit() ** 2
    return this.payer(Math.floor(share * this.#size))
  }

  payer(number: number): Payer {
    const known = this.#payers.get(number)
    if (known !== undefined) return known
    if (this.#payers.size >= MOST_REMEMBERED) this.#payers.clear()
    const payer = this.#made(number)
    this.#payers.set(number, payer)
    return payer
  }

  #made(number: number): Payer {
    const own = createRandom(this.#seed, `payer ${String(number)}`)
    const household = this.#householdOf(number)
    const shared = createRandom(this.#seed, `household ${String(household)}`)
    const region = shared.pick(REGIONS)
    const id = String(number)
    const devices = [
      ...(shared.unit() < SHARED_DEVICE && own.unit() < 0.5 ? [`tablet-${String(household)}`] : []),
      `phone-${id}`,
      ...(own.unit() < SECOND_DEVICE ? [`laptop-${id}`] : []),
    ]
    return {
      customerId: `payer-${id.padStart(6, '0')}`,
      region,
      cards: own.unit() < SECOND_CARD ? [`card-${id}-1`, `card-${id}-2`] : [`card-${id}-1`],
      devices,
      home: `home-${String(household)}`,
      network: `line-${String(household)}`,
      office:
        own.unit() < OFFICE_SHARE
          ? `office-${String(own.int(0, Math.ceil((this.#size * OFFICE_SHARE) / PEOPLE_IN_OFFICE)))}`
          : null,
      spends: SPENDS + normal(own) * 0.6,
    }
  }

  /** Neighbours by number live together: the first of a household says how many. */
  #householdOf(number: number): number {
    const block = number - (number % 20)
    let first = block
    for (;;) {
      const people = createRandom(this.#seed, `people of ${String(first)}`).pick(HOUSEHOLDS)
      if (number < first + people) return first
      first += people
    }
  }
}

/** Of the standard normal distribution. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.unit()))
  return radius * Math.cos(2 * Math.PI * random.unit())
}

/** A whole number that is so much on average. */
export function wholeOf(mean: number, random: Random): number {
  const whole = Math.floor(mean)
  return whole + (random.unit() < mean - whole ? 1 : 0)
}
