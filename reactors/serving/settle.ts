/**
 * Settles what is due for one reactor, as much at once as its pace allows, and notes what became of it.
 *
 *   due --taken--> under way --settled--> gone
 *                            --to be tried again--> due, later
 *                            --failed--> parked --retried--> due
 */
import type { Timestamp } from '../../domain/values.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { pause } from '../../store/waiting/pause.ts'
import { asking, type Asked } from '../asking.ts'
import { readDue, writeSettled, type SettledCause } from './due-table.ts'
import type { Acting, DueCause } from '../reactor.ts'
import type { Cursor } from './read-together.ts'
import { holdReactor, recordOutage, whyOf } from './reactor-table.ts'

const LOOK_MS = 1_000
/** Between the beginnings of two rounds: what ends or is filled meanwhile is noted and begun together. */
const ROUND_MS = 5
/** Failures outside in a row after which it counts as away. */
const AWAY_AFTER = 3
/** At once, where the machine is so busy that fewer would not reach the rate. */
const MOST_TIMES = 4

/** Its cause in hand; around what is done outside, and around a command; before and after it is noted what became of it. */
export type SettlingPoint =
  | 'reactor.taken'
  | 'reactor.calling'
  | 'reactor.called'
  | 'reactor.asking'
  | 'reactor.asked'
  | 'reactor.decided'
  | 'reactor.settled'

export interface SettlingParts extends Asked {
  /** By the database's clock. */
  readonly clock: () => Timestamp
  readonly pool: Pool
  readonly log: WorkerLog
  /** False: reactors that act outside begin nothing. */
  readonly effects: boolean
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  /** The fault hook. */
  readonly reachPoint: (point: SettlingPoint) => void
}

/** Runs until `signal` aborts and what is under way has ended. Rejects when the database does. */
export async function settle(parts: SettlingParts, cursor: Cursor, signal: AbortSignal): Promise<void> {
  await new Settling(parts, cursor).run(signal)
}

class Settling {
  readonly #parts: SettlingParts
  readonly #cursor: Cursor
  readonly #underWay = new Map<DueCause, Promise<void>>()
  #ended: SettledCause[] = []
  /** The store could not take a command: nothing is begun until then. */
  #awayUntil = -Infinity
  /** Milliseconds that the last one took. */
  #took = 0
  #repeatedAt = -Infinity
  #troubles = 0
  /** What is away outside, and what the table says of it; null: nothing; undefined: as before this process, nothing was asked for. */
  #outage: string | null | undefined = undefined
  #notedOutage: string | null | undefined = undefined

  constructor(parts: SettlingParts, cursor: Cursor) {
    this.#parts = parts
    this.#cursor = cursor
  }

