/** What becomes of simulated orders: most are paid and delivered, some declined, given up or never paid. */
import type { PaymentMethod } from '../domain/payments/payment.ts'
import { createRandom, weightsOf } from './random.ts'

const MINUTE = 60_000

/** Times in milliseconds of the shop's day. */
export interface Life {
  /** From the order to its first payment. */
  readonly payAfter: number
  /** Tried one after the other while they are declined; none: nobody pays it. */
  readonly methods: readonly PaymentMethod[]
  /** From the order (`placed`), or from its payment, until the customer gives it up; null: never. */
  readonly cancel: { readonly from: 'placed' | 'paid'; readonly after: number } | null
}

// Paid, never paid, given up before and after it is paid, in parts of 100.
const ends = ['paid', 'unpaid', 'given-up', 'regretted'] as const
const endWeights = weightsOf([89, 4, 4, 3])
const methods = ['card', 'paypal', 'bank-transfer'] as const
const methodWeights = weightsOf([65, 22, 13])
/** Of VIPs, on account. */
const ACCOUNT_SHARE = 0.7
/** Of those who are declined, with another method. */
const SECOND_TRY_SHARE = 0.5

/** An endless generator of lives: the same seed and tiers give the same lives in the same order. */
export function lifeGenerator(seed: number): (tier: 'standard' | 'vip') => Life {
  const random = createRandom(seed, 'lives')
  return (tier) => {
    const end = ends[random.weighted(endWeights)] ?? 'paid'
    const onAccount = random.unit() < ACCOUNT_SHARE && tier === 'vip'
    const first = methods[random.weighted(methodWeights)] ?? 'card'
    const second = random.pick(methods.filter((method) => method !== first))
    const again = random.unit() < SECOND_TRY_SHARE
    const [payAfter, cancelAfter] = [random.int(1, 10) * MINUTE, random.int(2, 20) * MINUTE]
    const pays = end === 'paid' || end === 'regretted'
    return {
      payAfter,
      methods: !pays ? [] : onAccount ? ['on-account'] : again ? [first, second] : [first],
      cancel:
        end === 'given-up'
          ? { from: 'placed', after: cancelAfter }
          : end === 'regretted'
            ? { from: 'paid', after: cancelAfter }
            : null,
    }
  }
}
