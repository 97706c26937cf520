import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eur, orderConfirmed, orderLine, productListed, stockReceived } from '../../domain/test-events.ts'
import { hitRates, readBaskets, SPLIT } from '../../test/insights/online-retail.ts'
import { atLeast, atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { fillLog } from '../service/filled-log.ts'
import { startService } from '../service/measured-service.ts'

const ENDLESS = 1_000_000_000
/** Baskets asked at a time. */
const ASKED_AT_ONCE = 16
const RATE = 200

/** How good recommendations are on a year of real baskets, asked over HTTP, and how long they take. */
export const recommendationQuality = figure({
  id: 'I4',
  title: 'recommendations learnt from 15,137 real baskets, asked with the 4,329 after them',
  numbers: {
    half: atLeast('hit-rate@10 in percent, second half hidden (what is popular alone: 24)', '', { must: 43 }),
    last: atLeast('hit-rate@10 in percent, last line hidden (what is popular alone: 3)', '', { must: 18 }),
    p99: atMost(`p99 of GET /recommendations at ${RATE} a second`, 'ms', { must: 50, goal: 10 }),
    p50: stated(`p50 of GET /recommendations at ${RATE} a second`, 'ms'),
  },
  async run(context) {
    const { scope, seconds } = context
    const baskets = readBaskets()
    const training = baskets.filter(({ at }) => at < SPLIT)
    const testing = baskets.filter(({ at }) => at >= SPLIT)
    const skus = [...new Set(baskets.flatMap(({ products }) => products))].map(String)
    const stock = skus.flatMap((sku) => [
      { stream: `inventory-${sku}`, event: productListed(sku, { price: eur(100) }) },
      { stream: `inventory-${sku}`, event: stockReceived(sku, ENDLESS) },
    ])
    const orders = training.map(({ at, products }, index) => {
      const id = `o${index}`
      const lines = products.slice(0, 100).map((product) => orderLine(String(product), 1))
      return { stream: `order-${id}`, event: { ...orderConfirmed(id, lines), placedAt: at * 1_000 } }
    })
    const events = [...stock, ...orders]
    const databaseUrl = await fillLog(scope, events.length, (index) => {
      const found = events[index]
      if (found === undefined) throw new Error(`event ${index} is missing`)
      return found
    })
    const { url, log } = await startService(scope, { env: { DATABASE_URL: databaseUrl } })
    await log.caughtUp()
    const answers = new Map<string, readonly string[]>()
    const asked = new Set<string>()
    hitRates(testing, (basket) => {
      asked.add(basket.join(','))
      return []
    })
    await ask(url, [...asked], answers)
    const { half, last } = hitRates(testing, (basket) => answers.get(basket.join(',')) ?? [])
    const lines = join(scope.folder(), 'paths')
    writeFileSync(lines, [...asked].map((basket) => `/recommendations?basket=${basket}`).join('\n'))
    return inRounds(context, async () => {
      const load = { url, method: 'GET', lines, connections: 32, rate: RATE, seconds } as const
      const { p50, p99 } = await loadOpen(load)
      return { half: 100 * half, last: 100 * last, p50, p99 }
    })
  },
})

async function ask(url: string, baskets: readonly string[], answers: Map<string, readonly string[]>): Promise<void> {
  let next = 0
  const asking = Array.from({ length: ASKED_AT_ONCE }, async () => {
    for (let basket = baskets[next++]; basket !== undefined; basket = baskets[next++]) {
      const response = await fetch(new URL(`/recommendations?basket=${basket}`, url))
      if (!response.ok) throw new Error(`a basket was answered ${response.status}`)
      const { items } = (await response.json()) as { readonly items: readonly { readonly sku: string }[] }
      answers.set(
        basket,
        items.map(({ sku }) => sku),
      )
    }
  })
  await Promise.all(asking)
}
