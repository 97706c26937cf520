/**
 * Three kinds of fraud. A ring: one stolen card, many accounts made for it, two devices, three addresses. Testing: a list of
 * stolen cards tried with small amounts, most of them declined. A takeover: the account of a known customer from a new device,
 * sent to a new address, for much more than usual.
 */
import type { Random } from '../random.ts'
import type { FraudCase, GeneratedPayment } from './payment.ts'
import { normal, wholeOf } from './population.ts'
import type { Regulars } from './regulars.ts'

export interface FraudHour {
  readonly start: number
  readonly hour: number
  /** Payments of fraud in this hour, on average. */
  readonly payments: number
  /** Customers who have paid before. */
  readonly regulars: Regulars
  readonly random: Random
}

/** Of all payments of fraud; divided by how many a case has, that gives how many cases there are. */
const SHARES = { ring: 0.32, testing: 0.6, takeover: 0.08 } as const
const PER_CASE = { ring: 12.5, testing: 26, takeover: 1 } as const
const HOUR = 3_600_000
const SECOND = 1_000

/** All payments of the cases that begin in this hour. */
export function fraudOf(fraud: FraudHour): readonly GeneratedPayment[] {
  const { payments, random } = fraud
  return (['ring', 'testing', 'takeover'] as const).flatMap((kind) => {
    const cases = wholeOf((payments * SHARES[kind]) / PER_CASE[kind], random)
    return Array.from({ length: cases }, (_, index) =>
      MAKERS[kind](`${kind}-${String(fraud.hour)}-${String(index)}`, fraud),
    ).flat()
  })
}

type Maker = (id: string, fraud: FraudHour) => readonly GeneratedPayment[]

const MAKERS: Readonly<Record<FraudCase['kind'], Maker>> = { ring, testing, takeover }

function ring(id: string, { start, random }: FraudHour): readonly GeneratedPayment[] {
  const accounts = random.int(6, 17)
  const region = random.pick(['FR', 'DE', 'ES'])
  let at = start + random.int(0, HOUR - 1)
  const made: GeneratedPayment[] = []
  for (let account = 0; account < accounts; account += 1) {
    const declined = random.unit() < 0.12
    const tries = declined && random.unit() < 0.5 ? 2 : 1
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      made.push({
        ...payment({ at, id, kind: 'ring', random }),
        ...{
          orderId: `${id}-${String(account)}`,
          attempt,
          customerId: `${id}-account-${String(account)}`,
          method: 'card',
          region,
        },
        ...{ amount: { amount: random.int(4_000, 30_000), currency: 'EUR' } },
        ...outcome(declined && attempt === 1),
        ...{ card: `${id}-card`, cardRegion: random.unit() < 0.5 ? region : 'US' },
        ...{ device: `${id}-device-${String(random.int(1, 2))}`, address: `${id}-address-${String(random.int(1, 3))}` },
        network: `${id}-network`,
      })
      at += random.int(10, 70) * SECOND
    }
  }
  return made
}

function testing(id: string, { start, random }: FraudHour): readonly GeneratedPayment[] {
  const cards = random.int(10, 40)
  const accounts = random.int(1, 3)
  let at = start + random.int(0, HOUR - 1)
  return Array.from({ length: cards }, (_, index) => {
    at += random.int(3, 18) * SECOND
    return {
      ...payment({ at, id, kind: 'testing', random }),
      ...{ orderId: `${id}-${String(index)}`, attempt: 1, customerId: `${id}-account-${String(index % accounts)}` },
      ...{ method: 'card', region: 'FR', amount: { amount: random.int(100, 400), currency: 'EUR' } },
      ...outcome(random.unit() < 0.85),
      ...{ card: `${id}-card-${String(index)}`, cardRegion: random.pick(['FR', 'US', 'GB', 'BR']) },
      ...{ device: `${id}-device`, address: `${id}-address`, network: `${id}-network` },
    }
  })
}

function takeover(id: string, { start, regulars, random }: FraudHour): readonly GeneratedPayment[] {
  const victim = regulars.someone(random)
  if (victim === null) return []
  const { customerId, region, card, mean } = victim
  const amount = Math.round(mean * 5 * Math.exp(normal(random) * 0.3))
  const own = random.unit() < 0.6
  return [
    {
      ...payment({ at: start + random.int(0, HOUR - 1), id, kind: 'takeover', random }),
      ...{ orderId: id, attempt: 1, customerId, method: 'card', region, amount: { amount, currency: 'EUR' } },
      ...outcome(random.unit() < 0.1),
      ...{ card: own ? card : `${id}-card`, cardRegion: own ? region : random.pick(['US', region]) },
      ...{ device: `${id}-device`, address: `${id}-address`, network: `${id}-network` },
    },
  ]
}

function payment({ at, id, kind, random }: Pick<FraudCase, 'kind'> & { at: number; id: string; random: Random }) {
  return { at, settledAt: at + random.int(400, 2_500), fraud: { case: id, kind } }
}

function outcome(declined: boolean) {
  return declined ? ({ outcome: 'declined', reason: 'do-not-honour' } as const) : ({ outcome: 'captured' } as const)
}
