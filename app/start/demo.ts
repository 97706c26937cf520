/** Fills an empty shop, so that the first start shows something: the simulated catalogue, its customers, some orders. */
import { registerCustomer } from '../../domain/customer.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { listProduct } from '../../domain/inventory.ts'
import { placeOrder } from '../../domain/place-order.ts'
import type { Traffic } from '../../simulation/traffic.ts'
import type { Executor } from '../../store/commit/command.ts'
import type { Config } from '../config/config.ts'

export interface DemoParts {
  readonly executor: Executor
  readonly traffic: Traffic
  readonly clock: () => number
  readonly newId: () => string
}

export interface DemoReport {
  readonly placed: number
  readonly refused: number
}

/** Everything has an id of its own, so that a fill that was interrupted and runs again does nothing twice. */
export async function fillDemo(config: Config, { executor, traffic, clock, newId }: DemoParts): Promise<DemoReport> {
  const { currency, reservationMinutes, demoOrders } = config

  async function execute(decide: (read: Read) => Decision<unknown>): Promise<boolean> {
    const id = newId()
    const ids = { commandId: id, correlationId: id, causationId: null }
    const { outcome } = await executor.execute({ decide, answer: () => null, key: null, ...ids })
    return outcome === 'accepted'
  }

  await Promise.all(traffic.products.map((product) => execute((read) => listProduct({ ...product, currency }, read))))
  await Promise.all(
    traffic.customers.map((customer) => execute((read) => registerCustomer({ ...customer, named: true }, read))),
  )
  const placed = await Promise.all(
    Array.from({ length: demoOrders }, (_, index) => {
      const orderId = `demo-${String(index + 1).padStart(4, '0')}`
      const command = { orderId, named: true, ...traffic.nextOrder(), currency, reservationMinutes, at: clock() }
      return execute((read) => placeOrder(command, read))
    }),
  )
  const accepted = placed.filter(Boolean).length
  return { placed: accepted, refused: placed.length - accepted }
}
