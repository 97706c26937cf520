/**
 * Room for user events, in every process that takes or reads them: what is too old or too much goes, whether anybody reads or
 * not. Where nothing may go and there is no room left, none is taken: what was answered and not read yet is never dropped to
 * make room.
 *
 *   there is room --they take more than they may, and no table may go--> full --a look finds room--> there is room
 */
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { pause } from '../../store/waiting/pause.ts'
import { dropTables, makeTables } from '../behaviour/chunk-table.ts'
import { dropLetters } from '../behaviour/letters.ts'

const KEPT_FOR_MS = 7 * 24 * 3_600_000
const TEND_MS = 60_000
/** While events come. They take more than they may by what comes in this time at most. */
const LOOK_MS = 5_000

/** There is no room, and nothing may go. */
export class BehaviourFull extends Error {
  readonly code = 'behaviour-full'
  readonly retriable = true

  constructor(bytes: number, mostBytes: number) {
    super(
      `user events take ${String(bytes)} bytes of ${String(mostBytes)}, and none may be dropped: they are of this hour, or were not read yet`,
    )
    this.name = 'BehaviourFull'
  }
}

export interface RoomParts {
  readonly pool: Pool
  /** Of all chunks. */
  readonly mostBytes: number
  readonly monotonic: () => number
  readonly log: WorkerLog
}

export interface Room {
  /** Resolves where events may be appended. Rejects with BehaviourFull, and as the database does. */
  admit(): Promise<void>
  /** Why none are taken; null: there is room, by the last look. */
  full(): string | null
  stop(): Promise<void>
}

export function openRoom({ pool, mostBytes, monotonic, log }: RoomParts): Room {
  const stopping = new AbortController()
  let lookedAt = -Infinity
  let full: BehaviourFull | null = null
  let looking: Promise<void> | null = null

  /** One at a time: all that come meanwhile wait for the same. */
  function look(): Promise<void> {
    looking ??= lookNow().finally(() => (looking = null))
    return looking
  }

  async function lookNow(): Promise<void> {
    const { dropped, bytes } = await dropTables(pool, { keptForMs: KEPT_FOR_MS, mostBytes })
    lookedAt = monotonic()
    if (dropped.length > 0) log.info({ dropped }, 'dropped the oldest user events')
    const before = full
    full = bytes > mostBytes ? new BehaviourFull(bytes, mostBytes) : null
    if (before === null && full !== null) log.warn({ reason: full.message }, 'user events are not taken any more')
    if (before !== null && full === null) log.info({}, 'user events are taken again')
  }

  async function tend(): Promise<void> {
    await makeTables(pool)
    await look()
    await dropLetters(pool)
  }

  async function run(): Promise<void> {
    do {
      await tend().catch((error: unknown) => {
        if (stopping.signal.aborted) return
        log.warn({ err: error }, 'user events that are not kept any longer could not be dropped; it is tried again')
      })
    } while (await pause(TEND_MS, stopping.signal))
  }

  const running = run()
  return {
    async admit() {
      if (monotonic() - lookedAt >= LOOK_MS) await look()
      if (full !== null) throw full
    },
    full: () => full?.message ?? null,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
