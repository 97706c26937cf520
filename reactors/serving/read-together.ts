/**
 * Reads the log once for all reactors of a process, decodes each event once, and notes what it says to each.
 *
 *   reading --an event that it cannot read--> stopped --retried--> reading
 *
 * A reactor that is behind is read for from where it stands; the others pass over what they have seen, and do not wait for one
 * that is far behind: after days of a stop, attempts to pay would meanwhile become too old to be charged. What is urgent
 * is noted at once; the rest, sums, and checkpoints that only moved, once a second. One that counts and has not counted
 * its window in this log begins where that did, before its checkpoint: from there to it, it counts and does nothing else.
 * One that folds what it knows reads by itself: it may have all of a log to read, and asks the database on its way.
 */
import type { Position } from '../../store/commit/command.ts'
import { LogGap } from '../../store/log/feed.ts'
import { readPage, type LogPage } from '../../store/log/read-page.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { pause, type LatchedSignal } from '../../store/waiting/pause.ts'
import { writeStretches, type Stretch, type WrittenStretch } from './due-table.ts'
import type { Folding, Reactor } from '../reactor.ts'
import { recordFailure, stoppedOf, type Failure } from './reactor-table.ts'
import { passedBy, readEvent, stretchOf } from './read-stretch.ts'
import { markTallied, type OpenedTallies, type Tallies } from './tallies.ts'

/** Events looked at in one read. The wanted ones are decoded at once, 2 ms for 500 orders: requests wait that long. */
const PAGE = 1_000
const LOOK_MS = 1_000
/** Between two reads while the log grows: what is written meanwhile is read together. */
const READ_MS = 5
/** Events between two reactors beyond which the one ahead does not wait for the other. */
const APART = 10_000
/** Rows that are kept back at most, before they are noted. */
const GATHERED = 2_000

export type ReadingPoint = 'reactor.read' | 'reactor.filled' | 'reactor.prepared' | 'reactor.folded'

export interface ReadingParts {
  readonly pool: Pool
  readonly log: WorkerLog
  /** The log has grown. */
  readonly moved: LatchedSignal
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  /** The fault hook. */
  readonly reachPoint: (point: ReadingPoint) => void
}

/** How far one reactor is. */
export interface Cursor {
  readonly reactor: Reactor
  /** Something was noted for it. */
  readonly filled: LatchedSignal
  /** What was read for it and is not noted yet: from its checkpoint on, also where it reads before that. */
  pending: Stretch
  readonly tallies: Tallies | null
  /** What it knows where it reads. Null: nothing. */
  readonly folding: Folding | null
  /** Its sums have to be marked as those of this log. */
  unmarked: boolean
  notedAt: number
  stopped: boolean
}

export interface CursorParts {
  readonly reactor: Reactor
  readonly filled: LatchedSignal
  /** Null: it counts nothing. */
  readonly counting: OpenedTallies | null
  /** Null: it knows nothing of before. */
  readonly folding?: Folding | null
}

export function cursorAt(position: Position, { reactor, filled, counting, folding = null }: CursorParts): Cursor {
  const pending = { ...emptyAt(position), to: counting?.readFrom ?? position }
  return {
    ...{ reactor, filled, pending, tallies: counting?.tallies ?? null, unmarked: counting !== null },
    ...{ folding, notedAt: -Infinity, stopped: false },
  }
}

/** Runs until `signal` aborts. Rejects when the database does, or when another process reads in its place. */
export async function readTogether(
  parts: ReadingParts,
  cursors: readonly Cursor[],
  signal: AbortSignal,
): Promise<void> {
  const { moved, monotonic } = parts
  while (!signal.aborted) {
    const { count } = moved
    const beganAt = monotonic()
    const reading = cursors.filter(({ stopped }) => !stopped)
    let full = false
    for (const group of groupsOf(reading)) full = (await readOn(parts, group)) || full
    await note(parts, cursors)
    await revive(parts.pool, cursors)
    if (full) continue
    if (reading.every(({ reactor }) => reactor.gathers)) await pause(LOOK_MS, signal)
    else await moved.wait(LOOK_MS, { count, signal })
    const rest = beganAt + READ_MS - monotonic()
    if (rest > 0) await pause(rest, signal)
  }
}

/** Those that stand near each other read the same pages; one that is far behind reads its own, beside them. */
function groupsOf(cursors: readonly Cursor[]): readonly (readonly Cursor[])[] {
  const groups: Cursor[][] = []
  let before = Infinity
  for (const cursor of [...cursors].sort((one, other) => other.pending.to - one.pending.to)) {
    const { to } = cursor.pending
    if (before - to > APART) groups.push([])
    groups.at(-1)?.push(cursor)
    before = to
  }
  return groups
}

