/** The consumer groups of this service: they are always shown, whatever the cluster says of them. */
import { projectorGroup } from '../feed/log-consumer.ts'
import { topicName, topics, type Topic } from '../topics/topics.ts'

export interface OwnGroup {
  readonly group: string
  /** What it reads, from the beginning of each on. */
  readonly topics: readonly Topic[]
}

export function ownGroups(prefix: string): readonly OwnGroup[] {
  return [
    // Of the same name as its topic (kafka/inbound/order-commands.ts).
    { group: topicName(prefix, 'order-commands'), topics: topics.filter(({ name }) => name === 'order-commands') },
    { group: projectorGroup(prefix), topics: topics.filter(({ use }) => use === 'log') },
  ]
}
