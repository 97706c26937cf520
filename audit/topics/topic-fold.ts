/**
 * The laws of stock and money, worked out from the records of the topics alone: somebody with nothing but Kafka can believe the
 * shop. Partitions come in any order, so events are kept apart by position, spilled, and put in order piece by piece.
 */
import { auditMoney } from '../money-audit.ts'
import { auditShop } from '../shop-audit.ts'
import { digestOf } from '../spill/name-hash.ts'
import { SpilledEvents } from '../spill/spilled-events.ts'
import type { Spill } from '../spill/spill-file.ts'
import type { Check, Locate } from '../tally.ts'
import { decodeUntrusted } from '../../schemas/codec.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { upcast } from '../../schemas/upcast.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'

/** Pieces of the log, of which one at a time is put in order in memory. */
const PIECES = 256

export class TopicFold {
  readonly #spill: Spill
  readonly #kept: SpilledEvents

  /** `head`: of the log; nothing stands behind it. */
  constructor(spill: Spill, head: Position) {
    const size = Math.max(1, Math.ceil((head + 1) / PIECES))
    this.#spill = spill
    this.#kept = new SpilledEvents(spill, ({ position }) => Math.floor(position / size))
  }

  /** Each event once, in any order. `command`: what the records of one have in common. Throws a SpillError. */
  add(event: RecordedEvent, command: string): void {
    // None of these laws is about time; which events are of one command, all of them are.
    this.#kept.add({ ...event, recordedAt: digestOf(command) })
  }

  /**
   * Every event up to `end` was added, and perhaps others. `isWhole`: the log ends there; else its last command may go on
   * behind it, and is left out. Throws a SpillError.
   */
  async judge(end: Position, { isWhole, locate }: { readonly isWhole: boolean; readonly locate: Locate }) {
    const shop = auditShop(this.#spill)
    const money = auditMoney(this.#spill)
    let command: RecordedEvent[] = []
    const see = (): void => {
      for (const { position, stream, version, recordedAt, ...stored } of command) {
        const logged = { position, stream, version, commandId: String(recordedAt) }
        for (const event of decoded(stored)) {
          shop.see(logged, event)
          money.see(logged, event)
        }
      }
      command = []
    }
    for (const piece of this.#kept.parts()) {
      const events = [...piece]
        .filter(({ position }) => position <= end)
        .sort((one, other) => one.position - other.position)
      for (const event of events) {
        if (command[0] !== undefined && command[0].recordedAt !== event.recordedAt) see()
        command.push(event)
      }
    }
    if (isWhole) see()
    const checks = [...(await shop.finish(locate)), ...(await money.finish(locate))]
    return checks.map((check): Check => ({ ...check, name: `topics-${check.name}` }))
  }
}

/** Nothing where it cannot be read: it is missed where it belongs. */
function decoded({ type, schemaVersion, data }: Pick<RecordedEvent, 'type' | 'schemaVersion' | 'data'>) {
  try {
    return upcast(decodeUntrusted(type, schemaVersion, data))
  } catch (error) {
    if (error instanceof DecodeError) return [] as readonly DomainEvent[]
    throw error
  }
}
