/**
 * What becomes of the orders of the demo, played beside the running service: paid, declined, cancelled or delivered. Only
 * a simulated gateway is asked for money; what needs none is decided here, and the reactors do the rest. It is played by
 * the process that filled the shop and by no later one: what that one left stays placed, and expires.
 *
 *   waiting -> start: playing -> over (all played, stopped, or the store failed: told once)
 */
import { deliverOrderCommand, dispatchOrderCommand } from '../../commands/delivery.ts'
import { cancelOrderCommand } from '../../commands/order.ts'
import { requestPaymentCommand } from '../../commands/payment.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { deliverOrder, dispatchOrder } from '../../domain/delivery.ts'
import { cancelOrder } from '../../domain/end-order.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { lifeGenerator, type Life } from '../../simulation/lives.ts'
import type { Executor } from '../../store/commit/command.ts'
import { executing, type DemoOrder, type DemoReach } from './demo.ts'

export interface DemoLivesParts {
  readonly executor: Executor
  readonly shop: ShopSettings
  readonly seed: number
  readonly reach: Pick<DemoReach, 'payments'>
  /** Told once; nothing more is played. */
  readonly onError: (error: unknown) => void
}

/** Of more orders than that, the others stay placed: what follows a payment is work for a while. */
const MOST_LIVES = 1_000

export class DemoLives {
  readonly #orders: readonly DemoOrder[]
  readonly #parts: DemoLivesParts
  #stopped = false
  #playing: Promise<void> = Promise.resolve()

  constructor(orders: readonly DemoOrder[], parts: DemoLivesParts) {
    this.#orders = orders.slice(0, MOST_LIVES)
    this.#parts = parts
  }

  /** Resolves when all is over, whatever ended it; nobody has to wait for that. */
  start(): Promise<void> {
    this.#playing = this.#play().catch(this.#parts.onError)
    return this.#playing
  }

  /** Resolves when the step under way is committed. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#playing
  }

  /** One step after the other: requests of people never wait for more than one. */
  async #play(): Promise<void> {
    const { executor, shop, seed } = this.#parts
    const execute = executing(executor, shop)
    const nextLife = lifeGenerator(seed)
    for (const { orderId, tier } of this.#orders) {
      for (const step of stepsOf(orderId, nextLife(tier), this.#parts)) {
        if (this.#stopped) return
        await execute(step)
      }
    }
  }
}

type Step = (read: Read) => Decision<unknown>

/** A refused step is left: somebody else has cancelled the order, or paid it. */
function stepsOf(orderId: string, { methods, cancel }: Life, { shop, reach }: DemoLivesParts): readonly Step[] {
  const [method] = methods
  const cancelling: Step = (read) => cancelOrder(cancelOrderCommand(orderId, { reason: 'changed my mind' }), read)
  if (cancel?.from === 'placed') return [cancelling]
  if (method === undefined || (method !== 'on-account' && !reach.payments)) return []
  const paying: Step = (read) => requestPayment(requestPaymentCommand({ orderId, method }, shop), read)
  if (cancel !== null) return [paying, cancelling]
  if (method !== 'on-account') return [paying]
  return [
    paying,
    (read) => dispatchOrder(dispatchOrderCommand(orderId, null), read),
    (read) => deliverOrder(deliverOrderCommand(orderId, null), read),
  ]
}
