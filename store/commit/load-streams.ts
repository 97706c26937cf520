/** Loads streams that are not in the cache: the newest snapshot of the present fold, and what came after it. */
import type pg from 'pg'
import { int4Array, textArray } from '../postgres/binary-array.ts'
import type { UnreadableStream } from './decide-batch.ts'
import { aggregateFor, type EventRow, foldEvent } from './fold-event.ts'
import type { StreamState } from './stream-cache.ts'

/** Events of one stream read at a time: bounds memory when a long stream has no snapshot of the present fold. */
const PAGE = 5_000

export interface LoadedStream {
  readonly name: string
  readonly stream: StreamState | UnreadableStream
  /** Events that had to be folded; many mean that a snapshot is worth writing. */
  readonly folded: number
}

/** Streams without events are returned at version 0. Throws only when the database does. */
export async function loadStreams(client: pg.ClientBase, names: readonly string[]): Promise<readonly LoadedStream[]> {
  const loaded = new Map<string, Loading>()
  for (const name of names) loaded.set(name, { stream: { state: aggregateFor(name).initial, version: 0 }, folded: 0 })
  let open = await begin(client, names, loaded)
  while (open.length > 0) open = await foldPage(client, open, loaded)
  return [...loaded].map(([name, { stream, folded }]) => ({ name, stream, folded }))
}

interface Loading {
  stream: StreamState | UnreadableStream
  folded: number
}

type EventColumns = [string, number, string, number, Buffer]
/** A snapshot has a state, an event the rest. */
type BeginningRow = EventColumns | [string, number, null, null, null, unknown]

/**
 * Takes over the snapshots and folds the first page behind them; returns the streams that have more. In one statement, and
 * so in one round trip: what it reads of a snapshot and what it reads behind it are of one moment.
 */
async function begin(
  client: pg.ClientBase,
  names: readonly string[],
  loaded: ReadonlyMap<string, Loading>,
): Promise<readonly string[]> {
  const folds = names.map((name) => aggregateFor(name).fold)
  const { rows } = await client.query<BeginningRow>({
    name: 'load-streams',
    text: `with wanted as (select * from unnest($1::text[], $2::int[]) as w (stream, fold))
      select s.stream, s.version, null as type, null::smallint as schema_version, null::bytea as data, s.state
      from wanted join log.snapshots s on s.stream = wanted.stream and s.fold = wanted.fold
      union all
      select wanted.stream, e.version, e.type, e.schema_version, e.data, null
      from wanted
      left join log.snapshots s on s.stream = wanted.stream and s.fold = wanted.fold
      cross join lateral (
        select version, type, schema_version, data from log.events
        where events.stream = wanted.stream and events.version > coalesce(s.version, 0)
        order by events.version limit ${String(PAGE)}
      ) e`,
    values: [textArray(names), int4Array(folds)],
    rowMode: 'array',
  })
  const events: EventColumns[] = []
  for (const row of rows) {
    const [name, version, type, , , state] = row
    const entry = loaded.get(name)
    if (type !== null) events.push(row)
    else if (entry !== undefined) entry.stream = { state, version }
  }
  return foldRows(names, events, loaded)
}

/** Folds one page of each stream in place and returns the streams that have more. */
async function foldPage(
  client: pg.ClientBase,
  names: readonly string[],
  loaded: ReadonlyMap<string, Loading>,
): Promise<readonly string[]> {
  const after = names.map((name) => versionOf(loaded.get(name)))
  const { rows } = await client.query<EventColumns>({
    name: 'load-events',
    text: `select wanted.stream, e.version, e.type, e.schema_version, e.data
      from unnest($1::text[], $2::int[]) as wanted(stream, after)
      cross join lateral (
        select version, type, schema_version, data from log.events
        where events.stream = wanted.stream and events.version > wanted.after
        order by events.version limit ${String(PAGE)}
      ) e`,
    values: [textArray(names), int4Array(after)],
    rowMode: 'array',
  })
  return foldRows(names, rows, loaded)
}

function foldRows(
  names: readonly string[],
  rows: readonly EventColumns[],
  loaded: ReadonlyMap<string, Loading>,
): readonly string[] {
  const read = new Map<string, number>()
  for (const [name, version, type, schemaVersion, data] of rows) {
    read.set(name, (read.get(name) ?? 0) + 1)
    const entry = loaded.get(name)
    if (entry !== undefined) fold(entry, name, { version, type, schemaVersion, data })
  }
  return names.filter((name) => read.get(name) === PAGE && !isUnreadable(loaded.get(name)))
}

function fold(entry: Loading, name: string, row: EventRow): void {
  if ('failure' in entry.stream) return
  try {
    entry.stream = foldEvent(name, entry.stream, row)
    entry.folded++
  } catch (cause) {
    entry.stream = { failure: new Error(`stream ${name} cannot be read at version ${String(row.version)}`, { cause }) }
  }
}

function versionOf(entry: Loading | undefined): number {
  return entry === undefined || 'failure' in entry.stream ? 0 : entry.stream.version
}

function isUnreadable(entry: Loading | undefined): boolean {
  return entry !== undefined && 'failure' in entry.stream
}
