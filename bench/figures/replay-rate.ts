import { setTimeout as pause } from 'node:timers/promises'
import { projections } from '../../projections/views/list.ts'
import { atLeast, atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { projectPerEvent } from '../per-event-projection.ts'
import { startService } from '../service/measured-service.ts'
import { memoryOf } from '../machine/memory.ts'
import { replay, startReplayedShop } from '../service/replayed-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

const EVENTS = 1_000_000
const ALL = projections.map(({ name }) => name)
const PAUSE_MS = 5

/** How fast read models are rebuilt beside the live ones, compared and switched, and what the shop feels of it. */
export const replayRate = figure({
  id: 'P5',
  title: 'replay of a log of 1,000,000 events with one order of five cancelled: build, compare, switch',
  numbers: {
    ratio: atLeast('sales replayed ÷ sales projected event by event', 'x', { must: 80, goal: 150 }),
    sales: atLeast('events replayed, sales', '/s', { must: 100_000, goal: 200_000 }),
    all: atLeast('events replayed, all projections in one pass', '/s', { must: 60_000, goal: 120_000 }),
    perEvent: stated('events projected one by one, sales', '/s'),
    memory: atMost('memory that a replay of all takes, at most', 'MB', { must: 500 }),
    slowdown: atMost('p99 of POST /orders at 500 a second during replays ÷ without', 'x', { must: 2 }),
    p99: stated('p99 of POST /orders at 500 a second during replays', 'ms'),
    p99without: stated('p99 of POST /orders at 500 a second without a replay', 'ms'),
    slowestRead: atMost('slowest GET /analytics while replays ran and switched', 'ms', { must: 100 }),
  },
  async run(context) {
    const { scope, seconds } = context
    const filled = await startReplayedShop(context, EVENTS)
    const perEvent = await projectPerEvent(filled.databaseUrl, 'sales', seconds)
    await filled.stop()
    const service = await startService(scope, { dataDir: filled.dataDir })
    const lines = writeOrders(scope, everyProduct)
    const load = { url: service.url, method: 'POST', lines, connections: 64, rate: 500, seconds: 2 * seconds } as const
    return inRounds(context, async () => {
      const before = memoryOf(service.pid).residentMb
      const sales = await replay(service.url, ['sales'])
      const all = await replay(service.url, ALL)
      const memory = memoryOf(service.pid).peakMb - before
      const without = await loadOpen(load)
      const reading = watchReads(service.url)
      const replaying = repeat(() => replay(service.url, ALL))
      const during = await loadOpen(load)
      await replaying.stop()
      const slowestRead = await reading.stop()
      await service.log.caughtUp()
      return {
        ratio: sales.position / sales.seconds / perEvent,
        sales: sales.position / sales.seconds,
        all: all.position / all.seconds,
        perEvent,
        memory,
        slowdown: during.p99 / without.p99,
        p99: during.p99,
        p99without: without.p99,
        slowestRead,
      }
    })
  },
})

/** Again and again until it is stopped, which waits for the last one. */
function repeat(work: () => Promise<unknown>): { stop(): Promise<void> } {
  let stopped = false
  const running = (async () => {
    while (!stopped) await work()
  })()
  return {
    stop() {
      stopped = true
      return running
    },
  }
}

/** Reads all the time; `stop` tells the slowest answer, and throws when one failed or showed an older position. */
function watchReads(url: string): { stop(): Promise<number> } {
  let slowest = 0
  let position = 0
  const reading = repeat(async () => {
    const start = performance.now()
    const response = await fetch(`${url}/analytics`)
    const body = (await response.json()) as { readonly position: number }
    slowest = Math.max(slowest, performance.now() - start)
    if (!response.ok) throw new Error(`a read was answered ${response.status}`)
    if (body.position < position) throw new Error(`a read showed ${body.position} after ${position}`)
    position = body.position
    await pause(PAUSE_MS)
  })
  return {
    async stop() {
      await reading.stop()
      return slowest
    },
  }
}
