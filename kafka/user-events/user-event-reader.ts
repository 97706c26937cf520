/**
 * Reads user events from their topic, as a member of the group `<prefix>behaviour`. Where each partition stands is kept with
 * what was read of it (insights/intake/topic-table.ts); the offsets of the group are a hint for those who watch the lag.
 *
 * Each partition: claimed --the last record that was kept is where it was--> reading
 *                 claimed --another record is there--> the topic was made again: from its first record
 *                 reading --somebody else has moved the place--> claimed again
 * What cannot be read is parked and holds up nothing; the store or the registry that is away is waited for.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MessageReader } from '../../contract/registry/message-reader.ts'
import type { UserEvent } from '../../schemas/behaviour/user-event.ts'
import type { KafkaLog } from '../client/connection.ts'
import {
  GroupMember,
  type FetchedPartition,
  type MemberHealth,
  type MemberTimes,
  type Visit,
} from '../client/group-member.ts'
import { unpacked, unreadableText } from '../inbound/parked-batch.ts'
import { HandedOver, insist, isOutage } from '../inbound/patience.ts'
import { isPassing, waitedFor } from '../inbound/take-command.ts'
import type { KafkaSettings } from '../settings.ts'
import { JudgedRecords, type JudgedEvent, type JudgedLetter, type Judging } from './judge-records.ts'
import { isSame, isStill, itemsIn, markOf, type Item, type Mark } from './read-items.ts'
import { watchEnds } from './topic-ends.ts'

/** Keeps what is read (insights/intake/topic-intake.ts). */
export interface UserEventIntake {
  place(partition: number): Promise<Mark | null>
  forget(partition: number, from: Mark): Promise<boolean>
  keep(
    stretch: {
      readonly partition: number
      readonly from: Mark | null
      readonly to: Mark
      readonly records: readonly JudgedEvent[]
      readonly letters: readonly JudgedLetter[]
    },
    skus: readonly (string | null)[],
  ): Promise<boolean>
  noteEnds(partitions: readonly number[]): Promise<void>
}

export type UserEventPoint = 'behaviour.read' | 'behaviour.kept'

export interface UserEventReaderParts extends Omit<Judging, 'now' | 'avro'> {
  readonly settings: KafkaSettings
  readonly group: string
  readonly topic: string
  readonly intake: UserEventIntake
  readonly avro: Pick<MessageReader<UserEvent>, 'read' | 'isOurs' | 'isLearnt' | 'learnAvro'>
  /** The server's clock, milliseconds. */
  readonly clock: () => number
  readonly monotonic: () => number
  readonly log: KafkaLog
  /** The fault hook. */
  readonly reachPoint: (point: UserEventPoint) => void
  readonly times?: Partial<MemberTimes>
}

/** The group of all who read user events. */
export function behaviourGroup(prefix: string): string {
  return `${prefix}behaviour`
}

/** A batch that is larger comes whole all the same. */
const FETCH = { wait: 200, bytes: 512 * 1024, partitionsAtOnce: 6 }
/** Events and letters that are kept at once. */
const AT_ONCE = 5_000
/** Records that are judged before others have their turn in the event loop. */
const A_TURN = 500

interface AssignedPartition {
  last: Mark | null
  verified: boolean
  claimed: Promise<boolean>
  /** Offset behind all that is done with. */
  passed: number
}

export class UserEventReader {
  readonly #parts: UserEventReaderParts
  readonly #member: GroupMember
  readonly #stop = new AbortController()
  #running: Promise<unknown> = Promise.resolve()
  #assigned = new Map<number, AssignedPartition>()

