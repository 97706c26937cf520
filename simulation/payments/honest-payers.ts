/** What honest customers do, and what of it looks like fraud: shared devices, offices, presents, second tries, travels. */
import type { Random } from '../random.ts'
import type { GeneratedPayment } from './payment.ts'
import { normal, type Payer, type Population } from './population.ts'

export interface HonestOrder {
  readonly at: number
  /** Unique among the honest ones. */
  readonly order: string
  readonly population: Population
  readonly random: Random
}

const METHOD_SHARES = { card: 0.72, paypal: 0.2 } as const
const DECLINED_SHARE = { card: 0.07, paypal: 0.03, 'bank-transfer': 0.01 } as const
/** Of those who are declined, they try again; each time fewer. */
const AGAIN_SHARE = 0.65
const OTHER_CARD_SHARE = 0.4
const MOST_ATTEMPTS = 5
/** Shares of orders. */
const GIFT = 0.03
const TRAVEL = 0.015
const NEW_DEVICE = 0.008
const BORROWED_CARD = 0.004
const LARGE = 0.004

/** An order, with all attempts to pay it. */
export function honestAttempts({ at, order, population, random }: HonestOrder): readonly GeneratedPayment[] {
  const payer = population.someone(random)
  const place = placeOf(payer, { order, population, random })
  const amount = amountOf(payer, random)
  const orderId = `h-${order}`
  const made: GeneratedPayment[] = []
  let method = methodOf(random)
  let card = cardOf(payer, { population, random })
  let time = at
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const declined = random.unit() < DECLINED_SHARE[method] * (attempt === 1 ? 1 : 4)
    const settledAt = time + random.int(400, 2_500)
    made.push({
      ...{ at: time, orderId, attempt, customerId: payer.customerId, amount: { amount, currency: 'EUR' }, method },
      ...(declined
        ? { outcome: 'declined', reason: random.pick(['insufficient-funds', 'do-not-honour', 'wrong-code']) }
        : { outcome: 'captured' }),
      ...{ settledAt, region: payer.region, ...place, fraud: null },
      ...(method === 'card' ? card : { card: null, cardRegion: null }),
    })
    if (!declined || random.unit() > AGAIN_SHARE) return made
    time = settledAt + random.int(8_000, 90_000)
    if (random.unit() < OTHER_CARD_SHARE) {
      if (payer.cards.length > 1) card = { ...card, card: random.pick(payer.cards) }
      else method = method === 'card' ? 'paypal' : 'card'
    }
  }
  return made
}

function placeOf(payer: Payer, { order, population, random }: Omit<HonestOrder, 'at'>) {
  const gift = random.unit() < GIFT ? population.someone(random).home : null
  const travels = random.unit() < TRAVEL
  const atWork = payer.office !== null && random.unit() < 0.4
  const device =
    random.unit() < NEW_DEVICE ? `new-${order}` : random.unit() < 0.9 ? payer.devices[0] : random.pick(payer.devices)
  return {
    device: device ?? random.pick(payer.devices),
    address: gift ?? (atWork && payer.office !== null && random.unit() < 0.1 ? payer.office : payer.home),
    network: travels
      ? `hotel-${String(random.int(0, 400))}`
      : atWork
        ? `net-${payer.office ?? ''}`
        : random.unit() < 0.3
          ? mobile(random)
          : payer.network,
  }
}

/** A carrier has many people behind few addresses. */
function mobile(random: Random): string {
  return `mobile-${String(random.int(0, 60))}`
}

/** Their own, and now and then that of one they live with; some cards are of another country. */
function cardOf(payer: Payer, { population, random }: Pick<HonestOrder, 'population' | 'random'>) {
  const borrowed = random.unit() < BORROWED_CARD ? population.someone(random).cards[0] : undefined
  const card = borrowed ?? (random.unit() < 0.85 ? payer.cards[0] : random.pick(payer.cards)) ?? null
  return { card, cardRegion: random.unit() < 0.03 ? random.pick(['GB', 'US', 'CH']) : payer.region }
}

function methodOf(random: Random): GeneratedPayment['method'] {
  const at = random.unit()
  if (at < METHOD_SHARES.card) return 'card'
  return at < METHOD_SHARES.card + METHOD_SHARES.paypal ? 'paypal' : 'bank-transfer'
}

function amountOf({ spends }: Payer, random: Random): number {
  const cents = Math.exp(spends + normal(random) * 0.5) * (random.unit() < LARGE ? 6 : 1)
  return Math.max(100, Math.round(cents))
}
