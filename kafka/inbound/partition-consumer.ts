/**
 * One partition of inbound records, for as long as it is ours.
 *
 *   claimed ──the last handled record is where it was──> handling
 *      │                                                    │ the place was moved by somebody else
 *      │ another record is there, or the topic ends before  v
 *      └──> the topic was made again: from its first record claimed again
 *
 * Handling: up to 200 records at once, then the place moves and what could not be handled is parked, in one transaction.
 * What throws for one record parks it. After a process that ended without a word, and after what threw for no record that
 * is known, each of the first 200 is handled alone, and that is noted before: the one at which this happened three times
 * is parked without being looked at. What passes by itself is waited for, and counts for nothing; so is room for letters.
 */
import type { Pool } from '../../store/postgres/database.ts'
import { backOff, pause } from '../../store/waiting/pause.ts'
import {
  advancePartition,
  claimPartition,
  forgetAttempt,
  noteAttempt,
  noteWait,
  type InboundPartition,
  type NewDeadLetter,
  type RecordMark,
} from './inbound-offsets.ts'
import type { KafkaLog } from '../client/connection.ts'
import type { Visit } from '../client/group-member.ts'
import { isKafkaError } from '../client/kafka-failure.ts'
import { inKeyOrder } from './in-key-order.ts'
import { isStill, markOf, sameRecord, unreadLetter, type ArrivedRecord, type InboundRecord } from './inbound-record.ts'
import { makeRoom, type LetterLimits } from '../letters/letter-room.ts'
import { awaitRoom, parkedLetters } from './parked-letters.ts'
import { HandedOver, insist, isOutage } from './patience.ts'
import { faultOf } from './record-value.ts'
import { isPassing, waitedFor, type Taken } from './take-command.ts'

export type InboundPoint = 'inbound.taken' | 'inbound.decided' | 'inbound.parked'

export interface PartitionConsumerParts {
  readonly pool: Pool
  /** A uuid of this process. */
  readonly holder: string
  readonly limits: LetterLimits
  readonly take: (record: InboundRecord) => Promise<Taken>
  /** What is kept of the value of one that is parked. */
  readonly kept: (record: InboundRecord) => Buffer | null
  readonly log: KafkaLog
  /** The fault hook. */
  readonly reachPoint: (point: InboundPoint) => void
  /** Called for each record once its outcome is durable. */
  readonly onTaken: (record: InboundRecord, taken: Taken) => void
}

/** What a batch is handled in. */
export interface PartitionVisit extends Pick<Visit, 'signal' | 'goesOn' | 'done'> {
  /** Asks for the records from an offset on. */
  readonly seek: (offset: number) => void
}

const CHUNK = 200
/** Ends of a process, and defects, at one record. */
const MAX_ATTEMPTS = 3
const AFTER_DEFECT_MS = { first: 100, most: 1_000 }

interface Todo {
  /** Records that the place has not yet moved behind. */
  rest: readonly ArrivedRecord[]
}

export class PartitionConsumer {
  readonly partition: InboundPartition
  readonly #parts: PartitionConsumerParts
  #last: RecordMark | null = null
  #verified = false
  /** How many records are still handled alone. */
  #careful = 0
  #waitsFor: string | null = null

  constructor(partition: InboundPartition, parts: PartitionConsumerParts) {
    this.partition = partition
    this.#parts = parts
  }

  /** What the record in hand waits for, that passes by itself; null: nothing is known to keep it. */
  get waitsFor(): string | null {
    return this.#waitsFor
  }

  /** Takes the partition; resolves with the offset to read from. `before`: the consumer by which this process had it until now. */
  async claim(signal: AbortSignal, before: PartitionConsumer | null = null): Promise<number> {
    const { pool, holder, log } = this.#parts
    const { last, abandoned } = await this.#insist(() => claimPartition(pool, this.partition, holder), signal)
    this.#last = last
    this.#verified = last === null
    this.#careful = abandoned ? CHUNK : (before ?? this).#careful
    if (abandoned)
      log.warn({ ...this.partition }, 'took over a partition from a process that ended without giving it back')
    return last?.offset ?? 0
  }

