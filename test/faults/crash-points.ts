/** Kills the service at a named point while clients order, starts it again, and holds it to its answers. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CrashPoint, replayPointNames } from '../../app/crash-points.ts'
import { readRunFile } from '../../app/start/run-file.ts'
import { makeDataDir } from '../support/service.ts'
import { OrderingClient } from './ordering-client.ts'
import { expectReplaysEqual, startReplays } from './replays.ts'
import { expectVerified, holdToAnswers, openShop, ordersFor } from './shop.ts'
import { Supervisor } from './supervisor.ts'

/** What is sold while it crashes. */
export const SHOP = { products: 5, stock: 1_000_000 }
const CONCURRENCY = 16

export interface CrashRun {
  /** Of a log in which the shop is open; absent: the service brings its own, and opens it. */
  readonly databaseUrl?: string
  readonly point: CrashPoint
  /** How often the point has to fire. */
  readonly crashes: number
  readonly random: () => number
  readonly onCrash?: (fired: number) => void
}

/** Returns how often the point really fired. */
export async function crashAtPoint({ databaseUrl, point, crashes, random, onCrash }: CrashRun): Promise<number> {
  const data = makeDataDir()
  if (databaseUrl !== undefined) writeFileSync(join(data.path, '.env'), `DATABASE_URL=${databaseUrl}\n`)
  const replaying = replayPointNames.some((name) => name === point)
  const crashLog = join(data.path, 'crashes.log')
  const fired = (): number => (existsSync(crashLog) ? readFileSync(crashLog, 'utf8').trim().split('\n').length : 0)
  const supervisor = new Supervisor({
    dataDir: data.path,
    env: (start) => {
      if (start > 1) onCrash?.(fired())
      // A start that opens the shop does so in peace; the others each die at a passage of their own.
      if ((start === 1 && databaseUrl === undefined) || fired() >= crashes) return {}
      const nth = 1 + Math.floor(random() * (replaying ? 3 : 20))
      return { CRASH_POINT: `${point}:${String(nth)}`, CRASH_LOG: crashLog }
    },
  })
  const client = new OrderingClient({ url: () => supervisor.url })
  try {
    await supervisor.start()
    if (databaseUrl === undefined) {
      await openShop(supervisor.url, SHOP)
      await supervisor.service.kill()
    }
    for (let batch = 0; batch === 0 || fired() < crashes; batch++) {
      if (replaying) await startReplays(() => supervisor.url)
      await client.placeAll(ordersFor(`${point}-${String(batch)}`, 200, SHOP), CONCURRENCY)
    }
    const service = await supervisor.settle()
    const run = readRunFile(data.path)
    if (run === null) throw new Error(`no service runs in ${service.dataDir}`)
    await holdToAnswers(run.databaseUrl, client.answers)
    if (replaying) await expectReplaysEqual(() => run.url)
    await expectVerified(data.path)
    return fired()
  } finally {
    await client.close()
    await supervisor.stop()
    data.remove()
  }
}
