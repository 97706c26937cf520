/** Kills the service at random moments under load, starts it again, and holds it to its answers. */
import { readRunFile } from '../../app/start/run-file.ts'
import { eventually } from '../support/eventually.ts'
import { makeDataDir } from '../support/service.ts'
import { OrderingClient } from './ordering-client.ts'
import { expectReplaysEqual, startReplays } from './replays.ts'
import { expectVerified, holdToAnswers, openShop, ordersFor } from './shop.ts'
import { Supervisor } from './supervisor.ts'

const SHOP = { products: 5, stock: 10_000_000 }
/** Answers between two kills, at most: the moment of a kill is drawn in answers, so that it never falls on an idle service. */
const MOST_BETWEEN = 600

export interface RandomKills {
  readonly kills: number
  readonly random: () => number
}

/** While clients order without a pause. Returns the number of kills. */
export function killAtRandom({ kills, random }: RandomKills): Promise<number> {
  return supervised(async (supervisor, client) => {
    let stopped = false
    const loading = (async () => {
      for (let batch = 0; !stopped; batch++) await client.placeAll(ordersFor(`random-${String(batch)}`, 500, SHOP), 32)
    })()
    try {
      for (let kill = 1; kill <= kills; kill++) {
        await answered(client, 1 + Math.floor(random() * MOST_BETWEEN))
        await supervisor.service.kill()
      }
    } finally {
      stopped = true
      loading.catch(() => undefined) // what ended the scene is reported, not what followed from it
    }
    await loading
    return kills
  })
}

/** While read models are rebuilt; after each kill a later replay equals what is live. Returns the number of kills. */
export function killReplaysAtRandom({ kills, random }: RandomKills): Promise<number> {
  const url = (supervisor: Supervisor) => () => supervisor.url
  return supervised(async (supervisor, client) => {
    for (let kill = 1; kill <= kills; kill++) {
      await startReplays(url(supervisor))
      const placing = client.placeAll(ordersFor(`replays-${String(kill)}`, MOST_BETWEEN, SHOP), 32)
      await answered(client, 1 + Math.floor(random() * (MOST_BETWEEN / 2)))
      await supervisor.service.kill()
      await placing
      await expectReplaysEqual(url(supervisor))
    }
    return kills
  })
}

/** Waits for this many more answers. */
async function answered(client: OrderingClient, more: number): Promise<void> {
  const due = client.answers.length + more
  await eventually(() => client.answers.length >= due, { timeout: 120_000, interval: 1 })
}

/** Runs a scene with a service that is started again whenever it ends, and then holds it to all its answers. */
async function supervised<T>(scene: (supervisor: Supervisor, client: OrderingClient) => Promise<T>): Promise<T> {
  const data = makeDataDir()
  const supervisor = new Supervisor({ dataDir: data.path, env: () => ({}) })
  const client = new OrderingClient({ url: () => supervisor.url })
  try {
    await supervisor.start()
    await openShop(supervisor.url, SHOP)
    const result = await scene(supervisor, client)
    await supervisor.settle()
    const run = readRunFile(data.path)
    if (run === null) throw new Error('no service runs any more')
    await holdToAnswers(run.databaseUrl, client.answers)
    await expectVerified(data.path)
    return result
  } finally {
    await client.close()
    await supervisor.stop()
    data.remove()
  }
}
