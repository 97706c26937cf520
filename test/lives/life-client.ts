/**
 * People who live whole lives of orders: they place, pay, cancel, dispatch, deliver, return and give goodwill. Some pay with cards
 * that many pay with, and what is then on hold is looked at by somebody, cancelled, or released in time. Each command has
 * a key and is asked again until it is answered, whatever dies meanwhile; each answer is noted, and held against the log later.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { DomainEvent } from '../../schemas/events.ts'
import type { Random } from '../../simulation/random.ts'
import { skuOf } from '../faults/shop.ts'

/** What somebody heard has happened to an order: this many events of these types are in its streams, and not one more. */
export type Acknowledged = Partial<Record<DomainEvent['type'], number>>

export interface LifeClientOptions {
  /** Where the services are now. */
  readonly urls: () => readonly string[]
  readonly random: Random
  readonly products: number
  readonly customers: readonly { readonly customerId: string; readonly vip: boolean }[]
}

interface ShownAttempt {
  readonly status: string
  readonly hold: { readonly alertId: string } | null
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Of the attempts to pay with a card, those with one that strangers pay with too; how many such cards there are. */
const SHARED = { share: 0.2, cards: 2 }
/** Of what is on hold: what becomes of it, and how often. The rest is released when its time is over. */
const LOOKS = { cancelled: 0.15, honest: 0.3, fraud: 0.3 }
/** Of an attempt to pay. */
const OPEN: readonly unknown[] = ['pending', 'held']
const METHODS = ['card', 'card', 'card', 'paypal', 'bank-transfer'] as const
/** Milliseconds after which a command that is still not answered is an error. */
const PATIENCE = 180_000
/**
 * Those of one command: what it found was changed by something that was under way, or by time. Money that came late for an
 * order that has expired goes back, and there is no delivery.
 */
const OVERTAKEN = ['order-not-payable', 'order-not-cancellable', 'delivery-not-found', 'delivery-not-possible']

export class LifeClient {
  /** By order. */
  readonly journal = new Map<string, Acknowledged>()
  /** Answers that mean: ask again. */
  busy = 0
  readonly #options: LifeClientOptions
  readonly #agent = new Agent({ connections: 64, headersTimeout: 20_000, bodyTimeout: 20_000 })
  #lives = 0
  #keys = 0
  #asked = 0

  constructor(options: LifeClientOptions) {
    this.#options = options
  }

  /** One life, from the order to wherever it ends. */
  async live(): Promise<void> {
    const { random, products, customers } = this.#options
    const orderId = `life-${String((this.#lives += 1)).padStart(6, '0')}`
    const { customerId, vip } = random.pick(customers)
    const known: Acknowledged = {}
    this.journal.set(orderId, known)
    const lines = [{ sku: skuOf(random.int(0, products - 1)), quantity: random.int(1, 3) }]
    await this.#told(known, 'OrderPlaced', await this.#ask('/orders', { orderId, customerId, lines }))

    if (random.unit() < 0.05) return this.#cancel(known, orderId)
    // Left to expire.
    if (random.unit() < 0.02) return
    for (let attempt = 1; attempt <= 3; attempt++) {
      const method = vip && random.unit() < 0.3 ? 'on-account' : random.pick(METHODS)
      const isShared = method === 'card' && random.unit() < SHARED.share
      const card = isShared ? { card: `shared-${String(random.int(1, SHARED.cards))}` } : {}
      const begun = await this.#ask('/payments', { orderId, method, ...card })
      if (!(await this.#told(known, 'PaymentRequested', begun))) return
      if (random.unit() < 0.05) return this.#cancel(known, orderId)
      const { status } = begun.body
      const outcome = OPEN.includes(status) ? await this.#outcome(known, orderId) : status
      if (outcome === 'over') return
      if (outcome === 'captured') return this.#deliver(known, orderId)
    }
    return this.#cancel(known, orderId)
  }

  async close(): Promise<void> {
    // Not destroyed: a connection that is cut at that moment would end this process (undici closes it once more).
    await this.#agent.close()
  }

  async #deliver(known: Acknowledged, orderId: string): Promise<void> {
    const { random } = this.#options
    const report = (action: string, body: object = {}) => this.#ask(`/deliveries/${orderId}/${action}`, body)
    if (random.unit() < 0.1) return this.#cancel(known, orderId)
    if (random.unit() < 0.1) await this.#goodwill(known, orderId)
    if (!(await this.#told(known, 'DeliveryDispatched', await report('dispatch', { dispatch: 1 })))) return
    if (random.unit() < 0.1) {
      await this.#told(known, 'DeliveryFailed', await report('fail', { dispatch: 1, reason: 'nobody at home' }))
      if (random.unit() < 0.3) return this.#cancel(known, orderId)
      await this.#told(known, 'DeliveryDispatched', await report('dispatch', { dispatch: 2 }))
    }
    await this.#told(known, 'DeliveryDelivered', await report('deliver'))
    if (random.unit() < 0.1) await this.#goodwill(known, orderId)
    if (random.unit() < 0.1) {
      await this.#told(known, 'OrderReturned', await this.#ask(`/orders/${orderId}/return`, { reason: 'too small' }))
    }
  }

  async #cancel(known: Acknowledged, orderId: string): Promise<void> {
    await this.#told(known, 'OrderCancelled', await this.#ask(`/orders/${orderId}/cancel`, {}))
  }

  async #goodwill(known: Acknowledged, orderId: string): Promise<void> {
    const amount = { amount: this.#options.random.int(1, 500), currency: 'EUR' }
    await this.#told(
      known,
      'RefundRequested',
      await this.#ask(`/payments/${orderId}/refund`, { amount, reason: 'late' }),
    )
  }

  /** False: it came too late for this order. */
  async #told(known: Acknowledged, type: DomainEvent['type'], { status, body }: Answer): Promise<boolean> {
    if (status < 300) known[type] = (known[type] ?? 0) + 1
    else if (!OVERTAKEN.includes(String(body['code']))) {
      throw new Error(`what should have been ${type} was answered ${String(status)}: ${JSON.stringify(body)}`)
    }
    return Promise.resolve(status < 300)
  }

