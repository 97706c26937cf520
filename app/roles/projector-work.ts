/**
 * The projector, inside a thread of its own: it has its own connections and its own garbage, so that neither delays an
 * order or a read.
 */
import type { KafkaLog } from '../../kafka/client/connection.ts'
import type { KafkaFeed } from '../../kafka/feed/kafka-feed.ts'
import { projections } from '../../projections/views/list.ts'
import { orders } from '../../projections/views/orders.ts'
import { eventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { LOOK_UP_SETTINGS, openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { appendNotice, LOG_CHANNEL } from '../../store/log/append.ts'
import { Hops } from '../../store/log/hops.ts'
import { LogFeed } from '../../store/log/log-feed.ts'
import { preciseClock } from '../clock.ts'
import { crashPoints } from '../crash-points.ts'
import { openProjector, projectorPool } from './open-projector.ts'
import type { OpenWork, WorkKafka } from './open-work.ts'
import { POOL_SIZES } from '../pool-sizes.ts'

export const openProjectorWork: OpenWork = async ({ databaseUrl, crash, kafka, hops, notices, releases, log }) => {
  const settings = { ...READER_SETTINGS, ...LOOK_UP_SETTINGS }
  const feedPool = openPool(databaseUrl, { name: 'feed', max: POOL_SIZES.feed, settings })
  releases.add('feed pool', () => feedPool.end())
  const pool = projectorPool(databaseUrl)
  releases.add('projector pool', () => pool.end())
  const kafkaFeed = kafka === null ? null : await openKafkaFeed(kafka, { pool: feedPool, log })
  if (kafkaFeed !== null) releases.add('feed', () => kafkaFeed.stop())
  const feed = kafkaFeed ?? new LogFeed(feedPool)
  await notices.hear(LOG_CHANNEL, (payload) => feed.headMoved(appendNotice(payload).head))
  const measured = hops === null ? null : new Hops(hops)
  const projector = openProjector({
    ...{ pool, feed, log, reachPoint: crashPoints({ crash }) },
    ...(measured !== null && {
      showed: (projection, stretch) => {
        if (projection === orders.name) measured.mark('projected', stretch, preciseClock())
      },
    }),
  })
  await projector.start()
  releases.add('projector', () => projector.stop())
  return {
    detail: `${String(projections.length)} live`,
    reports: () => ({ projector: { health: projector.health(), figures: {}, feed: kafkaFeed?.health() ?? null } }),
  }
}

/** Loads the client only where there is Kafka: it takes as long as the rest of this thread. */
async function openKafkaFeed(
  { settings, schemaIds }: WorkKafka,
  { pool, log }: { readonly pool: Pool; readonly log: KafkaLog },
): Promise<KafkaFeed> {
  const { KafkaFeed } = await import('../../kafka/feed/kafka-feed.ts')
  const { logStore } = await import('../../kafka/feed/log-store.ts')
  return new KafkaFeed({
    settings,
    wire: wireFormat(eventSchemaIds(schemaIds)),
    store: logStore(pool),
    log,
    monotonic: () => performance.now(),
  })
}
