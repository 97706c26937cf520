/** What the simulated gateway decides and notes, whatever carries the questions: deterministic by seed and key. */
import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { sameMoney } from '../../domain/values.ts'
import type { Money } from '../../schemas/events.ts'
import { chargeKey } from '../../reactors/payments/gateway-keys.ts'
import type { Charge, ChargeOutcome, Refund } from '../../reactors/payments/gateway.ts'
import type { Clock } from '../clock.ts'
import { drawFaults, judgeCharge, latencyOf, referenceOf, type Behaviour, type DrawnFaults } from './behaviour.ts'
import type { Book, BookedCharge, RefundObjection, Settlement, Webhook } from './book.ts'
import { WebhookSender, type WebhookTarget } from './webhook-sender.ts'

export interface SimulatorOptions extends Behaviour {
  /** 0: any free port. */
  readonly port: number
  /** The file of its book; created where it is missing. */
  readonly book: string
  /** Null: outcomes are reported to nobody. */
  readonly webhook: WebhookTarget | null
  readonly clock: Clock
  /** Milliseconds after which a webhook is sent again for the first time. */
  readonly firstPause?: number
}

export interface Reversal {
  /** Of the charge. */
  readonly key: string
  readonly amount: Money
}

export class Simulator {
  readonly book: Book
  readonly #options: SimulatorOptions
  readonly #sender: WebhookSender
  readonly #stopping = new AbortController()
  readonly #counts = new Map<string, number>()

  constructor(options: SimulatorOptions, book: Book) {
    this.#options = options
    this.book = book
    // Each request that takes its time listens; hundreds of them are no leak.
    setMaxListeners(0, this.#stopping.signal)
    this.#sender = new WebhookSender({
      clock: options.clock,
      copies: ({ body }) => (this.faultsOf('webhook', String(body['key'])).twice ? 2 : 1),
      onDelivered: ({ number }) => {
        book.write({ kind: 'delivered', webhook: number })
        // Lost in a crash, it is sent once more.
        book.synced().catch(() => undefined)
      },
      ...(options.firstPause !== undefined && { firstPause: options.firstPause }),
    })
  }

  /** Goes on with what was left when the last process ended: pending charges, and webhooks that were not delivered. */
  resume(): void {
    if (this.#options.webhook !== null) this.#sender.sendTo(this.#options.webhook)
    for (const webhook of this.book.webhooks.values()) this.#sender.add(webhook)
    for (const charge of this.book.charges.values()) this.#settleLater(charge)
  }

  sendWebhooksTo(target: WebhookTarget): void {
    this.#sender.sendTo(target)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#sender.stop()
  }

  /** Draws what goes wrong with the next request of this kind about this key. */
  faultsOf(request: string, key: string): DrawnFaults {
    const name = `${request} ${key}`
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return drawFaults(this.#options, name, count)
  }

  /** Resolves once the gateway has taken its time over a key. */
  async think(key: string): Promise<void> {
    await this.wait(latencyOf(this.#options, key))
  }

  /** Ends at once when the gateway stops. */
  async wait(millis: number): Promise<void> {
    if (millis > 0) await pause(millis, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }

  /** The charge under its key, new or known; `conflict`: known with another amount. */
  charge(asked: Charge): BookedCharge | 'conflict' {
    const known = this.book.charges.get(asked.key)
    if (known !== undefined) return sameMoney(known.amount, asked.amount) ? known : 'conflict'
    const { outcome, pendingMs } = judgeCharge(this.#options, asked.key, asked.method)
    const settles: Settlement | null = pendingMs === 0 ? null : { at: this.#options.clock() + pendingMs, outcome }
    const now: ChargeOutcome = settles === null ? outcome : { status: 'pending' }
    this.#write((webhook) => ({ kind: 'charge', ...asked, outcome: now, settles, webhook }), {
      ...(settles === null && { body: { key: asked.key, ...outcome } }),
    })
    const charge = this.book.charges.get(asked.key)
    if (charge === undefined) throw new Error('a charge that was written is not in the book')
    this.#settleLater(charge)
    return charge
  }

  /** The reference of the refund under its key, new or known, or why it is refused. */
  refund(asked: Refund): { readonly reference: string } | { readonly objection: RefundObjection } {
    const objection = this.book.objectionTo(asked)
    if (objection !== null) return { objection }
    const known = this.book.refunds.get(asked.key)
    if (known !== undefined) return known
    const { key, orderId, attempt, amount } = asked
    const reference = referenceOf('simr', this.#options.seed, key)
    const entry = { kind: 'refund', key, charge: chargeKey(orderId, attempt), amount, reference } as const
    this.#write((webhook) => ({ ...entry, webhook }), { body: { key, status: 'refunded', reference } })
    return { reference }
  }

  /** What a customer's bank or the provider's desk takes back, as often as it is asked for; null: nothing was captured there. */
  reverse({ key, amount }: Reversal): { readonly reference: string } | null {
    const charge = this.book.charges.get(key)
    if (charge?.outcome.status !== 'captured' || charge.amount.currency !== amount.currency) return null
    const reference = referenceOf('simv', this.#options.seed, `${key} ${this.book.reversals.length + 1}`)
    this.#write((webhook) => ({ kind: 'reversal', key, amount, reference, webhook }), {
      body: { key, status: 'reversed', amount, reference },
    })
    return { reference }
  }

  /** Writes an entry, and after its sync sends the webhook that it brings. */
  #write(
    entryWith: (webhook: Webhook | null) => Parameters<Book['write']>[0],
    { body }: { readonly body?: Webhook['body'] },
  ): void {
    const webhook = body !== undefined && this.#sender.hasTarget ? { number: this.book.nextWebhook(), body } : null
    this.book.write(entryWith(webhook))
    if (webhook !== null)
      void this.book.synced().then(
        () => this.#sender.add(webhook),
        () => undefined,
      )
  }

  #settleLater({ key, outcome, settles }: BookedCharge): void {
    if (outcome.status !== 'pending' || settles === null) return
    void this.wait(settles.at - this.#options.clock()).then(() => {
      if (this.#stopping.signal.aborted) return
      this.#write((webhook) => ({ kind: 'settled', key, outcome: settles.outcome, webhook }), {
        body: { key, ...settles.outcome },
      })
    })
  }
}
