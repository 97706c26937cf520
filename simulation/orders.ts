/** Random orders as a shop sees them: few lines, mostly one of each, and a few products that everybody wants. */
import type { WantedOrder } from '../commands/order.ts'
import type { CatalogueProduct } from './catalogue.ts'
import type { SimulatedCustomer } from './customers.ts'
import { createRandom, weightsOf } from './random.ts'

/** Leaves its name to the shop. */
export type SimulatedOrder = Omit<WantedOrder, 'orderId'>

export interface Market {
  readonly seed: number
  /** Bestsellers first. */
  readonly products: readonly CatalogueProduct[]
  readonly customers: readonly SimulatedCustomer[]
}

// The n-th bestseller is wanted 1/n^0.9 times as often as the first: Zipf's law with the slope found in shops.
const ZIPF_EXPONENT = 0.9
// Orders of one, two, three and four lines.
const lineCountWeights = weightsOf([60, 25, 10, 5])
// One, two or three units of a product.
const quantityWeights = weightsOf([85, 11, 4])
// VIPs come back: one of them orders as often as three others.
const VIP_ACTIVITY = 3

/** An endless generator of orders: the same market and seed give the same orders in the same order. */
export function orderGenerator({ seed, products, customers }: Market): () => SimulatedOrder {
  const random = createRandom(seed, 'orders')
  const popularity = weightsOf(products.map((_, index) => 1 / (index + 1) ** ZIPF_EXPONENT))
  const activity = weightsOf(customers.map(({ tier }) => (tier === 'vip' ? VIP_ACTIVITY : 1)))

  function distinctProducts(count: number): readonly CatalogueProduct[] {
    const chosen = new Set<CatalogueProduct>()
    while (chosen.size < Math.min(count, products.length)) {
      const product = products[random.weighted(popularity)]
      if (product !== undefined) chosen.add(product)
    }
    return [...chosen]
  }

  return () => {
    const { customerId } = customers[random.weighted(activity)] ?? random.pick(customers)
    const lines = distinctProducts(1 + random.weighted(lineCountWeights)).map(({ sku }) => ({
      sku,
      quantity: 1 + random.weighted(quantityWeights),
    }))
    return { customerId, lines }
  }
}