/** True: there may be more. */
async function readOn(parts: ReadingParts, reading: readonly Cursor[]): Promise<boolean> {
  const after = Math.min(...reading.map(({ pending }) => pending.to))
  const page = await nextPage(parts, reading, after)
  if (page.end === after) return false
  parts.reachPoint('reactor.read')
  const events = page.events.map(readEvent)
  for (const cursor of reading) {
    const { reactor, tallies, pending, folding } = cursor
    const from = pending.to
    if (from >= page.end) continue
    if (folding !== null) {
      await folding.prepare(events)
      parts.reachPoint('reactor.prepared')
    }
    const reach = { from, to: page.end, actedTo: pending.from, tallies, folding }
    const { stretch, failure } = stretchOf(reactor, events, reach)
    cursor.pending = joined(cursor.pending, stretch)
    if (failure !== null) await stop(parts, cursor, failure)
    else folding?.reached?.(page.end)
  }
  return page.full
}

async function nextPage(parts: ReadingParts, reading: readonly Cursor[], after: Position): Promise<LogPage> {
  const passed = passedBy(reading.map(({ reactor }) => reactor))
  try {
    return await readPage(parts.pool, { after, limit: PAGE, passed })
  } catch (error) {
    if (error instanceof LogGap) {
      const { code, message, expected } = error
      for (const cursor of reading) await stop(parts, cursor, { code, message, position: expected })
    }
    throw error
  }
}

/** What was read before it is noted first: the failure stands behind it. */
async function stop(parts: ReadingParts, cursor: Cursor, failure: Failure): Promise<void> {
  const { name } = cursor.reactor
  cursor.stopped = true
  await write(parts, [cursor])
  await recordFailure(parts.pool, name, failure)
  parts.log.error({ reactor: name, failure }, 'a reactor failed and stopped; retry it with orderledger reactors retry')
}

async function note(parts: ReadingParts, cursors: readonly Cursor[]): Promise<void> {
  const now = parts.monotonic()
  const ripe = cursors.filter(({ reactor, pending: { from, to, due, over }, notedAt }) => {
    const urgent = !reactor.gathers && due.length + over.length > 0
    return to > from && (urgent || due.length > GATHERED || now - notedAt >= LOOK_MS)
  })
  if (ripe.length > 0) await write(parts, ripe)
}

async function write(parts: ReadingParts, cursors: readonly Cursor[]): Promise<void> {
  const { pool, reachPoint, monotonic } = parts
  const ahead = cursors.filter(({ pending: { from, to } }) => to > from)
  if (ahead.length === 0) return
  const written = ahead.map(({ reactor, pending, tallies }) => {
    const sums = { tallies: tallies?.take() ?? [], talliesSince: tallies?.since ?? 0 }
    return [reactor.name, { ...pending, ...sums }] as const
  })
  const overtaken = await writeAll(parts, new Map(written), ahead)
  if (overtaken.length > 0) throw new Error(`another process reads for the reactors ${overtaken.join(', ')}`)
  reachPoint('reactor.filled')
  for (const cursor of ahead) {
    const { due, to } = cursor.pending
    cursor.pending = emptyAt(to)
    cursor.notedAt = monotonic()
    if (cursor.unmarked) await markTallied(pool, cursor.reactor.name)
    cursor.unmarked = false
    if (due.length > 0) cursor.filled.wake()
  }
}

/** With what the reactors know, where one of them knows something: in one transaction. */
async function writeAll(
  { pool, reachPoint }: ReadingParts,
  stretches: ReadonlyMap<string, WrittenStretch>,
  cursors: readonly Cursor[],
): Promise<readonly string[]> {
  const foldings = cursors.flatMap(({ folding }) => folding ?? [])
  if (foldings.length === 0) return writeStretches(pool, stretches)
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query('begin')
    const overtaken = await writeStretches(client, stretches)
    if (overtaken.length === 0) for (const folding of foldings) await folding.write(client)
    reachPoint('reactor.folded')
    await client.query(overtaken.length === 0 ? 'commit' : 'rollback')
    return overtaken
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // Given away in the middle of a transaction it would go on in the next one's.
    client.release(failure)
  }
}

/** Those that somebody had try again read on. */
async function revive(pool: Pool, cursors: readonly Cursor[]): Promise<void> {
  const stopped = cursors.filter((each) => each.stopped)
  if (stopped.length === 0) return
  const still = await stoppedOf(
    pool,
    stopped.map(({ reactor }) => reactor.name),
  )
  for (const cursor of stopped) cursor.stopped = still.includes(cursor.reactor.name)
}

function emptyAt(position: Position): Stretch {
  return { from: position, to: position, due: [], over: [] }
}

function joined(earlier: Stretch, later: Stretch): Stretch {
  const over = new Set(later.over)
  return {
    from: earlier.from,
    to: later.to,
    due: [...earlier.due.filter(({ stream }) => !over.has(stream)), ...later.due],
    over: [...new Set([...earlier.over, ...over])],
  }
}