  /** What became of the last attempt; `over`: its order ended while it was on hold. */
  async #outcome(known: Acknowledged, orderId: string): Promise<unknown> {
    let isLookedAt = false
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await pause(250)) {
      const answer = await this.#send('GET', `/payments/${orderId}`, null, null)
      const attempts = answer?.status === 200 ? (answer.body['attempts'] as readonly ShownAttempt[]) : []
      const { status = 'pending', hold = null } = attempts.at(-1) ?? {}
      if (!OPEN.includes(status)) return status
      if (hold === null || isLookedAt) continue
      isLookedAt = true
      if (await this.#lookAt(known, orderId, hold.alertId)) return 'over'
    }
    throw new Error(`nobody says what became of the payment of ${orderId}`)
  }

  /** What somebody does about an attempt on hold. True: the order is over. */
  async #lookAt(known: Acknowledged, orderId: string, alertId: string): Promise<boolean> {
    const chance = this.#options.random.unit()
    if (chance < LOOKS.cancelled) {
      await this.#cancel(known, orderId)
      return true
    }
    if (chance >= LOOKS.cancelled + LOOKS.honest + LOOKS.fraud) return false
    const path = `/fraud-alerts/${alertId}`
    await this.#shown(path)
    const verdict = chance < LOOKS.cancelled + LOOKS.honest ? 'honest' : 'fraud'
    const reviewed = await this.#ask(`${path}/review`, { verdict })
    await this.#told(known, 'FraudReviewed', reviewed)
    const isOver = reviewed.body['order'] === 'cancelled'
    if (isOver) await this.#told(known, 'OrderCancelled', reviewed)
    return isOver
  }

  /** Resolves when the read model has it. */
  async #shown(path: string): Promise<void> {
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await pause(50)) {
      if ((await this.#send('GET', path, null, null))?.status === 200) return
    }
    throw new Error(`${path} is not shown`)
  }

  async #ask(path: string, body: object): Promise<Answer> {
    const key = `life-key-${String((this.#keys += 1)).padStart(8, '0')}`
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await pause(50)) {
      const answer = await this.#send('POST', path, body, key)
      if (answer !== null) return answer
      this.busy += 1
    }
    throw new Error(`${path} was not answered: ${JSON.stringify(body)}`)
  }

  /** Null: ask again. */
  async #send(method: 'GET' | 'POST', path: string, body: object | null, key: string | null): Promise<Answer | null> {
    const urls = this.#options.urls()
    const url = urls[(this.#asked += 1) % Math.max(1, urls.length)]
    if (url === undefined) return null
    try {
      const answer = await request(`${url}${path}`, {
        dispatcher: this.#agent,
        method,
        headers: { 'content-type': 'application/json', ...(key !== null && { 'idempotency-key': key }) },
        body: body === null ? null : JSON.stringify(body),
      })
      const { statusCode: status } = answer
      const text = await answer.body.text()
      if (status === 408 || status >= 500) return null
      return { status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
    } catch {
      return null
    }
  }
}