  async run(signal: AbortSignal): Promise<void> {
    const { reactor, filled } = this.#cursor
    const { monotonic } = this.#parts
    try {
      while (!signal.aborted) {
        const { count } = filled
        const beganAt = monotonic()
        await this.#note()
        const begun = await this.#begin()
        if (begun === 0) await filled.wait(LOOK_MS, { count, signal })
        // From the beginning on: a round that takes long leaves the rate as it is.
        const rest = beganAt + Math.max(ROUND_MS, (begun * 1_000) / reactor.pace.perSecond) - monotonic()
        if (rest > 0) await pause(rest, signal)
      }
    } finally {
      await Promise.all(this.#underWay.values())
    }
    await this.#note()
  }

  /** Returns how many were begun. */
  async #begin(): Promise<number> {
    const { pool, clock, effects, monotonic, reachPoint } = this.#parts
    const { reactor, stopped } = this.#cursor
    if (reactor.actsOutside && !effects) {
      await holdReactor(pool, reactor.name)
      return 0
    }
    const free = this.#atOnce() - this.#underWay.size
    if (free <= 0 || stopped || monotonic() < this.#awayUntil) return 0
    const at = clock()
    const rows = await readDue(pool, reactor.name, {
      at,
      fresh: free,
      repeated: Math.min(free, this.#repeats()),
      // What has ended and is not noted yet would be read as due once more.
      except: [...this.#underWay.keys(), ...this.#ended.map(({ cause }) => cause)].map(({ position }) => position),
      holdsBack: reactor.holdsBack,
    })
    const taken = rows.slice(0, free)
    if (taken.length === 0) return 0
    reachPoint('reactor.taken')
    if (taken.some(({ attempts }) => attempts > 0)) this.#repeatedAt = monotonic()
    for (const row of taken) this.#underWay.set(row, this.#act(row, at))
    return taken.length
  }

  /** Where one takes long, more are under way, so that the rate is reached. */
  #atOnce(): number {
    const { perSecond, atOnce } = this.#cursor.reactor.pace
    if (!Number.isFinite(perSecond)) return atOnce
    return Math.min(Math.max(atOnce, Math.ceil((this.#took * perSecond) / 1_000)), MOST_TIMES * atOnce)
  }

  /** As many as the time since the last ones leaves room for. */
  #repeats(): number {
    const { repeatsPerSecond } = this.#cursor.reactor.pace
    const since = Math.min(this.#parts.monotonic() - this.#repeatedAt, LOOK_MS)
    return Math.floor((since * repeatsPerSecond) / 1_000)
  }

  async #act(row: DueCause, at: Timestamp): Promise<void> {
    const began = this.#parts.monotonic()
    try {
      this.#ended.push({ cause: row, settled: await this.#cursor.reactor.act(row, this.#acting(row, at)) })
    } catch (error) {
      if (error instanceof StoreFailure) this.#storeAway(row, error)
      else this.#ended.push({ cause: row, settled: { outcome: 'parked', why: whyOf(error) } })
    }
    this.#took = this.#parts.monotonic() - began
    this.#underWay.delete(row)
    this.#cursor.filled.wake()
  }

  /** Said once a pause: all that is under way fails with it. */
  #storeAway({ stream, position }: DueCause, error: StoreFailure): void {
    const { log, monotonic } = this.#parts
    const now = monotonic()
    if (now >= this.#awayUntil) {
      const { name } = this.#cursor.reactor
      log.warn(
        { reactor: name, stream, position, err: error },
        'the store did not take a command of a reactor; will retry',
      )
    }
    this.#awayUntil = now + LOOK_MS
  }

  #acting({ cause }: DueCause, at: Timestamp): Acting {
    const { reachPoint } = this.#parts
    const { look, ask } = asking(this.#parts, cause)
    return {
      at,
      look,
      async ask(decide) {
        reachPoint('reactor.asking')
        const refusal = await ask(decide)
        reachPoint('reactor.asked')
        return refusal
      },
      async effect(call) {
        reachPoint('reactor.calling')
        const answer = await call()
        reachPoint('reactor.called')
        return answer
      },
      outside: (trouble) => {
        this.#troubles = trouble === null ? 0 : this.#troubles + 1
        if (trouble === null) this.#outage = null
        else if (this.#troubles >= AWAY_AFTER) this.#outage ??= trouble
      },
    }
  }

  async #note(): Promise<void> {
    await this.#noteOutage()
    const ended = this.#ended
    if (ended.length === 0) return
    this.#ended = []
    const { pool, log, reachPoint } = this.#parts
    const { name } = this.#cursor.reactor
    reachPoint('reactor.decided')
    await writeSettled(pool, name, ended)
    reachPoint('reactor.settled')
    for (const { cause, settled } of ended) {
      if (settled.outcome !== 'parked') continue
      const { stream, position } = cause
      log.error(
        { reactor: name, stream, position, failure: settled.why },
        'what a reactor was to do failed and was parked',
      )
    }
  }

  async #noteOutage(): Promise<void> {
    const outage = this.#outage
    if (outage === undefined || outage === this.#notedOutage) return
    const { pool, log } = this.#parts
    const { name } = this.#cursor.reactor
    await recordOutage(pool, name, outage)
    if (outage !== null) log.warn({ reactor: name, outage }, 'what a reactor needs outside is away')
    else if (this.#notedOutage !== undefined) log.info({ reactor: name }, 'what a reactor needs outside is back')
    this.#notedOutage = outage
  }
}
