/** A shop whose orders are paid: reactors on a real simulated gateway, as processes run them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import type { SimulatorOptions } from '../../app/gateway/simulator.ts'
import { systemClock } from '../../app/clock.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { order } from '../../domain/order.ts'
import { payment, type PaymentMethod } from '../../domain/payments/payment.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { placeOrder } from '../../domain/place-order.ts'
import { expireOrders } from '../../reactors/expire-orders.ts'
import { payments } from '../../reactors/payments/payments.ts'
import type { PaymentGateway } from '../../reactors/payments/gateway.ts'
import { httpGateway } from '../../reactors/payments/http-gateway.ts'
import type { ReactorParts } from '../../reactors/serving/serve-reactors.ts'
import type { Executor } from '../../store/commit/command.ts'
import type { LeasedWorker } from '../../store/log/under-lease.ts'
import { startStoreProcess, type StoreProcess } from '../support/store-process.ts'
import { appendEvents } from '../support/append-events.ts'
import { openReacting, shopEvents, type Reacting } from './reacting.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

export interface Paying extends Reacting {
  /** Where the gateway is asked; the same after it was stopped and started again. */
  readonly gatewayUrl: string
  /** Begins to charge and refund, as another process would. */
  pay(options?: Partial<ReactorParts>): Promise<LeasedWorker>
  stopGateway(): Promise<void>
  startGateway(options?: Partial<SimulatorOptions>): Promise<void>
  /** What the gateway has in its book, by key, oldest first. */
  book(): readonly { readonly kind: string; readonly key?: string }[]
  readonly executor: Executor
  run<Refusal>(decide: (read: Read) => Decision<Refusal>): Promise<Refusal | null>
  place(orderId: string, quantity?: number, customerId?: string): Promise<void>
  request(orderId: string, method?: PaymentMethod): Promise<void>
  orderOf(orderId: string): Promise<string>
  paymentOf(orderId: string): Promise<typeof payment.initial>
}

/** `through`: what stands between the reactors and the gateway. */
export async function openPaying(
  options: Partial<SimulatorOptions> = {},
  through = (gateway: PaymentGateway): PaymentGateway => gateway,
): Promise<Paying> {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-gateway-'))
  const reacting = await openReacting()
  const store: StoreProcess = await startStoreProcess(reacting.url, { listens: true })
  const path = join(folder, 'book.jsonl')
  const defaults = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, book: path, webhook: null }
  let running: RunningSimulator | null = null
  let port = 0
  const startGateway = async (changed: Partial<SimulatorOptions> = {}) => {
    running = await startSimulator({ ...defaults, ...options, ...changed, port, clock: systemClock })
    port = Number(new URL(running.url).port)
  }
  await startGateway()
  await appendEvents(reacting.pool, shopEvents(100_000))
  const url = `http://127.0.0.1:${String(port)}`
  const http = httpGateway({ url, timeoutMs: 1_000 })
  const gateway = through(http)

  async function run<Refusal>(decide: (read: Read) => Decision<Refusal>): Promise<Refusal | null> {
    const commandId = newId()
    const execution = await store.committer.execute({
      ...{ decide, answer: () => null, key: null, commandId, correlationId: commandId, causationId: null },
    })
    return execution.outcome === 'refused' ? execution.refusal : null
  }
  async function done<Refusal>(decide: (read: Read) => Decision<Refusal>): Promise<void> {
    const refusal = await run(decide)
    if (refusal !== null) throw new Error(`refused: ${JSON.stringify(refusal)}`)
  }
  async function look<Found>(find: (read: Read) => Found): Promise<Found> {
    const found: Found[] = []
    await run((read) => {
      found[0] = find(read)
      return { outcome: 'accepted', events: [] }
    })
    return found[0] as Found
  }

  return {
    ...reacting,
    gatewayUrl: url,
    pay: (options = {}) =>
      reacting.react(
        {},
        { reactors: [expireOrders, payments({ gateway, transferDays: 0, holdMs: 3_600_000, hold: null })], ...options },
      ),
    async stopGateway() {
      await running?.stop()
      running = null
    },
    startGateway,
    book: () =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { readonly kind: string; readonly key?: string }),
    executor: store.committer,
    run,
    place: (orderId, quantity = 1, customerId = 'c1') =>
      done((read) =>
        placeOrder(
          {
            ...{ orderId, named: true, customerId, lines: [{ sku: 'A1', quantity }], currency: 'EUR' },
            ...{ reservationMinutes: 15, keys: NO_KEYS, at: Date.now() },
          },
          read,
        ),
      ),
    request: (orderId, method = 'card') =>
      done((read) => requestPayment({ orderId, method, amount: null, keys: NO_KEYS, at: Date.now() }, read)),
    orderOf: (orderId) => look((read) => read(order, orderId).status),
    paymentOf: (orderId) => look((read) => read(payment, orderId)),
    async [Symbol.asyncDispose]() {
      await reacting[Symbol.asyncDispose]()
      await http.close()
      await running?.stop()
      await store.stop().catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
