/** The relay, inside a thread of its own: framing and compressing what is published delays no order. */
import { kafkaClient } from '../../kafka/client/connection.ts'
import { sourceOf } from '../../kafka/event-record.ts'
import { losing } from '../../kafka/relay/relay-losses.ts'
import { Relay } from '../../kafka/relay/relay.ts'
import { eventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import { HeadWatch } from '../../store/log/head-watch.ts'
import { Hops } from '../../store/log/hops.ts'
import { readLogIdentity } from '../../store/log/log-identity.ts'
import { appendNotice, LOG_CHANNEL } from '../../store/log/append.ts'
import { newId, preciseClock } from '../clock.ts'
import { crashPoints } from '../crash-points.ts'
import type { OpenWork } from './open-work.ts'
import { POOL_SIZES } from '../pool-sizes.ts'

export const openRelayWork: OpenWork = async ({ databaseUrl, crash, kafka, hops, notices, releases, log }) => {
  if (kafka === null) throw new Error('the relay needs KAFKA_BROKERS')
  const pool = openPool(databaseUrl, {
    name: 'relay',
    max: POOL_SIZES.relay,
    // A checkpoint that is lost in a crash of the server is only older: what follows it is published again.
    settings: { ...READER_SETTINGS, synchronous_commit: 'off' },
  })
  releases.add('relay pool', () => pool.end())
  const head = new HeadWatch()
  await notices.hear(LOG_CHANNEL, (payload) => head.headMoved(appendNotice(payload).head))
  const { settings, schemaIds, relayLoses } = kafka
  const measured = hops === null ? null : new Hops(hops)
  const relay = new Relay({
    pool,
    head,
    kafka: kafkaClient(settings, { clientId: 'relay', log }),
    prefix: settings.prefix,
    wire: wireFormat(eventSchemaIds(schemaIds)),
    source: sourceOf(await readLogIdentity(pool)),
    owner: newId(),
    log,
    monotonic: () => performance.now(),
    reachPoint: crashPoints({ crash }),
    loses: losing(relayLoses),
    published(positions) {
      const now = preciseClock()
      for (const position of positions) measured?.markOne('published', position, now)
    },
  })
  relay.start()
  releases.add('relay', () => relay.stop())
  return {
    detail: `to ${settings.brokers.join(', ')}`,
    reports: () => ({ relay: { health: relay.health(), figures: { ...relay.figures() }, feed: null } }),
  }
}
