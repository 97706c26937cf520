import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { memoryBelow, memoryOf } from '../machine/memory.ts'
import { ROOT } from '../service/child.ts'
import { startShop, warmUp } from '../service/loaded-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'
import { openClients } from './clients.ts'

const ONLOOKERS = 100
const IDLE = 1_000
/** Orders a second. */
const RATES = { seen: 200, crowd: 900 }
/** `--seconds 5` is a minute. */
const LONGER = 12
/** For the collector and for what the system gives back. */
const SETTLED_MS = 2_000

/** How soon everybody who looks on sees an order. */
export const orderSeen = figure({
  id: 'P7',
  title: `from the moment POST /orders was due until each of ${String(ONLOOKERS)} WebSocket clients has it, ${String(RATES.seen)} orders a second`,
  numbers: {
    p50: atMost('p50 from POST to the frame', 'ms', { must: 20, goal: 10 }),
    p99: atMost('p99 from POST to the frame', 'ms', { must: 50, goal: 18 }),
    frames: stated('frames a second, all clients', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const lines = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    await warmUp(service, lines)
    return inRounds(context, async () => {
      const placed = { lines, rate: RATES.seen, seconds }
      const clients = await openClients(scope, { url: service.url, clients: ONLOOKERS, topics: ['orders'], placed })
      const { p50, p99, frames, seen, closed } = await clients.report()
      const expected = placed.rate * seconds * ONLOOKERS
      if (seen < expected || closed > 0)
        throw new Error(`${seen} of ${expected} orders were seen, ${closed} connections ended`)
      return { p50, p99, frames: frames / (seconds + 2) }
    })
  },
})

/** What onlookers cost those who order. */
export const onlookersCost = figure({
  id: 'U1',
  title: `${String(RATES.crowd)} orders a second beside ${String(ONLOOKERS)} clients on \`orders\`, none of them behind`,
  numbers: {
    ratio: atMost('p99 of POST /orders ÷ that without clients', 'x', { must: 1.5, goal: 1.2 }),
    behind: atMost('summary frames and snapshots given again', '', { must: 0 }),
    alone: stated('p99 of POST /orders without clients', 'ms'),
    beside: stated('p99 of POST /orders beside them', 'ms'),
    frames: stated('frames, all clients', ''),
  },
  async run(context) {
    const { scope } = context
    const seconds = context.seconds * LONGER
    const lines = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    const { url, log } = service
    await warmUp(service, lines)
    const load = { url, method: 'POST', lines, connections: 64, rate: RATES.crowd, seconds } as const
    return inRounds(context, async () => {
      const alone = (await loadOpen(load)).p99
      await log.caughtUp()
      const clients = await openClients(scope, { url, clients: ONLOOKERS, topics: ['orders'], placed: null })
      const beside = (await loadOpen(load)).p99
      await log.caughtUp()
      const { frames, summaries, again, closed } = await clients.report()
      if (closed > 0) throw new Error(`${closed} connections ended`)
      return { ratio: beside / alone, behind: summaries + again, alone, beside, frames }
    })
  },
})

/** What bench/live/collected.js writes. */
interface Used {
  readonly usedMb: number
}

/** What a client costs that only listens. */
export const idleClients = figure({
  id: 'U2',
  title: `${String(IDLE)} idle clients with two topics each: growth of the memory of the service and its Postgres, after a collection before and after`,
  numbers: {
    growth: atMost('memory of 1,000 idle clients', 'MB', { must: 60, goal: 30 }),
    used: stated('of that in use by the main thread', 'MB'),
  },
  async run(context) {
    const { scope } = context
    const collected = join(ROOT, 'bench/live/collected.js')
    const program = ['--expose-gc', '--import', collected, join(ROOT, 'cli/orderledger.js'), 'start']
    const service = await startShop(scope, { program })
    await warmUp(service, writeOrders(scope, everyProduct))
    const settled = async () => {
      await service.log.caughtUp()
      process.kill(service.pid, 'SIGWINCH')
      await pause(SETTLED_MS)
      const { usedMb } = JSON.parse(readFileSync(join(service.dataDir, 'memory.json'), 'utf8')) as Used
      return { allMb: memoryOf(service.pid).residentMb + memoryBelow(service.pid), usedMb }
    }
    return inRounds(context, async () => {
      const before = await settled()
      const topics = ['orders', 'stock']
      const clients = await openClients(scope, { url: service.url, clients: IDLE, topics, placed: null })
      const after = await settled()
      await clients.report()
      return { growth: after.allMb - before.allMb, used: after.usedMb - before.usedMb }
    })
  },
})
