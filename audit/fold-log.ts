/** Folds the log into tables in memory, each projection's up to its own checkpoint. */
import { decode } from '../schemas/codec.ts'
import { DecodeError } from '../schemas/codec-errors.ts'
import { readAs, upcast } from '../schemas/upcast.ts'
import type { Position } from '../store/commit/command.ts'
import type { Pool } from '../store/postgres/database.ts'
import type { RecordedEvent } from '../store/log/feed.ts'
import { readRecorded } from '../store/log/read-log.ts'
import type { ViewCopy } from './copy-views.ts'
import { MemoryTables } from '../projections/memory-tables.ts'
import type { Key, Projected, Table } from '../projections/projection.ts'

const PAGE = 5_000

/** A part of the keys, the same whoever asks: what is compared at one time fits into memory. */
export interface Share {
  /** From 0. */
  readonly index: number
  readonly of: number
}

export interface LogFold {
  readonly tables: ReadonlyMap<ViewCopy, MemoryTables>
  /** Of views that show what they cannot know: an event that cannot be read, or one that is not in the log. */
  readonly breaches: ReadonlyMap<ViewCopy, string>
}

export interface FoldLog {
  readonly pool: Pool
  readonly copies: readonly ViewCopy[]
  readonly share: Share
  readonly onPage: (position: Position) => void
}

export async function foldLog({ pool, copies, share, onPage }: FoldLog): Promise<LogFold> {
  const tables = new Map(copies.map((copy) => [copy, new MemoryTables((table, key) => isIn(share, table, key))]))
  const breaches = new Map<ViewCopy, string>()
  const end = copies.reduce((last, copy) => Math.max(last, copy.position), 0)
  let position: Position = 0
  while (position < end) {
    const events = await readRecorded(pool, position, Math.min(PAGE, end - position))
    const last = events.at(-1)
    if (last === undefined) break
    for (const event of events) foldEvent(event, tables, breaches)
    position = last.position
    onPage(position)
  }
  for (const copy of copies) {
    if (copy.position <= position || breaches.has(copy)) continue
    breaches.set(
      copy,
      `${copy.projection.name} is at ${String(copy.position)}, but the log ends at ${String(position)}`,
    )
  }
  return { tables, breaches }
}

/** Few rows are kept of a table that keeps its newest, and which these are is known only when all are seen: one share. */
export function isIn({ index, of }: Share, table: Table, key: Key): boolean {
  return of === 1 || (table.keepNewest === undefined ? hash(String(key)) % of === index : index === 0)
}

function foldEvent(
  stored: RecordedEvent,
  tables: ReadonlyMap<ViewCopy, MemoryTables>,
  breaches: Map<ViewCopy, string>,
) {
  const projected = read(stored)
  for (const [copy, rows] of tables) {
    const { projection, position } = copy
    if (stored.position > position || breaches.has(copy)) continue
    if (projected instanceof DecodeError) {
      if (
        projected.code !== 'unknown-event-type' &&
        !projection.handles.some((type) => readAs(stored.type).includes(type))
      )
        continue
      breaches.set(
        copy,
        `${projection.name} is past ${String(stored.position)}, which cannot be read: ${projected.message}`,
      )
      continue
    }
    for (const one of projected) if (projection.handles.includes(one.event.type)) projection.apply(one, rows)
  }
}

function read({
  type,
  schemaVersion,
  data,
  position,
  stream,
  version,
  recordedAt,
}: RecordedEvent): readonly Projected[] | DecodeError {
  try {
    return upcast(decode(type, schemaVersion, data)).map((event) => ({ event, position, stream, version, recordedAt }))
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let hashed = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hashed = Math.imul(hashed ^ text.charCodeAt(index), 0x01000193)
  return hashed >>> 0
}
