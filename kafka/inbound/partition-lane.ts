/**
 * One partition of inbound records, for as long as it is ours.
 *
 *   claimed ──the last handled record is where it was──> handling
 *      │                                                    │ the place was moved by somebody else
 *      │ another record is there, or the topic ends before  v
 *      └──> the topic was made anew: from its first record  claimed again
 *
 * Handling: up to 200 records at once, then the place moves and what could not be handled is parked, in one transaction.
 * After a process that ended without a word, each of the first 200 is handled alone, and that is noted before: the one at
 * which processes died three times is parked without being looked at.
 */
import type { Pool } from '../../store/postgres/database.ts'
import {
  advancePartition,
  claimPartition,
  noteAttempt,
  type InboundPartition,
  type NewDeadLetter,
  type RecordMark,
} from './inbound-offsets.ts'
import { verdictOf } from '../../store/postgres/sqlstate.ts'
import type { KafkaLog } from '../client/connection.ts'
import { inKeyOrder } from './in-key-order.ts'
import { deadLetter, markOf, sameRecord, type InboundRecord } from './inbound-record.ts'
import { insist } from './patience.ts'
import { isPassing, type Taken } from './take-order.ts'

export type InboundPoint = 'inbound.taken' | 'inbound.decided' | 'inbound.parked'

export interface LaneParts {
  readonly pool: Pool
  /** A uuid of this process. */
  readonly holder: string
  readonly take: (record: InboundRecord) => Promise<Taken>
  readonly log: KafkaLog
  /** The fault hook. */
  readonly reachPoint: (point: InboundPoint) => void
  /** Told of each record once its outcome is durable. */
  readonly onTaken: (record: InboundRecord, taken: Taken) => void
}

/** What a batch is handled in. */
export interface Visit {
  /** Ends all waiting: the partition is lost, or the process stops. */
  readonly signal: AbortSignal
  /** False once what follows is not ours to handle. */
  readonly goesOn: () => boolean
  /** Told of each offset that is done with. */
  readonly done: (offset: number) => void
  /** Asks for the records from an offset on. */
  readonly seek: (offset: number) => void
}

const CHUNK = 200
const MAX_DEATHS = 3

export class PartitionLane {
  readonly partition: InboundPartition
  readonly #parts: LaneParts
  #last: RecordMark | null = null
  #verified = false
  /** How many records are still handled alone. */
  #careful = 0

  constructor(partition: InboundPartition, parts: LaneParts) {
    this.partition = partition
    this.#parts = parts
  }

  /** Takes the partition; resolves with the offset to read from. */
  async claim(signal: AbortSignal): Promise<number> {
    const { pool, holder, log } = this.#parts
    const { last, abandoned } = await this.#insist(() => claimPartition(pool, this.partition, holder), signal)
    this.#last = last
    this.#verified = last === null
    this.#careful = abandoned ? CHUNK : 0
    if (abandoned)
      log.warn({ ...this.partition }, 'took over a partition from a process that ended without giving it back')
    return last?.offset ?? 0
  }

  /** Handles the records of a batch. Throws HandedOver when they have to be left to somebody else. */
  async handle(batch: readonly InboundRecord[], visit: Visit): Promise<void> {
    let rest = this.#verified ? batch : await this.#verify(batch, visit)
    while (rest.length > 0 && visit.goesOn()) {
      const chunk = rest.slice(0, this.#careful > 0 ? 1 : CHUNK)
      const taken = this.#careful > 0 ? await this.#takeAlone(chunk, visit) : await this.#takeAll(chunk, visit)
      const last = chunk.at(-1)
      const letters = parked(chunk, taken)
      if (last === undefined || !(await this.#advance(markOf(last), letters, visit))) return
      if (letters.length > 0) this.#parts.reachPoint('inbound.parked')
      chunk.forEach((record, index) => {
        const outcome = taken[index]
        if (outcome !== undefined) this.#parts.onTaken(record, outcome)
      })
      this.#careful = Math.max(0, this.#careful - chunk.length)
      visit.done(last.offset)
      rest = rest.slice(chunk.length)
    }
  }

  /** The records behind the last one handled; none when the topic turns out to be another one. */
  async #verify(batch: readonly InboundRecord[], visit: Visit): Promise<readonly InboundRecord[]> {
    const { log } = this.#parts
    const last = this.#last
    const [first] = batch
    if (last === null || first === undefined) return batch
    const there = batch.find(({ offset }) => offset === last.offset)
    if (there === undefined ? first.offset > last.offset : sameRecord(markOf(there), last)) {
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

  async #takeAll(chunk: readonly InboundRecord[], { signal }: Visit): Promise<readonly Taken[]> {
    const { take, reachPoint } = this.#parts
    reachPoint('inbound.taken')
    const taken = await inKeyOrder(chunk, (record) => this.#insist(() => take(record), signal, isPassing))
    reachPoint('inbound.decided')
    return taken
  }

  async #takeAlone(chunk: readonly InboundRecord[], visit: Visit): Promise<readonly Taken[]> {
    const { pool, log } = this.#parts
    const attempts = await this.#insist(() => noteAttempt(pool, this.partition), visit.signal)
    if (attempts <= MAX_DEATHS) return this.#takeAll(chunk, visit)
    log.error(
      { ...this.partition, offset: chunk[0]?.offset },
      'parked a record unread, because processes ended while they handled it',
    )
    const message = `${String(MAX_DEATHS)} processes ended while they handled this record, so it was parked unread`
    return chunk.map(() => ({ class: 'crash-loop', message }))
  }

  /** False: somebody else has moved the place; then we begin again where it is now. */
  async #advance(to: RecordMark | null, letters: readonly NewDeadLetter[], visit: Visit): Promise<boolean> {
    const { pool, log } = this.#parts
    const move = { from: this.#last, to, letters }
    const moved = await this.#insist(() => advancePartition(pool, this.partition, move), visit.signal)
    if (!moved) {
      const offset = await this.claim(visit.signal)
      // Our own first attempt may have been carried out although its answer was lost.
      if (!sameMark(this.#last, to)) {
        log.warn(
          { ...this.partition },
          'another process also handled records of this partition; continuing at its position',
        )
        visit.seek(offset)
        return false
      }
      this.#verified = true
    }
    this.#last = to
    return true
  }

  #insist<Result>(work: () => Promise<Result>, signal: AbortSignal, passes = isOutage): Promise<Result> {
    const { log } = this.#parts
    return insist(work, {
      signal,
      passes,
      onWait(error, attempt) {
        if (attempt === 1) log.warn({ err: error }, 'an order over Kafka waits for the store')
      },
    })
  }
}

/** Of our own statements, which no record can make wrong: only a fault of the program is none. */
function isOutage(error: unknown): boolean {
  return verdictOf(error, 'reading') !== 'refused'
}

function parked(chunk: readonly InboundRecord[], taken: readonly Taken[]): readonly NewDeadLetter[] {
  return chunk.flatMap((record, index) => {
    const outcome = taken[index]
    return outcome === undefined || !('class' in outcome) ? [] : [deadLetter(record, outcome)]
  })
}

function sameMark(one: RecordMark | null, other: RecordMark | null): boolean {
  return one === null || other === null ? one === other : sameRecord(one, other)
}
