/** Kills the service at random moments under load, starts it again, and holds it to its answers. */
import { readRunFile } from '../../app/run-file.ts'
import { eventually } from '../eventually.ts'
import { makeDataDir } from '../service.ts'
import { OrderingClient } from './ordering-client.ts'
import { expectReplaysEqual, startReplays } from './replays.ts'
import { expectVerified, holdToAnswers, openShop, ordersFor } from './shop.ts'
import { Supervisor } from './supervisor.ts'

const SHOP = { products: 5, stock: 10_000_000 }
/** Answers between two kills, at most: the moment of a kill is drawn in answers, so that it never falls on an idle service. */
const MOST_BETWEEN = 600

export interface RandomKills {
  readonly kills: number
  /** Whether read models are rebuilt meanwhile: then each kill falls into replays, and after each a later one equals the live rows. */
  readonly replaying?: boolean
  readonly random: () => number
}

/** Returns the number of kills. */
export async function killAtRandom({ kills, replaying = false, random }: RandomKills): Promise<number> {
  const data = makeDataDir()
  const supervisor = new Supervisor({ dataDir: data.path, env: () => ({}) })
  const client = new OrderingClient({ url: () => supervisor.url })
  let stopped = false
  try {
    await supervisor.start()
    await openShop(supervisor.url, SHOP)
    const loading = (async () => {
      for (let batch = 0; !stopped; batch++) await client.placeAll(ordersFor(`random-${String(batch)}`, 500, SHOP), 32)
    })()
    for (let kill = 1; kill <= kills; kill++) {
      if (replaying) await startReplays(() => supervisor.url)
      const due = client.answers.length + 1 + Math.floor(random() * MOST_BETWEEN)
      await eventually(() => client.answers.length >= due, { timeout: 120_000, interval: 1 })
      await supervisor.service.kill()
      if (replaying) await expectReplaysEqual(() => supervisor.url)
    }
    stopped = true
    await loading
    await supervisor.settle()
    const run = readRunFile(data.path)
    if (run === null) throw new Error('no service runs any more')
    await holdToAnswers(run.databaseUrl, client.answers)
    await expectVerified(data.path)
    return kills
  } finally {
    stopped = true
    await client.close()
    await supervisor.stop()
    data.remove()
  }
}
