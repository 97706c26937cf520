/**
 * What a reactor counts by name in windows of time: log.tallies, written together with its checkpoint.
 *
 *   not counted yet --read back from where the window began, acting on nothing--> counted --written--> counted, restarted
 *
 * Commands under way at once get their times in another order than their positions: two windows are kept, so that one that
 * comes late into the window before counts there. What is older than both is not counted.
 */
import type { Timestamp } from '../../domain/values.ts'
import type { Position } from '../../store/commit/command.ts'
import { lastBefore } from '../../store/log/read-log.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { Counted, Reactor, Tally } from '../reactor.ts'

/** The sums of one name in one window. */
export interface TallyRow {
  readonly windowAt: Timestamp
  readonly name: string
  readonly times: number
  readonly units: number
  /** The limit was passed, and acted upon. */
  readonly passed: boolean
}

type Sums = { -readonly [Key in keyof TallyRow]: TallyRow[Key] }

export class Tallies {
  readonly #windowMs: number
  readonly #windows = new Map<Timestamp, Map<string, Sums>>()
  #changed = new Set<Sums>()
  #since: Timestamp

  /** `since`: where the first window that is counted begins. */
  constructor(windowMs: number, since: Timestamp, rows: readonly TallyRow[]) {
    this.#windowMs = windowMs
    this.#since = since
    for (const row of rows) this.#windowOf(row.windowAt).set(row.name, { ...row })
  }

  /** Windows that began before are over. */
  get since(): Timestamp {
    return this.#since
  }

  count(at: Timestamp, { name, units, limit }: Counted): Tally | null {
    const windowAt = at - (at % this.#windowMs)
    if (windowAt < this.#since) return null
    const window = this.#windowOf(windowAt)
    const sums = window.get(name) ?? { windowAt, name, times: 0, units: 0, passed: false }
    window.set(name, sums)
    sums.times += 1
    sums.units += units
    this.#changed.add(sums)
    if (sums.passed || sums.times <= limit) return null
    sums.passed = true
    return { times: sums.times, units: sums.units, from: windowAt, to: windowAt + this.#windowMs }
  }

  /** Those that changed since they were last taken. */
  take(): readonly TallyRow[] {
    const changed = [...this.#changed].filter(({ windowAt }) => windowAt >= this.#since)
    this.#changed = new Set()
    return changed.map((sums) => ({ ...sums }))
  }

  #windowOf(windowAt: Timestamp): Map<string, Sums> {
    const known = this.#windows.get(windowAt)
    if (known !== undefined) return known
    const window = new Map<string, Sums>()
    this.#windows.set(windowAt, window)
    this.#since = Math.max(this.#since, windowAt - this.#windowMs)
    for (const other of this.#windows.keys()) if (other < this.#since) this.#windows.delete(other)
    return window
  }
}

export interface OpenedTallies {
  readonly tallies: Tallies
  /** Where reading begins: at the checkpoint, or before it where the window has to be counted first. */
  readonly readFrom: Position
}

/** By how much the times of commands under way at once may be in another order: longer than any of them waits. */
const DISORDER_MS = 10_000

/** The window that the checkpoint stands in, as it was counted in this log. Null: the reactor counts nothing. */
export async function openTallies(
  pool: Pool,
  { name, windowMs }: Reactor,
  checkpoint: Position,
): Promise<OpenedTallies | null> {
  if (windowMs === undefined) return null
  const { rows } = await pool.query<{ at: number; counted: boolean }>(
    `select i.id = r.tallied_in is true as counted,
      coalesce((select extract(epoch from recorded_at) * 1000 from log.events where position = $2), 0)::float8 as at
    from log.identity i left join log.reactors r on r.name = $1`,
    [name, checkpoint],
  )
  const { at = 0, counted = false } = rows[0] ?? {}
  const since = at - (at % windowMs)
  if (counted)
    return { tallies: new Tallies(windowMs, since, await readTallies(pool, name, since)), readFrom: checkpoint }
  const readFrom = await lastBefore(pool, since - DISORDER_MS, checkpoint)
  return { tallies: new Tallies(windowMs, since, []), readFrom }
}

async function readTallies(pool: Pool, reactor: string, since: Timestamp): Promise<readonly TallyRow[]> {
  const { rows } = await pool.query<Omit<TallyRow, 'times' | 'units'> & Record<'times' | 'units', string>>(
    `select (extract(epoch from window_at) * 1000)::float8 as "windowAt", name, times, units, passed
    from log.tallies where reactor = $1 and window_at >= to_timestamp($2::bigint / 1000.0)`,
    [reactor, since],
  )
  return rows.map(({ times, units, ...row }) => ({ ...row, times: Number(times), units: Number(units) }))
}

/** Its window was counted in this log: after a restart it goes on from there. */
export async function markTallied(pool: Pool, reactor: string): Promise<void> {
  await pool.query('update log.reactors set tallied_in = (select id from log.identity) where name = $1', [reactor])
}
