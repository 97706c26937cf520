import { setTimeout as after } from 'node:timers/promises'
import { Pool as Connections } from 'undici'
import { openPool } from '../../store/postgres/database.ts'
import { atLeast, figure, inRounds, stated } from '../figure.ts'
import { placeOrders, startShop, warmUp } from '../service/loaded-shop.ts'
import { everyProduct, PRODUCTS, skuOf, writeOrders } from '../service/shop.ts'
import { madeEvents } from './made-events.ts'
import { savedEvents } from './saved-events.ts'

const EVENTS_A_SECOND = 2_000
const OF_A_REQUEST = 100
const CONNECTIONS = 64
/** Until V8 has compiled what user events go through, as orders have their own. */
const WARM_UP_SECONDS = 3

/** What user events take from orders: both are posted to one process. */
export const besideBehaviour = figure({
  id: 'I2',
  title: `durable one-line orders over HTTP beside ${EVENTS_A_SECOND.toLocaleString('en-US')} user events a second ÷ without`,
  numbers: {
    ratio: atLeast(`orders beside user events ÷ without, ${String(CONNECTIONS)} connections`, 'x', {
      must: 0.9,
      goal: 0.95,
    }),
    without: stated(`orders, ${String(CONNECTIONS)} connections`, '/s'),
    events: stated('user events that were taken meanwhile', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const orders = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    await warmUp(service, orders)
    const connections = new Connections(service.url, { connections: CONNECTIONS })
    const pool = openPool(service.databaseUrl, { name: 'bench', max: 1, queryTimeout: 0 })
    scope.add(async () => {
      await connections.destroy()
      await pool.end()
    })
    await postEvents(connections, requestsOf(WARM_UP_SECONDS * EVENTS_A_SECOND))
    const load = { orders, connections: CONNECTIONS, seconds } as const
    return inRounds(context, async () => {
      // What they leave behind is theirs, and no burden of orders without them.
      await savedEvents(pool)
      const without = await placeOrders(service, load)
      const bodies = requestsOf(seconds * EVENTS_A_SECOND)
      const posting = postEvents(connections, bodies)
      const beside = await placeOrders(service, load)
      const taken = await posting
      return { ratio: beside.perSecond / without.perSecond, without: without.perSecond, events: taken / seconds }
    })
  },
})

/** Evenly spaced. Resolves with how many were taken; rejects where a request is refused. */
async function postEvents(connections: Connections, bodies: readonly string[]): Promise<number> {
  const everyMs = (1_000 * OF_A_REQUEST) / EVENTS_A_SECOND
  const began = performance.now()
  const posted: Promise<number>[] = []
  for (const [index, body] of bodies.entries()) {
    await after(Math.max(0, began + index * everyMs - performance.now()))
    posted.push(post(connections, body))
  }
  return (await Promise.all(posted)).reduce((sum, accepted) => sum + accepted, 0)
}

function requestsOf(count: number): readonly string[] {
  const events = [...madeEvents(count)].map(({ json }, index) => ({
    ...json,
    ...('sku' in json ? { sku: skuOf(index % PRODUCTS) } : {}),
  }))
  return Array.from({ length: Math.ceil(count / OF_A_REQUEST) }, (_, index) =>
    JSON.stringify(events.slice(index * OF_A_REQUEST, (index + 1) * OF_A_REQUEST)),
  )
}

/** Not `fetch`: what the loader takes, the service does not have, and that is no cost of user events. */
async function post(connections: Connections, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const answer = await connections.request({ method: 'POST', path: '/user-events', headers, body })
  if (answer.statusCode !== 202) throw new Error(`user events were answered with ${String(answer.statusCode)}`)
  return ((await answer.body.json()) as { readonly accepted: number }).accepted
}
