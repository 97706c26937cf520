/** The topics that others may send to, as they are in the cluster. */
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName, topics, type TopicName } from '../../kafka/topics/topics.ts'
import { StartFailure } from '../../app/start-failure.ts'

export type ProduceTargets = ReadonlyMap<TopicName, { readonly name: string; readonly partitions: number }>

/** Rejects with a StartFailure when one is missing, and as kafkajs does: a send to a missing topic would hang. */
export async function produceTargets(kafka: KafkaSettings): Promise<ProduceTargets> {
  const targets = topics
    .filter(({ use }) => use === 'in')
    .map(({ name, partitions }) => ({ topic: name, name: topicName(kafka.prefix, name), partitions }))
  const admin = kafkaClient(kafka, { clientId: 'produce', log: silentLog }).admin()
  await admin.connect()
  try {
    const present = new Set(await admin.listTopics())
    const missing = targets.filter(({ name }) => !present.has(name)).map(({ name }) => name)
    if (missing.length === 0)
      return new Map(targets.map(({ topic, name, partitions }) => [topic, { name, partitions }]))
    throw new StartFailure({
      code: 'topic-missing',
      exitCode: 1,
      what: `the cluster does not have ${missing.join(' and ')}`,
      tried: `to list the topics of ${kafka.brokers.join(', ')}`,
      next: 'orderledger topics create',
    })
  } finally {
    await admin.disconnect()
  }
}
