/**
 * What can be done with parked records: looked at, tried again, discarded. One that is tried again has the key that it
 * had, so however often that happens it takes effect once.
 */
import type { Pool } from '../../store/postgres/database.ts'
import { JudgeBusy } from '../../contract/judgement/judge-busy.ts'
import { RegistryFailure } from '../../contract/registry/schema-registry.ts'
import { considerCommands } from '../../store/commit/consider.ts'
import {
  discardParked,
  readGroups,
  readLetter,
  readLetters,
  readParked,
  settleLetter,
  type LetterDeed,
  type LetterGroup,
  type LetterQuery,
  type LetterSelection,
  type LetterSummary,
  type StoredLetter,
} from '../letters/letter-table.ts'
import type { FetchedBatch } from '../client/record-batches.ts'
import { readRoom, type LetterLimits, type LetterRoom } from '../letters/letter-room.ts'
import { inKeyOrder } from './in-key-order.ts'
import { settleBatch } from './inbound-offsets.ts'
import { deadLetter, type ArrivedRecord, type RecordFault } from './inbound-record.ts'
import { keptValue } from './kept-value.ts'
import { openBatch, type BatchPlace } from './parked-batch.ts'
import { readValue } from './record-value.ts'
import {
  framedCommand,
  learnSchema,
  takeCommand,
  takenOf,
  type Taken,
  type Taking,
  type TakingParts,
} from './take-command.ts'
import { commandTopicOf } from './command-topics.ts'

export interface DeadLetters {
  groups(): Promise<readonly LetterGroup[]>
  /** How much is kept, and may be. */
  room(): Promise<LetterRoom>
  letters(query: LetterQuery): Promise<readonly LetterSummary[]>
  letter(id: number): Promise<StoredLetter | null>
  /** What the value says, as JSON; null when it cannot be read. */
  decoded(letter: StoredLetter): string | null
  retry(selection: LetterSelection, wish: RetryWish): Promise<RetryReport>
  /** How many were discarded, or would be. */
  discard(selection: LetterSelection, wish: RetryWish): Promise<number>
}

export interface RetryWish {
  /** Only say what would come of it. */
  readonly dryRun: boolean
  /** The caller. */
  readonly by: string
}

/** `succeeded`: done; `refused`: rejected, which is recorded and final; `failed`: parked as before. */
export interface RetryReport {
  readonly dryRun: boolean
  /** Parked letters of the selection when it began. */
  readonly total: number
  readonly succeeded: number
  readonly refused: number
  readonly failed: number
  /** Not tried this time: one call takes at most this many. */
  readonly left: number
}

