/** The customers who have paid at least twice: of whom a shop knows what they pay, and from where. */
import type { Random } from '../random.ts'
import type { GeneratedPayment } from './payment.ts'

export interface Regular {
  readonly customerId: string
  readonly region: string
  readonly card: string | null
  /** Of what they paid, in minor units. */
  readonly mean: number
}

const TIMES = 2

export class Regulars {
  readonly #known = new Map<string, { count: number; sum: number; last: GeneratedPayment }>()
  readonly #regular: string[] = []

  see(payment: GeneratedPayment): void {
    if (payment.fraud !== null || payment.outcome !== 'captured') return
    const { customerId, amount } = payment
    const known = this.#known.get(customerId) ?? { count: 0, sum: 0, last: payment }
    known.count += 1
    known.sum += amount.amount
    known.last = payment.card === null ? known.last : payment
    this.#known.set(customerId, known)
    if (known.count === TIMES) this.#regular.push(customerId)
  }

  /** Null: none yet. */
  someone(random: Random): Regular | null {
    if (this.#regular.length === 0) return null
    const known = this.#known.get(random.pick(this.#regular))
    if (known === undefined) return null
    const { customerId, region, card } = known.last
    return { customerId, region, card, mean: known.sum / known.count }
  }
}
