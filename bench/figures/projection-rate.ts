import { setTimeout as pause } from 'node:timers/promises'
import { Cleanup } from '../cleanup.ts'
import { atLeast, figure, inRounds, stated } from '../figure.ts'
import { loadClosed } from '../load/closed-loop.ts'
import { startDurablePostgres } from '../service/durable-postgres.ts'
import { EVENTS_PER_ORDER, requireDurable, startShop } from '../service/loaded-shop.ts'
import { type LogWatch, openLogWatch } from '../service/log-watch.ts'
import { startService } from '../service/measured-service.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

/** Samples this often while the projections catch up; each costs the database well under a millisecond. */
const SAMPLE_MS = 10

/**
 * Whether the projections can follow: a log is filled by a service without a projector (its fastest append rate), and
 * then a service with one catches up on it.
 */
export const projectionRate = figure({
  id: 'P6',
  title: 'live projection rate, all projections ÷ append rate',
  numbers: {
    ratio: atLeast('projected ÷ appended', 'x', { must: 0.9, goal: 1 }),
    projected: stated('events projected, all projections', '/s'),
    appended: stated('events appended over HTTP, 256 connections, no projector', '/s'),
  },
  async run(context) {
    return inRounds(context, async () => {
      const scope = new Cleanup()
      context.scope.add(() => scope.run())
      try {
        const databaseUrl = await startDurablePostgres(scope)
        const appended = await fillLog(scope, databaseUrl, context.seconds)
        const projected = await catchUp(scope, databaseUrl)
        return { ratio: projected / appended, projected, appended }
      } finally {
        await scope.run()
      }
    })
  },
})

/** Events a second. */
async function fillLog(scope: Cleanup, databaseUrl: string, seconds: number): Promise<number> {
  const orders = writeOrders(scope, everyProduct)
  const service = await startShop(scope, { env: { DATABASE_URL: databaseUrl, ROLES: 'api' } })
  const { url, log } = service
  await loadClosed({ url, orders, connections: 64, seconds: 3 })
  const before = await log.head()
  const report = await loadClosed({ url, orders, connections: 256, seconds })
  requireDurable(report.answers, (await log.head()) - before)
  await service.stop()
  return report.perSecond * EVENTS_PER_ORDER
}

/** Events a second. */
async function catchUp(scope: Cleanup, databaseUrl: string): Promise<number> {
  const log = await openLogWatch(databaseUrl)
  scope.add(() => log.close())
  const [service, rate] = await Promise.all([
    startService(scope, { env: { DATABASE_URL: databaseUrl } }),
    projectedRate(log),
  ])
  await service.stop()
  return rate
}

/** From the first progress to the last event: the start of the service is not the projections' time. */
async function projectedRate(log: LogWatch): Promise<number> {
  const head = await log.head()
  const first = await progressTo(log, 1)
  const last = await progressTo(log, head)
  return (last.position - first.position) / ((last.at - first.at) / 1_000)
}

/** Rejects once the watch is closed. */
async function progressTo(log: LogWatch, target: number): Promise<{ readonly position: number; readonly at: number }> {
  for (;;) {
    const position = await log.shown()
    if (position >= target) return { position, at: performance.now() }
    await pause(SAMPLE_MS)
  }
}
