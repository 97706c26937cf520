import { setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import { HttpClient } from '../../cli/client/http-client.ts'
import { LatencyHistogram } from '../../cli/load/latency-histogram.ts'
import { sendAll } from '../../cli/load/send-all.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { brokerEnv, startBroker } from '../service/broker.ts'
import { startShop } from '../service/loaded-shop.ts'
import { simulatedCustomers } from '../../simulation/customers.ts'
import { skuOf } from '../service/shop.ts'

const RATE = 200
/** Until V8 and the broker's JVM have compiled what is hot: the first seconds take four times as long. */
const WARM_UP_SECONDS = 10
const buyers = simulatedCustomers(1_000)

/** From the request to the row: the order is written, published, read back from Kafka and shown. */
export const shownOverKafka = figure({
  id: 'K4',
  title: 'POST /orders until the order is in the read model over Kafka, 200 a second, evenly spaced, one broker',
  numbers: {
    p99: atMost('p99 from POST to the row over Kafka', 'ms', { must: 250, goal: 100 }),
    p50: stated('p50 from POST to the row over Kafka', 'ms'),
    max: stated('slowest from POST to the row over Kafka', 'ms'),
  },
  async run(context) {
    const { scope, seconds } = context
    const service = await startShop(scope, { env: brokerEnv(await startBroker(scope, 'k4.')) })
    await service.log.caughtUp()
    const { signal } = new AbortController()
    setMaxListeners(0, signal)
    const client = new HttpClient({ url: service.url, token: null, connections: 64, patience: 10_000, signal })
    scope.add(() => client.close())
    const fed = await waitUntil(() => isFedFromKafka(client), { everyMs: 100, withinMs: 60_000 })
    if (!fed) throw new Error('the projections are not fed from Kafka')
    await placeAndSee(client, RATE * WARM_UP_SECONDS, signal)
    return inRounds(context, async () => {
      const latency = await placeAndSee(client, RATE * seconds, signal)
      return { p99: latency.percentile(99), p50: latency.percentile(50), max: latency.max }
    })
  },
})

async function placeAndSee(client: HttpClient, count: number, signal: AbortSignal): Promise<LatencyHistogram> {
  const latency = new LatencyHistogram()
  await sendAll({
    source: orders(count),
    concurrency: 64,
    signal,
    schedule: (index) => (index * 1_000) / RATE,
    async send(body, dueAt) {
      const placed = await client.post('/orders', body)
      const { orderId, position } = placed.body as { readonly orderId: string; readonly position: number }
      const shown = await client.get(`/orders/${orderId}?after=${position}`)
      if (shown.status !== 200) throw new Error(`${orderId} was not shown: ${shown.status}`)
      latency.record(performance.now() - dueAt)
      return 'go-on'
    },
  })
  return latency
}

async function isFedFromKafka(client: HttpClient): Promise<boolean> {
  const { body } = await client.get('/projections')
  return (body as { readonly feed: { readonly source: string } | null }).feed?.source === 'kafka'
}

function* orders(count: number): Generator<string, void, undefined> {
  for (let index = 0; index < count; index++) {
    const { customerId } = buyers[(index * 7) % buyers.length] ?? {}
    yield JSON.stringify({ customerId, lines: [{ sku: skuOf(index), quantity: 1 }] })
  }
}
