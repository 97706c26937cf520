/** Makes sure that a shop has what simulated traffic asks for; what is there already stays as it is. */
import { StartFailure } from '../../app/start-failure.ts'
import type { CatalogueProduct } from '../../simulation/catalogue.ts'
import type { SimulatedCustomer } from '../../simulation/customers.ts'
import type { HttpClient } from '../client/http-client.ts'
import { deliver } from './delivery.ts'
import { sendAll } from './send-all.ts'

export interface Stocking {
  readonly client: HttpClient
  readonly products: readonly CatalogueProduct[]
  readonly customers: readonly SimulatedCustomer[]
  readonly concurrency: number
  readonly signal: AbortSignal
}

/** Lists the products and registers the customers that are missing. Throws a StartFailure when the shop refuses one. */
export async function stockShop({ client, products, customers, concurrency, signal }: Stocking): Promise<void> {
  const source = [
    ...products.map((product) => ({ path: '/products', body: product, exists: 'product-exists' })),
    ...customers.map((customer) => ({ path: '/customers', body: customer, exists: 'customer-exists' })),
  ]
  await sendAll({
    source,
    concurrency,
    signal,
    async send({ path, body, exists }) {
      const delivery = await deliver(() => client.post(path, JSON.stringify(body)))
      if (delivery.outcome === 'accepted' || delivery.outcome === 'already-there') return 'go-on'
      const reason = 'reason' in delivery ? delivery.reason : delivery.faults.map(({ message }) => message).join(', ')
      // One of that name with other content serves as well.
      if (reason === exists) return 'go-on'
      throw new StartFailure({
        code: 'shop-refused',
        exitCode: 1,
        what: `the shop refused data that the traffic needs: ${reason}`,
        tried: `POST ${client.url}${path} ${JSON.stringify(body)}`,
        next: 'use a token that may list products (role operate), and the CURRENCY of the service',
      })
    },
  })
}
