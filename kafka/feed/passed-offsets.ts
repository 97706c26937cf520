/** Which offsets of each partition a reader of the log has passed: what others learn of its progress. */
import type { Position } from '../../store/commit/command.ts'

/** Records that were read together. */
export interface ReadRecords {
  readonly topic: string
  readonly partition: number
  /** The offset behind the last of them. */
  readonly end: bigint
  /** The highest position among them; 0: none of them is an event of the log. */
  readonly position: Position
}

export interface PassedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: string
}

export class PassedOffsets {
  readonly #read = new Map<string, ReadRecords[]>()

  /** In the order of offsets for each partition. */
  read(records: ReadRecords): void {
    const { topic, partition } = records
    const key = `${topic} ${String(partition)}`
    const earlier = this.#read.get(key)
    if (earlier === undefined) this.#read.set(key, [records])
    else earlier.push(records)
  }

  /** Offsets below which every event is at or below a position, of the partitions where that has moved. */
  take(reached: Position): readonly PassedOffset[] {
    const passed: PassedOffset[] = []
    for (const [key, records] of this.#read) {
      const count = records.findIndex(({ position }) => position > reached)
      const gone = count === -1 ? records : records.slice(0, count)
      const last = gone.at(-1)
      if (last === undefined) continue
      passed.push({ topic: last.topic, partition: last.partition, offset: String(last.end) })
      if (count === -1) this.#read.delete(key)
      else this.#read.set(key, records.slice(count))
    }
    return passed
  }

  /** Partitions are dealt out, and read again from where they were last said to be. */
  forget(): void {
    this.#read.clear()
  }
}