export interface DeadLettersParts extends TakingParts {
  readonly pool: Pool
  readonly limits: LetterLimits
  readonly newEventId: () => Buffer
  /** From the brokers; rejects without brokers. */
  readonly fetchBatches: (place: BatchPlace) => Promise<readonly FetchedBatch[]>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Of one call: a few seconds of work, and of memory at most this many values. */
const MOST = 500

export function deadLetters(parts: DeadLettersParts): DeadLetters {
  const { pool, clock } = parts

  async function tryAgain(letter: StoredLetter, by: string): Promise<Outcome> {
    if (letter.lastOffset !== null) return tryBatch(letter, by)
    const taking = takingOf(letter)
    const taken = await takeCommand(letter, taking, parts).catch(registryIsAway)
    const { outcome, detail } = toldOf(taken, taking)
    const deed = deedOf('retry', by, detail)
    // One that somebody else settled meanwhile stays as it is; it was the same command.
    await settleLetter(pool, letter.id, { state: outcome === 'failed' ? 'parked' : 'retried', deed })
    return outcome
  }

  /** Takes each record of a batch under its own key, and parks those that cannot be handled as letters of their own. */
  async function tryBatch(letter: StoredLetter, by: string): Promise<Outcome> {
    const records = await open(letter)
    if (records === null) {
      const deed = deedOf('retry', by, 'the batch still cannot be unpacked')
      await settleLetter(pool, letter.id, { state: 'parked', deed })
      return 'failed'
    }
    // Each for the first time: nothing of the batch was decided.
    const taking = { topic: commandTopicOf(letter.topic), anewAfter: null }
    const taken = await inKeyOrder(
      records,
      async (record) => record.fault ?? takeCommand(record, taking, parts).catch(registryIsAway),
    )
    const letters = records.flatMap((record, index) => {
      const outcome = taken[index]
      return outcome === undefined || !('class' in outcome)
        ? []
        : [deadLetter(record, outcome, keptValue(record, taking.topic, parts.readAvro))]
    })
    const told = taken.map((one) => toldOf(one, taking).outcome)
    const count = (outcome: Outcome) => String(told.filter((one) => one === outcome).length)
    const detail = `${taking.topic.noun}s of the batch: ${count('succeeded')} done, ${count('refused')} rejected, ${count('failed')} parked`
    await settleBatch(pool, letter, { id: letter.id, deed: deedOf('retry', by, detail), letters })
    return 'succeeded'
  }

  async function open(letter: StoredLetter): Promise<readonly ArrivedRecord[] | null> {
    const { topic, partition, offset, lastOffset, value } = letter
    const place = { topic, partition, first: offset, last: lastOffset ?? offset }
    return openBatch(place, value ?? Buffer.alloc(0), parts.fetchBatches)
  }

  async function considerBatch(letter: StoredLetter): Promise<Outcome> {
    return (await open(letter)) === null ? 'failed' : 'succeeded'
  }

  async function consider(letters: readonly StoredLetter[]): Promise<readonly Outcome[]> {
    const batches = letters.filter(({ lastOffset }) => lastOffset !== null)
    const records = letters.filter(({ lastOffset }) => lastOffset === null)
    return [...(await considerRecords(records)), ...(await Promise.all(batches.map(considerBatch)))]
  }

  async function considerRecords(letters: readonly StoredLetter[]): Promise<readonly Outcome[]> {
    for (const letter of letters) await learnSchema(letter, takingOf(letter), parts).catch(registryIsAway)
    const framed = letters.flatMap((letter) => {
      const taking = takingOf(letter)
      const one = framedCommand(letter, taking, parts)
      return 'class' in one ? [] : [{ ...one, taking }]
    })
    const commands = framed.map(({ command }) => command)
    const considered = await considerCommands(pool, commands, parts.newEventId)
    const outcomes = framed.map((one, index) => {
      const found = considered[index]
      return found === undefined || found.outcome === 'failed'
        ? 'failed'
        : toldOf(takenOf(one, found), one.taking).outcome
    })
    return [...outcomes, ...Array.from({ length: letters.length - framed.length }, () => 'failed' as const)]
  }

  function deedOf(act: LetterDeed['act'], by: string, detail: string): LetterDeed {
    return { at: new Date(clock()).toISOString(), act, by, detail }
  }

  return {
    groups: () => readGroups(pool),
    room: () => readRoom(pool, parts.limits),
    letters: (query) => readLetters(pool, query),
    letter: (id) => readLetter(pool, id),
    decoded({ value }) {
      const read = value === null || value.length === 0 ? null : readValue(value, parts.readAvro)
      return read === null || 'fault' in read ? null : jsonText(read.value)
    },
    async retry(selection, { dryRun, by }) {
      const { letters, total } = await readParked(pool, selection, MOST)
      const outcomes = dryRun ? await consider(letters) : await inKeyOrder(letters, (letter) => tryAgain(letter, by))
      const of = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length
      const left = total - letters.length
      return { dryRun, total, succeeded: of('succeeded'), refused: of('refused'), failed: of('failed'), left }
    },
    async discard(selection, { dryRun, by }) {
      if (dryRun) return (await readParked(pool, selection, 0)).total
      return discardParked(pool, selection, deedOf('discard', by, 'discarded'))
    },
  }
}

/** A letter whose schema cannot be asked for stays parked. */
function registryIsAway(error: unknown): RecordFault {
  if (!(error instanceof RegistryFailure || error instanceof JudgeBusy)) throw error
  return { class: error.code, message: error.message }
}

type Outcome = 'succeeded' | 'refused' | 'failed'

function toldOf(taken: Taken, { topic }: Taking): { readonly outcome: Outcome; readonly detail: string } {
  if ('class' in taken) return { outcome: 'failed', detail: `${taken.class}: ${taken.message}` }
  const { orderId, refused } = taken
  return { outcome: refused === null ? 'succeeded' : 'refused', detail: topic.did(orderId, refused) }
}

/** One that was decided is decided again, with a key of its own: its first one would give the first answer. */
function takingOf(letter: StoredLetter): Taking {
  const topic = commandTopicOf(letter.topic)
  const last = letter.history.findLast(({ act }) => act === 'retry')?.at ?? new Date(letter.parkedAt).toISOString()
  return { topic, anewAfter: topic.decidedAnew.includes(letter.class) ? last : null }
}

/** Null for what is nested too deep to be written: reading does not mind that. */
function jsonText(value: unknown): string | null {
  try {
    return JSON.stringify(value, null, 2)
  } catch {
    return null
  }
}
