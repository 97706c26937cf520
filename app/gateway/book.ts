/** What the simulated gateway knows: charges, refunds and reversals, and which webhooks are still to be delivered. */
import type { Money } from '../../schemas/events.ts'
import { sameMoney } from '../../domain/values.ts'
import { chargeKey } from '../../reactors/payments/gateway-keys.ts'
import type { Charge, ChargeOutcome, Refund } from '../../reactors/payments/gateway.ts'
import { damagedBook, openBookFile, type BookFile } from './book-file.ts'

/** A line of the file. */
export type Entry =
  | (Charge & {
      readonly kind: 'charge'
      readonly outcome: ChargeOutcome
      readonly settles: Settlement | null
    } & Webhooked)
  | ({ readonly kind: 'settled'; readonly key: string; readonly outcome: ChargeOutcome } & Webhooked)
  | ({
      readonly kind: 'refund'
      readonly key: string
      readonly charge: string
      readonly amount: Money
      readonly reference: string
    } & Webhooked)
  | ({
      readonly kind: 'reversal'
      readonly key: string
      readonly amount: Money
      readonly reference: string
    } & Webhooked)
  | { readonly kind: 'delivered'; readonly webhook: number }

interface Webhooked {
  /** Null: no webhook was sent about it. */
  readonly webhook: Webhook | null
}

export interface Webhook {
  /** Its number in this book, from 1. */
  readonly number: number
  readonly body: Readonly<Record<string, unknown>>
}

/** How a pending charge ends, and when (milliseconds since 1970). */
export interface Settlement {
  readonly at: number
  readonly outcome: ChargeOutcome
}

export interface BookedCharge extends Charge {
  outcome: ChargeOutcome
  readonly settles: Settlement | null
  /** Minor units that refunds and reversals have left; below 0 where more was reversed than that. */
  left: number
}

export interface BookedRefund {
  readonly key: string
  readonly charge: string
  readonly amount: Money
  readonly reference: string
}

export interface BookedReversal {
  /** Of the charge. */
  readonly key: string
  readonly amount: Money
  readonly reference: string
}

/** Why a refund is refused; `conflict`: its key has another amount. */
export type RefundObjection = 'unknown-charge' | 'not-captured' | 'wrong-reference' | 'more-than-left' | 'conflict'

export class Book {
  readonly charges = new Map<string, BookedCharge>()
  readonly refunds = new Map<string, BookedRefund>()
  readonly reversals: BookedReversal[] = []
  /** Not delivered yet, by number. */
  readonly webhooks = new Map<number, Webhook>()
  #file: BookFile | null = null
  #lastWebhook = 0

  /** Reads back what the file holds, and creates it where it is missing. Throws a StartFailure. */
  static async open(path: string): Promise<Book> {
    const book = new Book()
    book.#file = await openBookFile(path, (line) => {
      try {
        book.#apply(line as Entry)
      } catch (cause) {
        throw damagedBook(path, 'a line that no gateway wrote', cause)
      }
    })
    return book
  }

  /** A number for a webhook that the next entry brings. */
  nextWebhook(): number {
    return this.#lastWebhook + 1
  }

  write(entry: Entry): void {
    this.#file?.append(entry)
    this.#apply(entry)
  }

  /** Resolves when everything written so far is on the disk: only then may an answer speak of it. */
  async synced(): Promise<void> {
    await this.#file?.synced()
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  /** Null: it may be paid back. */
  objectionTo({ key, orderId, attempt, reference, amount }: Refund): RefundObjection | null {
    const known = this.refunds.get(key)
    const charge = this.charges.get(chargeKey(orderId, attempt))
    if (known !== undefined) return known.charge === charge?.key && sameMoney(known.amount, amount) ? null : 'conflict'
    if (charge === undefined) return 'unknown-charge'
    if (charge.outcome.status !== 'captured') return 'not-captured'
    if (charge.outcome.reference !== reference) return 'wrong-reference'
    const fits = amount.currency === charge.amount.currency && amount.amount <= charge.left
    return fits ? null : 'more-than-left'
  }

  #apply(entry: Entry): void {
    switch (entry.kind) {
      case 'charge': {
        const { key, orderId, attempt, method, amount, outcome, settles } = entry
        this.charges.set(key, { key, orderId, attempt, method, amount, outcome, settles, left: amount.amount })
        break
      }
      case 'settled':
        this.#charge(entry.key).outcome = entry.outcome
        break
      case 'refund': {
        const { key, charge, amount, reference } = entry
        this.refunds.set(key, { key, charge, amount, reference })
        this.#charge(charge).left -= amount.amount
        break
      }
      case 'reversal': {
        const { key, amount, reference } = entry
        this.#charge(key).left -= amount.amount
        this.reversals.push({ key, amount, reference })
        break
      }
      case 'delivered':
        this.webhooks.delete(entry.webhook)
        return
      default:
        throw new Error('an entry of an unknown kind')
    }
    if (entry.webhook === null) return
    this.#lastWebhook = Math.max(this.#lastWebhook, entry.webhook.number)
    this.webhooks.set(entry.webhook.number, entry.webhook)
  }

  #charge(key: string): BookedCharge {
    const charge = this.charges.get(key)
    if (charge === undefined) throw new Error('an entry about a charge that is not in the book')
    return charge
  }
}
