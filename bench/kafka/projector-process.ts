/** The projector as its thread runs it, on the feed that it is given, in a process of its own: prints how fast it was. */
import { silentLog } from '../../kafka/client/connection.ts'
import { openProjector, projectorPool } from '../../app/roles/open-projector.ts'
import { KafkaFeed } from '../../kafka/feed/kafka-feed.ts'
import { logStore } from '../../kafka/feed/log-store.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { Feed } from '../../store/log/feed.ts'
import { LogFeed } from '../../store/log/log-feed.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import { memoryOf } from '../machine/memory.ts'
import { openLogWatch } from '../service/log-watch.ts'
import type { ProjectedLog, ProjectedReport } from './projected-log.ts'

const SAMPLE_MS = 10
const GIVES_UP_AFTER_MS = 120_000

const { databaseUrl, kafka } = JSON.parse(process.argv[2] ?? '') as ProjectedLog
const feedPool = openPool(databaseUrl, { name: 'feed', max: 2, settings: READER_SETTINGS })
const pool = projectorPool(databaseUrl)
const kafkaFeed =
  kafka === null
    ? null
    : new KafkaFeed({
        settings: kafka,
        wire: wireFormat(await registerEventSchemas(embeddedRegistry(feedPool))),
        store: logStore(feedPool),
        log: silentLog,
        monotonic: () => performance.now(),
      })
let held = 0
const sampling = setInterval(() => (held = Math.max(held, kafkaFeed?.health().held ?? 0)), SAMPLE_MS)
const reading = new AbortController()
// A reader that is not there yet while Kafka joins: else the store is most of the way before it begins.
if (kafkaFeed !== null) {
  await kafkaFeed.next(0, 1, reading.signal)
  await waitUntil(() => kafkaFeed.health().held > 0, { everyMs: SAMPLE_MS, withinMs: GIVES_UP_AFTER_MS })
}
const feed: Feed = kafkaFeed ?? new LogFeed(feedPool)
const projector = openProjector({ pool, feed, log: silentLog })
const watch = await openLogWatch(databaseUrl)
const head = await watch.head()
await projector.start()
const first = await progressTo(1)
const last = await progressTo(head)
clearInterval(sampling)
const report: ProjectedReport = {
  perSecond: (last.position - first.position) / ((last.at - first.at) / 1_000),
  held,
  peakMb: memoryOf(process.pid).peakMb,
  storedShare: (kafkaFeed?.health().counts.stored ?? head) / head,
}
reading.abort()
await projector.stop()
await kafkaFeed?.stop()
await Promise.all([pool.end(), feedPool.end(), watch.close()])
process.stdout.write(`${JSON.stringify(report)}\n`)

async function progressTo(target: number): Promise<{ readonly position: number; readonly at: number }> {
  for (;;) {
    const position = await watch.shown()
    if (position >= target) return { position, at: performance.now() }
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
  }
}
