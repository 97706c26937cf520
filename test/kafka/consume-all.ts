/** Everything that some topics hold at this moment, partition by partition in order. */
import { readTopics, type TopicRecord } from '../../kafka/topics/read-topics.ts'

export async function consumeAll(
  brokers: readonly string[],
  topics: readonly string[],
): Promise<readonly TopicRecord[]> {
  const records: TopicRecord[] = []
  await readTopics({
    kafka: { brokers, prefix: '', tls: null, sasl: null },
    topics,
    see: (some) => records.push(...some),
  })
  return records
}

/** The text of a header, '' when it is missing. */
export function headerOf({ headers }: Pick<TopicRecord, 'headers'>, wanted: string): string {
  for (const [name, value] of headers) if (name.toString() === wanted) return String(value)
  return ''
}
