/** What the log says of a projection's rows, up to the checkpoint of their copy. */
import type { ViewCopy } from './copy-views.ts'
import { RowDigests } from './row-digests.ts'
import type { Spill } from './spill/spill-file.ts'
import { MemoryTables } from '../projections/memory-tables.ts'
import { keepsRows } from '../projections/kept-values.ts'
import type { Columns, Increments, Projected, Rows, Sets, Table } from '../projections/projection.ts'
import { toKey, type Key, type KeyOf, type KeyValue, type TableKey } from '../projections/row-key.ts'
import { decode } from '../schemas/codec.ts'
import { DecodeError } from '../schemas/codec-errors.ts'
import type { DomainEvent } from '../schemas/events.ts'
import { readAs, upcast } from '../schemas/upcast.ts'
import type { RecordedEvent } from '../store/log/feed.ts'

export interface FoldOptions {
  readonly spill: Spill
  /** Of each table, before they are spilled. */
  readonly rowsInMemory: number
}

/** The event as a projection sees it: with the trust that the projector has in what is stored. */
export function readProjected(stored: RecordedEvent): readonly DomainEvent[] | DecodeError {
  try {
    return upcast(decode(stored.type, stored.schemaVersion, stored.data))
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

export class ViewFold implements Rows {
  readonly copy: ViewCopy
  readonly digests: ReadonlyMap<Table, RowDigests>
  /** Tables that keep only their newest rows are small, and which these are is known only when all are seen. */
  readonly newest = new MemoryTables()
  readonly #handles: ReadonlySet<string>
  #position = 0
  #breach: string | null = null

  constructor(copy: ViewCopy, { spill, rowsInMemory }: FoldOptions) {
    const whole = copy.projection.tables.filter((table) => !keepsRows(table))
    this.copy = copy
    this.digests = new Map(whole.map((table) => [table, new RowDigests(table, spill, rowsInMemory)]))
    this.#handles = new Set(copy.projection.handles)
  }

  /** Why its rows cannot be what they have to be, whatever they are; null: they can. */
  get breach(): string | null {
    const { projection, position } = this.copy
    if (this.#breach !== null || this.#position >= position) return this.#breach
    return `${projection.name} is at ${String(position)}, but the log ends at ${String(this.#position)}`
  }

  /** The next event of the log. */
  see(stored: RecordedEvent, read: readonly DomainEvent[] | DecodeError): void {
    const { projection, position: end } = this.copy
    const { position, stream, version, recordedAt } = stored
    if (position > end || this.#breach !== null) return
    this.#position = position
    if (read instanceof DecodeError) this.#unreadable(stored, read)
    else {
      for (const event of read) {
        if (this.#handles.has(event.type)) projection.apply({ event, position, stream, version, recordedAt }, this)
      }
    }
  }

  set<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, columns: Sets<C>): void {
    const digests = this.digests.get(table)
    if (digests === undefined) this.newest.set(table, key, columns)
    else digests.set(toKey(key), this.#position, columns)
  }

  add<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, increments: Increments<C>): void {
    const digests = this.digests.get(table)
    if (digests === undefined) this.newest.add(table, key, increments)
    else digests.add(toKey(key), this.#position, increments)
  }

  remove<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>): void {
    const digests = this.digests.get(table)
    if (digests === undefined) this.newest.remove(table, key)
    else digests.remove(toKey(key), this.#position)
  }

  #unreadable({ type, position }: RecordedEvent, { code, message }: DecodeError): void {
    const { name } = this.copy.projection
    if (code !== 'unknown-event-type' && !readAs(type).some((one) => this.#handles.has(one))) return
    this.#breach = `${name} is past ${String(position)}, which cannot be read: ${message}`
  }
}

/** Whether an event writes a row that `wanted` knows; its key. */
export function keyWritten(
  { projection }: ViewCopy,
  table: Table,
  projected: readonly Projected[],
  wanted: (key: Key) => boolean,
): Key | null {
  let found: Key | null = null
  const see = (written: Table, named: KeyValue | readonly KeyValue[]) => {
    const key = toKey(named)
    if (written === table && wanted(key)) found = key
  }
  for (const one of projected) {
    if (projection.handles.includes(one.event.type)) projection.apply(one, { set: see, add: see, remove: see })
  }
  return found
}
