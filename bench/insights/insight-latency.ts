import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dayText } from '../../domain/demand.ts'
import { demandRecorded, eur, productListed, stockReceived } from '../../domain/test-events.ts'
import { readDemand } from '../../test/insights/online-retail.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { fillLog } from '../service/filled-log.ts'
import { startService } from '../service/measured-service.ts'

const DAY_MS = 86_400_000
const PRODUCTS = 10_000
const RATE = 100

/** How long forecasts and run-out take in a large shop, and how long they take to work out. */
export const insightLatency = figure({
  id: 'I10',
  title: 'run-out and forecasts of 10,000 products with 374 known days each',
  numbers: {
    p99: atMost(`p99 of GET run-out, forecast, behaviour and business at ${RATE} a second`, 'ms', {
      must: 200,
      goal: 50,
    }),
    p50: stated(`p50 of GET run-out, forecast, behaviour and business at ${RATE} a second`, 'ms'),
    first: stated('the first answer: all products worked out', 's'),
  },
  async run(context) {
    const { scope, seconds } = context
    const demand = readDemand()
    const events = Array.from({ length: PRODUCTS }, (_, index) => {
      const sku = `SKU-${index}`
      const { units } = demand[index % demand.length] ?? { units: [0] }
      const from = dayText(Math.floor(Date.now() / DAY_MS) - units.length)
      const listed = { stream: `inventory-${sku}`, event: productListed(sku, { price: eur(100) }) }
      const received = { stream: `inventory-${sku}`, event: stockReceived(sku, 50 + (index % 500)) }
      return [listed, received, { stream: `demand-${sku}`, event: demandRecorded(sku, from, units) }]
    }).flat()
    const databaseUrl = await fillLog(scope, events.length, (index) => {
      const found = events[index]
      if (found === undefined) throw new Error(`event ${index} is missing`)
      return found
    })
    const { url, log } = await startService(scope, { env: { DATABASE_URL: databaseUrl } })
    await log.caughtUp()
    const start = performance.now()
    const response = await fetch(new URL('/stock/run-out', url))
    await response.text()
    const first = (performance.now() - start) / 1_000
    const paths = Array.from({ length: 1_000 }, (_, index) => {
      const sku = `SKU-${(index * 7_919) % PRODUCTS}`
      const asked = ['/stock/run-out', '/forecast', `/products/${sku}/forecast`, '/stock/run-out?limit=200']
      return [...asked, '/behaviour/funnel', '/behaviour/products', '/analytics/business'][index % 7]
    })
    const lines = join(scope.folder(), 'paths')
    writeFileSync(lines, paths.join('\n'))
    return inRounds(context, async () => {
      const { p50, p99 } = await loadOpen({ url, method: 'GET', lines, connections: 32, rate: RATE, seconds })
      return { p50, p99, first }
    })
  },
})
