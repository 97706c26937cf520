import { Cleanup } from '../cleanup.ts'
import { atLeast, atMost, figure, inRounds } from '../figure.ts'
import { brokerEnv, startBroker } from '../service/broker.ts'
import { growShop } from '../service/grown-shop.ts'
import { startShop } from '../service/loaded-shop.ts'
import { runMeasured } from '../service/measured-command.ts'
import { startService } from '../service/measured-service.ts'
import { publishedRate } from '../figures/relay-rate.ts'

const EVENTS = 600_000
const PREFIX = 'audit.'

/** How fast all topics of a shop are read from the first record on, folded without our code, and compared with the log. */
export const topicAudit = figure({
  id: 'G2',
  title: 'verify where Kafka is configured: the log of a shop of 600,000 events, and its topics on one broker',
  numbers: {
    verified: atLeast('events verified, the whole command', '/s', { must: 40_000 }),
    memory: atMost('the most memory of verify', 'MB', { must: 512 }),
  },
  async run(context) {
    const { scope, note } = context
    const shop = await startShop(scope)
    await growShop(shop, EVENTS, note)
    const { dataDir } = shop
    await shop.stop()
    const env = brokerEnv(await startBroker(scope, PREFIX))
    const relaying = await startService(scope, { dataDir, env })
    // Before the database ends with the service.
    const watching = new Cleanup()
    await publishedRate(watching, relaying.databaseUrl, { prefix: PREFIX, events: EVENTS }).finally(() =>
      watching.run(),
    )
    await relaying.stop()
    return inRounds(context, async () => {
      const { stdout, seconds, peakMb } = await runMeasured(dataDir, ['verify', '--json'], env)
      const { ok, position } = JSON.parse(stdout) as { readonly ok: boolean; readonly position: number }
      if (!ok) throw new Error(`verify found a breach:\n${stdout}`)
      return { verified: position / seconds, memory: peakMb }
    })
  },
})
