/** The simulated shop as one thing: what it sells, who buys, and what they order. */
import { catalogue, type CatalogueProduct } from './catalogue.ts'
import { simulatedCustomers, type SimulatedCustomer } from './customers.ts'
import { orderGenerator, type SimulatedOrder } from './orders.ts'

export interface TrafficOptions {
  /** Of all prices; the shop's own (default EUR). */
  readonly currency?: string
  /** How many different customers order (default 500). */
  readonly customers?: number
}

export interface Traffic {
  readonly products: readonly CatalogueProduct[]
  readonly customers: readonly SimulatedCustomer[]
  /** The next order of an endless sequence. */
  nextOrder(): SimulatedOrder
}

/**
 * The traffic of a seed (a whole number): the same seed gives the same orders. Products and customers are the same for
 * every seed, so listing and registering them again changes nothing.
 */
export function createTraffic(seed: number, options: TrafficOptions = {}): Traffic {
  const products = catalogue(options.currency ?? 'EUR')
  const customers = simulatedCustomers(options.customers ?? 500)
  return { products, customers, nextOrder: orderGenerator({ seed, products, customers }) }
}
