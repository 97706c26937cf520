import { describe, expect, test } from 'vitest'
import { planTopics, topicDifferences, type FoundTopic, type TopicPlan } from './topic-differences.ts'

const [orders] = planTopics('shop.', 3, 'broker:9092')

function asPlanned({ partitions, replication, settings }: TopicPlan): FoundTopic {
  return { partitions, replication, settings }
}

describe('the plan of the topics', () => {
  test('replicates as far as there are brokers', () => {
    const [one, two, many] = [1, 2, 7].map((brokers) => planTopics('', brokers, 'broker:9092')[0])
    expect(one).toMatchObject({ replication: 1, settings: { 'min.insync.replicas': '1' } })
    expect(two).toMatchObject({ replication: 2, settings: { 'min.insync.replicas': '2' } })
    expect(many).toMatchObject({ replication: 3, settings: { 'min.insync.replicas': '2' } })
  })

  test('differs in nothing from what it makes', () => {
    for (const plan of planTopics('shop.', 3, 'broker:9092'))
      expect(topicDifferences(plan, asPlanned(plan))).toEqual([])
  })
})

describe('a topic that is otherwise', () => {
  if (orders === undefined) throw new Error('there is no topic')

  test('is told by each setting, with the command that sets it', () => {
    const found = { ...asPlanned(orders), settings: { ...orders.settings, 'max.message.bytes': '99' } }
    expect(topicDifferences(orders, found)).toEqual([
      {
        what: 'max.message.bytes',
        is: '99',
        wanted: '1048576',
        fix: 'kafka-configs.sh --alter --bootstrap-server broker:9092 --entity-type topics --entity-name shop.orders --add-config max.message.bytes=1048576',
      },
    ])
  })

  test('shows nothing of settings that its brokers do not know, or do not show to this user', () => {
    const { 'message.timestamp.before.max.ms': _, ...known } = orders.settings
    expect(topicDifferences(orders, { ...asPlanned(orders), settings: known })).toEqual([])
    expect(topicDifferences(orders, { ...asPlanned(orders), settings: null })).toEqual([])
  })

  test('needs another prefix when it has too few partitions, and nothing when it has more', () => {
    const fix = (partitions: number) => topicDifferences(orders, { ...asPlanned(orders), partitions })[0]?.fix
    expect(fix(2)).toContain('TOPIC_PREFIX')
    expect(fix(4)).toContain('leave it')
  })

  test('may have more replicas, and not fewer', () => {
    expect(topicDifferences(orders, { ...asPlanned(orders), replication: 5 })).toEqual([])
    expect(topicDifferences(orders, { ...asPlanned(orders), replication: 1 })).toMatchObject([{ what: 'replication' }])
  })
})
