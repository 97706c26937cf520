/** The part of `verify` that reads topics: whether what is on them is what is stored. */
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { sourceOf } from '../../kafka/event-record.ts'
import { relayReader, topicReaders } from '../../kafka/relay/relay-target.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { verifyTopics, type TopicsVerification } from '../../audit/topic-audit.ts'
import type { Spill } from '../../audit/spill/spill-file.ts'
import { located } from '../../audit/verify-log.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { readLags } from '../../store/log/checkpoints.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { readLogIdentity } from '../../store/log/log-identity.ts'
import { storedLog } from '../../store/log/log-source.ts'
import type { CommandContext } from '../command-context.ts'
import { followProgress } from '../database/follow-progress.ts'
import { grouped } from '../output/report.ts'
import { toldIfAway } from './reach-kafka.ts'
import { schemaIds } from './schema-ids.ts'

/** Throws a StartFailure when the cluster or the registry cannot be asked, and a SpillError. */
export async function verifyTopicsOf(
  context: CommandContext,
  settings: KafkaSettings,
  { pool, spill }: { readonly pool: Pool; readonly spill: Spill },
): Promise<TopicsVerification> {
  const wire = wireFormat(await schemaIds(context, pool))
  const source = sourceOf(await readLogIdentity(pool))
  const kafka = kafkaClient(settings, { clientId: 'verify', log: silentLog })
  const following = followProgress(context.output, 'verify the topics')
  try {
    return await toldIfAway(settings, async () => {
      const admin = kafka.admin()
      await admin.connect()
      const { clusterId } = await admin.describeCluster().finally(() => admin.disconnect())
      // Read before the log and the topics: what is published meanwhile is not missed.
      const reader = relayReader(clusterId, settings.prefix)
      const [relay] = await readLags(pool, topicReaders(reader))
      return verifyTopics({
        kafka: settings,
        wire,
        source,
        published: relay?.position ?? 0,
        log: await storedLog(pool),
        spill,
        locate: (position) => located(pool, position),
        onProgress: following.progress,
      })
    })
  } finally {
    following.stop()
  }
}

/** What is no breach, and worth knowing. */
export type TopicNotes = Omit<TopicsVerification, 'checks'>

/** The same for people. */
export function topicNotes({
  lost,
  firstLost,
  judged,
  duplicates,
  foreign,
  missingTopics,
}: TopicNotes): readonly string[] {
  return [
    ...(missingTopics.length === 0 ? [] : [`missing topics: ${missingTopics.join(', ')} (orderledger topics create)`]),
    ...(firstLost === null
      ? []
      : [
          `${grouped(lost)} published events are no longer on their topics, the first at ${grouped(firstLost)}; readers get them from the store`,
        ]),
    ...(judged
      ? []
      : ['the laws of stock and money were not checked on the topics alone, for events are missing there']),
    ...(duplicates === 0 ? [] : [`${grouped(duplicates)} records are duplicates; readers drop them by their position`]),
    ...(foreign === 0 ? [] : [`${grouped(foreign)} records belong to another log; readers skip them`]),
  ]
}
