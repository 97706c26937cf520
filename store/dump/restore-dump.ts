/**
 * Restores a dump into an empty log, all or nothing: one transaction that holds the head's lock and moves the head last.
 * Positions, ids and times stay what they were; snapshots and read models are made again from the events.
 */
import { join } from 'node:path'
import type pg from 'pg'
import { byteaArray, int2Array, int4Array, int8Array, textArray, uuidArray } from '../postgres/binary-array.ts'
import type { Position } from '../commit/command.ts'
import { readContainer, sha256Of, type WrittenFile } from './container-file.ts'
import { DumpFailure } from './dump-failure.ts'
import { COMMANDS_FILE, EVENTS_FILE, readManifest, type Manifest } from './manifest.ts'
import { commandRecordSchema, eventRecordSchema, type CommandRecord, type EventRecord } from './records.ts'

export interface RestoreOptions {
  readonly pool: pg.Pool
  readonly directory: string
  readonly watcher?: RestoreWatcher
  readonly onProgress?: (position: Position, head: Position) => void
}

/** Looks at what is restored, and writes what follows from it in the same transaction. */
export interface RestoreWatcher {
  see(events: readonly EventRecord[]): void
  /** Once all of it was seen and stands in the log. */
  write(client: pg.ClientBase, head: Position): Promise<void>
}

/** Rows of one insert: above it nothing is gained, and a statement stays far below every time-out. */
const BATCH = 2_000

/** Throws a DumpFailure when there is no whole dump or no empty log, and the errors of the database. */
export async function restoreDump({ pool, directory, watcher, onProgress }: RestoreOptions): Promise<Manifest> {
  const manifest = await readManifest(directory)
  await checkFile(directory, EVENTS_FILE, manifest.events)
  await checkFile(directory, COMMANDS_FILE, manifest.commands)
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query('begin')
    await lockEmptyLog(client)
    await restoreEvents(client, join(directory, EVENTS_FILE), manifest, (events, position) => {
      watcher?.see(events)
      onProgress?.(position, manifest.head)
    })
    await restoreCommands(client, join(directory, COMMANDS_FILE), manifest)
    await client.query('update log.log_head set position = $1', [manifest.head])
    await watcher?.write(client, manifest.head)
    // Another log from now on: what this one's reactors did before does not count, and effects wait for a person.
    await client.query('update log.identity set id = gen_random_uuid(), restored_at = clock_timestamp()')
    await client.query(`select pg_notify('log', $1)`, [String(manifest.head)])
    await client.query('commit')
    return manifest
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release(failure)
  }
}

async function checkFile(directory: string, name: string, { sha256 }: WrittenFile): Promise<void> {
  const path = join(directory, name)
  const found = await sha256Of(path).catch((cause: unknown) => {
    throw new DumpFailure('damaged-dump', `${path} cannot be read`, { cause })
  })
  if (found !== sha256) throw new DumpFailure('damaged-dump', `${path} is not the file that the manifest describes`)
}

async function lockEmptyLog(client: pg.ClientBase): Promise<void> {
  await client.query('select position from log.log_head for update')
  const { rows } = await client.query<{ events: boolean; commands: boolean }>(
    'select exists (select from log.events) as events, exists (select from log.commands) as commands',
  )
  const [found] = rows
  if (found?.events === true) throw new DumpFailure('log-not-empty', 'the log already has events')
  if (found?.commands === true) throw new DumpFailure('log-not-empty', 'the log already has command keys')
}

async function restoreEvents(
  client: pg.ClientBase,
  path: string,
  { head }: Manifest,
  seen: (events: readonly EventRecord[], position: Position) => void,
): Promise<void> {
  let position: Position = 0
  await readContainer<EventRecord>(path, { schema: eventRecordSchema, size: BATCH }, async (events) => {
    for (const event of events) {
      if (event.position !== ++position) {
        throw new DumpFailure('damaged-dump', `${path}: position ${event.position} follows ${position - 1}`)
      }
    }
    await insertEvents(client, events)
    seen(events, position)
  })
  if (position !== head) throw new DumpFailure('damaged-dump', `${path} ends at position ${position}, not at ${head}`)
}

async function restoreCommands(client: pg.ClientBase, path: string, { commands }: Manifest): Promise<void> {
  let count = 0
  await readContainer<CommandRecord>(path, { schema: commandRecordSchema, size: BATCH }, async (batch) => {
    count += batch.length
    await insertCommands(client, batch)
  })
  if (count !== commands.records) {
    throw new DumpFailure('damaged-dump', `${path} has ${count} records, not ${commands.records}`)
  }
}

async function insertEvents(client: pg.ClientBase, events: readonly EventRecord[]): Promise<void> {
  await client.query({
    name: 'restore-events',
    text: `insert into log.events (position, stream, version, type, schema_version, data, id, command_id,
        correlation_id, causation_id, recorded_at)
      select position, stream, version, type, schema_version, data, id, command_id, correlation_id, causation_id,
        timestamptz 'epoch' + ms * interval '1 millisecond'
      from unnest($1::bigint[], $2::text[], $3::int[], $4::text[], $5::smallint[], $6::bytea[], $7::uuid[], $8::uuid[],
        $9::uuid[], $10::uuid[], $11::bigint[])
        as e(position, stream, version, type, schema_version, data, id, command_id, correlation_id, causation_id, ms)`,
    values: [
      int8Array(events.map(({ position }) => position)),
      textArray(events.map(({ stream }) => stream)),
      int4Array(events.map(({ version }) => version)),
      textArray(events.map(({ type }) => type)),
      int2Array(events.map(({ schemaVersion }) => schemaVersion)),
      byteaArray(events.map(({ data }) => data)),
      uuidArray(events.map(({ id }) => id)),
      uuidArray(events.map(({ commandId }) => commandId)),
      uuidArray(events.map(({ correlationId }) => correlationId)),
      uuidArray(events.map(({ causationId }) => causationId)),
      int8Array(events.map(({ recordedAt }) => recordedAt)),
    ],
  })
}

async function insertCommands(client: pg.ClientBase, commands: readonly CommandRecord[]): Promise<void> {
  await client.query({
    name: 'restore-commands',
    text: `insert into log.commands (source, key, fingerprint, answer, command_id, events, position, recorded_at)
      select source, key, fingerprint, answer, command_id, events, position,
        timestamptz 'epoch' + ms * interval '1 millisecond'
      from unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::uuid[], $6::int[], $7::bigint[], $8::bigint[])
        as c(source, key, fingerprint, answer, command_id, events, position, ms)`,
    values: [
      textArray(commands.map(({ source }) => source)),
      textArray(commands.map(({ key }) => key)),
      byteaArray(commands.map(({ fingerprint }) => fingerprint)),
      textArray(commands.map(({ answer }) => answer)),
      uuidArray(commands.map(({ commandId }) => commandId)),
      int4Array(commands.map((command) => command.events)),
      int8Array(commands.map(({ position }) => position)),
      int8Array(commands.map(({ recordedAt }) => recordedAt)),
    ],
  })
}