  /** Whether the place is behind an offset already. */
  isDone(offset: number): boolean {
    return this.#last !== null && this.#last.offset >= offset
  }

  /**
   * Handles the records of a batch. Throws HandedOver when they have to be left to somebody else, and a defect only when it
   * comes whatever record is in hand.
   */
  async handle(batch: readonly ArrivedRecord[], visit: PartitionVisit): Promise<void> {
    const todo: Todo = { rest: batch }
    for (let defects = 0; ;) {
      const before = todo.rest
      try {
        await this.#handleAll(todo, visit)
        return
      } catch (error) {
        if (error instanceof HandedOver || isKafkaError(error)) throw error
        defects = todo.rest === before ? defects + 1 : 1
        if (defects > MAX_ATTEMPTS + 1) throw error
        this.#parts.log.error({ ...this.partition, err: error }, 'handling records one by one, because of a bug')
        this.#careful = CHUNK
        await pause(backOff(defects - 1, AFTER_DEFECT_MS), visit.signal)
      }
    }
  }

  async #handleAll(todo: Todo, visit: PartitionVisit): Promise<void> {
    if (!this.#verified) todo.rest = await this.#verify(todo.rest, visit)
    while (todo.rest.length > 0 && visit.goesOn()) {
      const chunk = todo.rest.slice(0, this.#careful > 0 ? 1 : CHUNK)
      const taken = this.#careful > 0 ? await this.#takeAlone(chunk, visit) : await this.#takeAll(chunk, visit)
      if (!(await this.#settle(chunk, taken, visit))) return
      todo.rest = todo.rest.slice(chunk.length)
      this.#careful = Math.max(0, this.#careful - chunk.length)
    }
  }

  /** Moves the place behind records and parks those that could not be handled. False: somebody else has moved it. */
  async #settle(chunk: readonly ArrivedRecord[], taken: readonly Taken[], visit: PartitionVisit): Promise<boolean> {
    const last = chunk.at(-1)
    if (last === undefined) return false
    const letters = parkedLetters(chunk, taken, this.#parts.kept)
    await awaitRoom(letters, {
      ...{ limits: this.#parts.limits, signal: visit.signal },
      look: (limits, coming) => this.#insist(() => makeRoom(this.#parts.pool, limits, coming), visit.signal),
      onWait: (reason) => this.#waitForRoom(reason, visit.signal),
    })
    if (!(await this.#park(last, letters, visit))) return false
    visit.done(last.offset)
    if (letters.length > 0) this.#parts.reachPoint('inbound.parked')
    chunk.forEach((record, index) => {
      const outcome = taken[index]
      if (outcome !== undefined) this.#tell(record, outcome)
    })
    return true
  }

  /** An attempt at a record that waits says nothing of it. */
  async #waitForRoom(reason: string, signal: AbortSignal): Promise<void> {
    const { pool, log } = this.#parts
    log.error({ ...this.partition, reason }, 'stopped reading commands over Kafka: no room for dead letters')
    if (this.#careful > 0) await this.#insist(() => forgetAttempt(pool, this.partition), signal)
  }

  /** As `#advance`. Of one record alone, a letter that the store refuses is stored with what made it do so. */
  async #park(last: ArrivedRecord, letters: readonly NewDeadLetter[], visit: PartitionVisit): Promise<boolean> {
    const [letter] = letters
    try {
      return await this.#advance(markOf(last), letters, visit)
    } catch (error) {
      if (letter === undefined || this.#careful === 0 || error instanceof HandedOver) throw error
      return this.#advance(markOf(last), [unreadLetter(last, faultOf(error), this.#parts.kept(last))], visit)
    }
  }

  /** The outcome is durable: anyone who hears of it can change nothing any more. */
  #tell(record: InboundRecord, taken: Taken): void {
    try {
      this.#parts.onTaken(record, taken)
    } catch (error) {
      this.#parts.log.error({ ...this.partition, err: error }, 'could not count a command over Kafka')
    }
  }

  /** The records behind the last one handled; none when the topic turns out to be another one. */
  async #verify(batch: readonly ArrivedRecord[], visit: PartitionVisit): Promise<readonly ArrivedRecord[]> {
    const { log } = this.#parts
    const last = this.#last
    const [first] = batch
    if (last === null || first === undefined) return batch
    const there = batch.find(({ offset }) => offset === last.offset)
    if (there === undefined ? first.offset > last.offset : isStill(there, last)) {
      this.#verified = true
      const lost = first.offset - last.offset - 1
      if (lost > 0) {
        log.warn({ ...this.partition, lost }, 'records were removed from the topic, maybe before they were handled')
      }
      visit.done(last.offset)
      return batch.filter(({ offset }) => offset > last.offset)
    }
    log.error(
      { ...this.partition, expected: last, found: markOf(there ?? first) },
      'the topic was created again; reading it from its first record',
    )
    if (await this.#advance(null, [], visit)) {
      this.#verified = true
      visit.seek(0)
    }
    return []
  }

  async #takeAll(chunk: readonly ArrivedRecord[], { signal }: PartitionVisit): Promise<readonly Taken[]> {
    const { reachPoint } = this.#parts
    reachPoint('inbound.taken')
    const taken = await inKeyOrder(chunk, (record) => this.#take(record, signal))
    reachPoint('inbound.decided')
    return taken
  }

  async #take(record: ArrivedRecord, signal: AbortSignal): Promise<Taken> {
    if (record.fault !== null) return record.fault
    const { take } = this.#parts
    try {
      return await this.#insist(() => take(record), signal, isPassing)
    } catch (error) {
      if (error instanceof HandedOver) throw error
      return faultOf(error)
    }
  }

  async #takeAlone(chunk: readonly ArrivedRecord[], visit: PartitionVisit): Promise<readonly Taken[]> {
    const { pool, log } = this.#parts
    const attempts = await this.#insist(() => noteAttempt(pool, this.partition), visit.signal)
    if (attempts <= MAX_ATTEMPTS) {
      try {
        return await this.#takeAll(chunk, visit)
      } catch (error) {
        // It waited for what passes by itself. Where that is the store, this attempt is counted after all.
        if (error instanceof HandedOver) await forgetAttempt(pool, this.partition).catch(() => undefined)
        throw error
      }
    }
    log.error({ ...this.partition, offset: chunk[0]?.offset }, 'parked a record unread: it could not be handled')
    const message = `processes ended, or failed with a bug, ${String(MAX_ATTEMPTS)} times while they handled this record, so it was parked unread`
    return chunk.map(() => ({ class: 'crash-loop', message }))
  }

  /** False: somebody else has moved the place; then we begin again where it is now. */
  async #advance(to: RecordMark | null, letters: readonly NewDeadLetter[], visit: PartitionVisit): Promise<boolean> {
    const { pool, log } = this.#parts
    const move = { from: this.#last, to, letters }
    const moved = await this.#insist(() => advancePartition(pool, this.partition, move), visit.signal)
    if (!moved) {
      const offset = await this.claim(visit.signal)
      // Our own first attempt may have been carried out although its answer was lost.
      if (!sameMark(this.#last, to)) {
        log.warn({ ...this.partition }, 'another process also handled records here; continuing at its position')
        visit.seek(offset)
        return false
      }
      this.#verified = true
    }
    this.#last = to
    this.#waitsFor = null
    return true
  }

  /** Said once: it lasts until the place moves. */
  #noteWait(waitsFor: string): void {
    if (this.#waitsFor !== null) return
    const { pool, holder, log } = this.#parts
    this.#waitsFor = waitsFor
    noteWait(pool, this.partition, { holder, waitsFor }).catch((error: unknown) => {
      log.warn({ ...this.partition, err: error }, 'could not note what a command over Kafka waits for')
    })
  }

  #insist<Result>(work: () => Promise<Result>, signal: AbortSignal, passes = isOutage): Promise<Result> {
    return insist(work, {
      signal,
      passes,
      onWait: (error, attempt) => {
        const { what, told } = waitedFor(error)
        if (attempt === 1) this.#parts.log.warn({ err: error }, `a command over Kafka waits for the ${what}`)
        if (told !== null) this.#noteWait(told)
      },
    })
  }
}

function sameMark(one: RecordMark | null, other: RecordMark | null): boolean {
  return one === null || other === null ? one === other : sameRecord(one, other)
}