  constructor(parts: UserEventReaderParts) {
    const { settings, group, topic, log, monotonic, times } = parts
    this.#parts = parts
    this.#member = new GroupMember({
      ...{ settings, log, monotonic, clientId: 'user-events', group, topics: [topic] },
      times: times ?? {},
      fromBeginning: true,
      fetch: FETCH,
      joined: (partitions, tenure) => this.#assign(partitions[topic] ?? [], tenure),
      handle: (fetched, visit) => this.#handle(fetched, visit),
      lost: (reason) => log.warn({ topic, reason }, 'user events over Kafka are not read: trying again'),
    })
  }

  /** Begins, whether Kafka is there or not. */
  start(): void {
    const { settings, topic, intake, log } = this.#parts
    const { signal } = this.#stop
    const passed = () =>
      new Map([...this.#assigned].map(([partition, assigned]) => [partition, assigned.passed] as const))
    this.#running = Promise.all([
      this.#member.run(signal),
      watchEnds({ settings, topic, passed, log, note: (partitions) => intake.noteEnds(partitions) }, signal),
    ])
  }

  /** Finishes what is being kept and gives the partitions back. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  health(): MemberHealth {
    return this.#member.health()
  }

  #assign(partitions: readonly number[], tenure: AbortSignal): void {
    this.#assigned = new Map(
      partitions.map((partition) => {
        const assigned: AssignedPartition = { last: null, verified: false, passed: 0, claimed: Promise.resolve(false) }
        assigned.claimed = this.#claim(assigned, partition, tenure).then(
          // The client of a session that ended meanwhile throws: nobody would catch that.
          () => !tenure.aborted,
          (error: unknown) => {
            if (!(error instanceof HandedOver)) this.#parts.log.error({ err: error }, 'could not claim a partition')
            return false
          },
        )
        return [partition, assigned]
      }),
    )
  }

  /** Reads from the last record that was kept on, to see whether it is still that one. */
  async #claim(assigned: AssignedPartition, partition: number, signal: AbortSignal): Promise<void> {
    assigned.last = await this.#insist(() => this.#parts.intake.place(partition), signal)
    assigned.verified = assigned.last === null
    assigned.passed = assigned.last === null ? 0 : assigned.last.offset + 1
    if (!signal.aborted) this.#member.seek(this.#parts.topic, partition, assigned.last?.offset ?? 0)
  }

  async #handle(fetched: FetchedPartition, visit: Visit): Promise<void> {
    const { partition, batches } = fetched
    const assigned = this.#assigned.get(partition)
    if (assigned === undefined || !(await assigned.claimed) || !visit.goesOn()) return
    try {
      const items: Item[] = []
      for (const index of batches.keys()) items.push(...(await this.#itemsOf(fetched, index, assigned, visit)))
      if (
        !(await this.#keepAll(await this.#verified(assigned, partition, items, visit), { assigned, partition, visit }))
      )
        return
      const end = batches.at(-1)?.last
      if (end === undefined || !assigned.verified || !visit.goesOn()) return
      assigned.passed = Math.max(assigned.passed, end + 1)
      visit.done(end)
      void this.#member
        .commit([{ topic: this.#parts.topic, partition, offset: String(assigned.passed) }])
        .catch(() => undefined)
    } catch (error) {
      if (!(error instanceof HandedOver)) throw error
    }
  }

  /** False: somebody else has moved the place, or the partition is not ours any more. */
  async #keepAll(items: readonly Item[], { assigned, partition, visit }: InHand): Promise<boolean> {
    const { intake, reachPoint, topic } = this.#parts
    for (let at = 0; at < items.length;) {
      if (!visit.goesOn()) return false
      const { judged, next } = await this.#judge(items, at, { assigned, partition, visit })
      const last = items[next - 1]
      if (last === undefined) return true
      const { events: records, letters } = judged
      const to = markOf(last)
      const skus = records.map(({ sku }) => sku)
      reachPoint('behaviour.read')
      const stretch = { partition, from: assigned.last, to, records, letters }
      if (!(await this.#insist(() => intake.keep(stretch, skus), visit.signal))) {
        const place = await this.#insist(() => intake.place(partition), visit.signal)
        // Our own first attempt may have been carried out although its answer was lost.
        if (!isSame(place, to)) {
          this.#parts.log.warn(
            { topic, partition },
            'another process also read user events here; continuing at its position',
          )
          await this.#claim(assigned, partition, visit.signal)
          return false
        }
      }
      reachPoint('behaviour.kept')
      assigned.last = to
      assigned.passed = to.offset + 1
      visit.done(to.offset)
      at = next
    }
    return true
  }

  async #judge(items: readonly Item[], from: number, { partition, visit }: InHand) {
    const { avro, clock, pseudonym } = this.#parts
    const judged = new JudgedRecords(partition, { avro, pseudonym, now: clock() })
    let next = from
    for (; next < items.length && judged.events.length + judged.letters.length < AT_ONCE; next++) {
      const item = items[next]
      if (item === undefined) break
      if ('unread' in item) {
        judged.park(item.offset, 'invalid', item.unread, item.bytes)
        continue
      }
      const { value } = item.record
      if (value?.[0] === 0 && !avro.isLearnt(value)) {
        await this.#insist(() => avro.learnAvro(value), visit.signal, isPassing)
      }
      judged.add(item.record)
      if ((next - from) % A_TURN === A_TURN - 1) await nextTurn()
    }
    return { judged, next }
  }

  /** What is behind the last record that was kept; nothing where the topic turns out to be another one. */
  async #verified(
    assigned: AssignedPartition,
    partition: number,
    items: readonly Item[],
    visit: Visit,
  ): Promise<readonly Item[]> {
    const { last } = assigned
    const [first] = items
    if (last === null || first === undefined) return items
    const behind = items.filter(({ offset }) => offset > last.offset)
    if (assigned.verified) return behind
    const { log, topic, intake } = this.#parts
    const there = items.find(({ offset }) => offset === last.offset)
    if (there === undefined ? first.offset > last.offset : isStill(markOf(there), last)) {
      assigned.verified = true
      const lost = first.offset - last.offset - 1
      if (lost > 0)
        log.warn({ topic, partition, lost }, 'user events were removed from the topic before they were read')
      return behind
    }
    log.error({ topic, partition }, 'the topic was created again; reading it from its first record')
    await this.#insist(() => intake.forget(partition, last), visit.signal)
    await this.#claim(assigned, partition, visit.signal)
    return []
  }

  async #itemsOf(
    fetched: FetchedPartition,
    index: number,
    assigned: AssignedPartition,
    { signal }: Visit,
  ): Promise<readonly Item[]> {
    const { settings, log } = this.#parts
    const isDone = (offset: number) => assigned.last !== null && assigned.last.offset >= offset
    const found = await unpacked(fetched, index, { settings, log, signal, isDone })
    if ('batches' in found) return found.batches.flatMap(itemsIn)
    const { place, batch } = found
    return [{ offset: place.last, unread: unreadableText(place, batch), bytes: batch.bytes }]
  }

  #insist<Result>(work: () => Promise<Result>, signal: AbortSignal, passes = isOutage): Promise<Result> {
    return insist(work, {
      ...{ signal, passes },
      onWait: (error, attempt) => {
        if (attempt === 1) this.#parts.log.warn({ err: error }, `user events wait for the ${waitedFor(error).what}`)
      },
    })
  }
}

interface InHand {
  readonly assigned: AssignedPartition
  readonly partition: number
  readonly visit: Visit
}
