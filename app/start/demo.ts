/**
 * Fills an empty shop, so that the first start shows something: the simulated catalogue, its customers, some orders.
 * Nothing of it reaches anybody: customers have no addresses where mail or text messages leave the machine. What becomes
 * of the orders is played once the service is ready (demo-lives.ts).
 */
import { registerCustomerCommand } from '../../commands/customer.ts'
import { listProductCommand } from '../../commands/inventory.ts'
import { placeOrderCommand } from '../../commands/order.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { registerCustomer } from '../../domain/customer.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { listProduct } from '../../domain/inventory.ts'
import { placeOrder } from '../../domain/place-order.ts'
import type { SimulatedCustomer } from '../../simulation/customers.ts'
import type { Traffic } from '../../simulation/traffic.ts'
import type { Executor } from '../../store/commit/command.ts'

export interface DemoParts {
  readonly executor: Executor
  readonly traffic: Traffic
  readonly shop: ShopSettings
  readonly reach: DemoReach
}

/** What a demo may set going. */
export interface DemoReach {
  /** A gateway that moves no money takes its payments. */
  readonly payments: boolean
  /** Mails stay on this machine. */
  readonly mails: boolean
  /** Text messages stay on this machine. */
  readonly texts: boolean
}

export interface DemoReport {
  readonly placed: readonly DemoOrder[]
  readonly refused: number
}

export interface DemoOrder {
  readonly orderId: string
  readonly tier: SimulatedCustomer['tier']
}

/** Everything has an id of its own, so that a fill that was interrupted and runs again does nothing twice. */
export async function fillDemo(orders: number, { executor, traffic, shop, reach }: DemoParts): Promise<DemoReport> {
  const execute = executing(executor, shop)
  const products = traffic.products.map((wanted) => listProductCommand(wanted, shop))
  await Promise.all(products.map((command) => execute((read) => listProduct(command, read))))
  const customers = traffic.customers.map((wanted) => registerCustomerCommand(reachable(wanted, reach), shop))
  await Promise.all(customers.map((command) => execute((read) => registerCustomer(command, read))))
  const tiers = new Map(traffic.customers.map(({ customerId, tier }) => [customerId, tier]))
  const placed = await Promise.all(
    Array.from({ length: orders }, async (_, index) => {
      const orderId = `demo-${String(index + 1).padStart(4, '0')}`
      const wanted = traffic.nextOrder()
      const command = placeOrderCommand({ orderId, ...wanted }, shop)
      const accepted = await execute((read) => placeOrder(command, read))
      return accepted ? [{ orderId, tier: tiers.get(wanted.customerId) ?? 'standard' }] : []
    }),
  )
  const accepted = placed.flat()
  return { placed: accepted, refused: placed.length - accepted.length }
}

/** Whether it was accepted. */
export function executing(executor: Executor, { newId }: Pick<ShopSettings, 'newId'>) {
  return async (decide: (read: Read) => Decision<unknown>): Promise<boolean> => {
    const id = newId()
    const ids = { commandId: id, correlationId: id, causationId: null }
    const { outcome } = await executor.execute({ decide, answer: () => null, key: null, ...ids })
    return outcome === 'accepted'
  }
}

function reachable({ email, phone, ...customer }: SimulatedCustomer, { mails, texts }: DemoReach) {
  return { ...customer, ...(mails ? { email } : {}), ...(texts ? { phone } : {}) }
}
