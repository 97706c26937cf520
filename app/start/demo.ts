/** Fills an empty shop, so that the first start shows something: the simulated catalogue, its customers, some orders. */
import { registerCustomerCommand } from '../../commands/customer.ts'
import { listProductCommand } from '../../commands/inventory.ts'
import { placeOrderCommand } from '../../commands/order.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { registerCustomer } from '../../domain/customer.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { listProduct } from '../../domain/inventory.ts'
import { placeOrder } from '../../domain/place-order.ts'
import type { Traffic } from '../../simulation/traffic.ts'
import type { Executor } from '../../store/commit/command.ts'

export interface DemoParts {
  readonly executor: Executor
  readonly traffic: Traffic
  readonly shop: ShopSettings
}

export interface DemoReport {
  readonly placed: number
  readonly refused: number
}

/** Everything has an id of its own, so that a fill that was interrupted and runs again does nothing twice. */
export async function fillDemo(orders: number, { executor, traffic, shop }: DemoParts): Promise<DemoReport> {
  async function execute(decide: (read: Read) => Decision<unknown>): Promise<boolean> {
    const id = shop.newId()
    const ids = { commandId: id, correlationId: id, causationId: null }
    const { outcome } = await executor.execute({ decide, answer: () => null, key: null, ...ids })
    return outcome === 'accepted'
  }

  const products = traffic.products.map((wanted) => listProductCommand(wanted, shop))
  await Promise.all(products.map((command) => execute((read) => listProduct(command, read))))
  const customers = traffic.customers.map((wanted) => registerCustomerCommand(wanted, shop))
  await Promise.all(customers.map((command) => execute((read) => registerCustomer(command, read))))
  const placed = await Promise.all(
    Array.from({ length: orders }, (_, index) => {
      const orderId = `demo-${String(index + 1).padStart(4, '0')}`
      const command = placeOrderCommand({ orderId, ...traffic.nextOrder() }, shop)
      return execute((read) => placeOrder(command, read))
    }),
  )
  const accepted = placed.filter(Boolean).length
  return { placed: accepted, refused: placed.length - accepted }
}
