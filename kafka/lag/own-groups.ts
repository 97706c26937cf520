/** The consumer groups of this service: they are always shown, whatever the cluster says of them. */
import { projectorGroup } from '../feed/log-consumer.ts'
import { behaviourGroup } from '../user-events/user-event-reader.ts'
import { commandTopicNames } from '../inbound/command-topics.ts'
import { topicName, topics, type Topic } from '../topics/topics.ts'

export interface OwnGroup {
  readonly group: string
  /** What it reads, from the beginning of each on. */
  readonly topics: readonly Topic[]
}

export function ownGroups(prefix: string): readonly OwnGroup[] {
  return [
    ...commandTopicNames.map((command) => ({
      group: topicName(prefix, command),
      topics: topics.filter(({ name }) => name === command),
    })),
    { group: behaviourGroup(prefix), topics: topics.filter(({ name }) => name === 'user-events') },
    { group: projectorGroup(prefix), topics: topics.filter(({ use }) => use === 'log') },
  ]
}
