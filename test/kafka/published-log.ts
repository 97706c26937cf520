/** Holds what is on the topics to what is stored. */
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { copiesOf, keyOfStream, topicOfStream, topics } from '../../kafka/topics/topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { readEvents } from '../../store/log/read-log.ts'
import type { ReadRecord, Relaying } from './relaying.ts'

/**
 * Every stored event is on its topic and on those of its copies, as it is stored, in the partition of its key; the first
 * occurrences of each key are in the order of their versions; and nothing is there that is not stored. Returns how many
 * records were duplicates.
 */
export async function expectPublished(
  relaying: Relaying,
  lost: (position: number) => boolean = () => false,
): Promise<number> {
  const stored = await readEvents(relaying.pool, 0, 1_000_000)
  const found = await relaying.read()
  let records = 0
  for (const [topic, all] of found) {
    const partitions = topics.find(({ name }) => name === topic)?.partitions ?? 0
    const wanted = stored.filter((event) => isOn(event, topic) && !lost(event.position))
    const firsts = firstOccurrences(all)
    records += all.length - firsts.length
    for (const partition of new Set(firsts.map((record) => record.partition))) {
      const positions = firsts.filter((record) => record.partition === partition).map(({ event }) => event.position)
      // Versions ascend with positions, so this is the order of the versions of each key as well.
      expect(positions, `${topic}-${String(partition)}`).toEqual(positions.toSorted((one, other) => one - other))
    }
    const byPosition = new Map(firsts.map((record) => [record.event.position, record]))
    expect([...byPosition.keys()].toSorted((one, other) => one - other)).toEqual(wanted.map(({ position }) => position))
    for (const { position, stream, version, type, schemaVersion, data, recordedAt } of wanted) {
      const record = byPosition.get(position)
      const event = { position, stream, version, type, schemaVersion, data, recordedAt }
      // Comparing is faster than explaining: only what is wrong is explained at length.
      if (!isDeepStrictEqual(record?.event, event)) expect(record?.event).toEqual(event)
      if (record?.partition !== partitionOf(keyOfStream(stream), partitions)) expect.fail(`${stream} is elsewhere`)
    }
  }
  return records
}

function isOn({ stream, type }: StoredEvent, topic: string): boolean {
  return topicOfStream(stream).name === topic || copiesOf(type).some(({ name }) => name === topic)
}

function firstOccurrences(records: readonly ReadRecord[]): readonly ReadRecord[] {
  const seen = new Set<number>()
  return records.filter(({ event }) => !seen.has(event.position) && seen.add(event.position))
}
