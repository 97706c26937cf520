/** The shape of a projection: its tables and the pure function that turns events into changes of their rows. */
import type { DomainEvent, EventType } from '../schemas/events.ts'
import type { Position } from '../store/commit/command.ts'
import type { KeyOf, TableKey } from './row-key.ts'

/**
 * `counter` is a bigint and `sum` a numeric, for money: a thousand orders may come to more than a bigint holds. Both start
 * at 0, and `add` takes no other. Every other column is null until it is set, also those that are always set: a change of
 * some columns travels as an insert, and Postgres checks `not null` of an insert before it finds that the row exists.
 */
export type ColumnType = 'text' | 'integer' | 'bigint' | 'counter' | 'sum'
export type Columns = Readonly<Record<string, ColumnType>>
/** What a projection sets and adds: numbers up to 2^53. Their sums are bigints where they are beyond. */
export type Value = string | number | bigint | null

/**
 * A table with a key of one to three columns. Names are snake_case, as they stand in Postgres.
 *
 * A row may be written by several streams if each sets columns of its own (or adds to counters): then its queries ask
 * for a column that only the owning stream sets, so that the row shows once that stream wrote it (law 6).
 */
export interface Table<C extends Columns = Columns, K extends TableKey = TableKey> {
  /** Unique among all projections: in Postgres it is `views.<name>_g<generation>`. */
  readonly name: string
  readonly key: K
  readonly columns: C
  /** Column lists, each for a query of the same file. */
  readonly indexes?: readonly string[]
  /**
   * Only the rows with the largest values of a key's column (a bigint) are kept: this many distinct ones. No row may be
   * removed: whether an older one was still there to move up would depend on how the log was cut into batches.
   */
  readonly keep?: { readonly column: string; readonly newest: number }
  /** Where a row's key, of one column, names the streams that write it: their names. */
  readonly owners?: (key: string) => readonly string[]
}

/** Whether it is added to, from 0. */
export function isAdded(type: ColumnType | undefined): boolean {
  return type === 'counter' || type === 'sum'
}

/** States a table so that the compiler knows its columns. */
export function table<const C extends Columns, const K extends TableKey>(definition: Table<C, K>): Table<C, K> {
  return definition
}

/** An event with its place in the log. */
export interface Projected<Event extends DomainEvent = DomainEvent> {
  readonly event: Event
  readonly position: Position
  readonly stream: string
  /** In its stream, from 1. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly recordedAt: number
}

/**
 * What a projection may do with its rows. It never reads one: that is what allows folding a batch in memory.
 * The objects it passes are handed over.
 */
export interface Rows {
  /** Makes the row if it is missing; other columns stay. */
  set<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, columns: Sets<C>): void
  /** Adds to counters, which start at 0; makes the row if it is missing. */
  add<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, increments: Increments<C>): void
  remove<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>): void
}

export type Sets<C extends Columns> = { readonly [Name in keyof C]?: ValueOf<C[Name]> }

export type Increments<C extends Columns> = {
  readonly [Name in keyof C as C[Name] extends 'counter' | 'sum' ? Name : never]?: number | bigint
}

type ValueOf<T extends ColumnType> = T extends 'text'
  ? string | null
  : T extends 'counter' | 'sum'
    ? number | bigint
    : number | null

/**
 * Rows depend on the order of events within each stream and on nothing else (law 6): no clock, no random source,
 * no float, nothing of this process.
 */
export interface Projection<Name extends string = string> {
  readonly name: Name
  /** Raised when the tables or `apply` change meaning: rows of another version are not this projection's. */
  readonly version: number
  readonly tables: readonly Table[]
  /**
   * Its rows need not follow each event at once: after a pause they do, else they move this often, in milliseconds. Absent:
   * at once, always.
   */
  readonly showsEveryMs?: number
  /** Its rows are so many that the other projections' would wait for them: it writes in a transaction of its own. */
  readonly writesAlone?: boolean
  /** The types of event that `apply` takes. One of them that cannot be read stops the projection; others pass by. */
  readonly handles: readonly EventType[]
  /** Called with events of a handled type only. */
  apply(projected: Projected, rows: Rows): void
}

interface ProjectionOf<Name extends string, Type extends EventType> extends Omit<
  Projection<Name>,
  'handles' | 'apply'
> {
  readonly handles: readonly Type[]
  apply(projected: Projected<Extract<DomainEvent, { readonly type: Type }>>, rows: Rows): void
}

/** States a projection so that the compiler knows its name, and holds its `apply` to the types that it handles. */
export function projection<const Name extends string, const Type extends EventType>(
  definition: ProjectionOf<Name, Type>,
): Projection<Name> {
  return definition
}
