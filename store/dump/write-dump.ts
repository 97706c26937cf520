/**
 * Dumps the log and the unexpired keys of its commands into a directory: Avro container files and a manifest.
 * It reads up to the head that it finds, in pages that each are a short statement, so it may run beside a service.
 * The same log gives the same bytes.
 */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type pg from 'pg'
import { uuidBytes } from '../postgres/binary-array.ts'
import type { Position } from '../commit/command.ts'
import type { StoredEvent } from '../log/feed.ts'
import { EXPIRED_COMMAND } from '../commit/purge-commands.ts'
import { readEvents } from '../log/read-log.ts'
import { writeContainer } from './container-file.ts'
import { DumpFailure } from './dump-failure.ts'
import { COMMANDS_FILE, EVENTS_FILE, FORMAT, MANIFEST_FILE, type Manifest } from './manifest.ts'
import { commandRecordSchema, eventRecordSchema, type CommandRecord, type EventRecord } from './records.ts'

export interface DumpOptions {
  readonly pool: pg.Pool
  /** Must not exist; it appears whole, once everything is on disk. */
  readonly directory: string
  readonly onProgress?: (position: Position, head: Position) => void
}

const PAGE = 5_000

/** Throws a DumpFailure when the directory exists, and the errors of the database and the disk. */
export async function writeDump({ pool, directory, onProgress }: DumpOptions): Promise<Manifest> {
  const draft = `${directory}.partial`
  if (await exists(directory)) throw new DumpFailure('dump-exists', `${directory} already exists`)
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    const head = await headOf(pool)
    const manifest: Manifest = {
      format: FORMAT,
      head,
      events: await writeContainer(
        join(draft, EVENTS_FILE),
        eventRecordSchema,
        eventRecords(pool, head, (position) => onProgress?.(position, head)),
      ),
      commands: await writeContainer(join(draft, COMMANDS_FILE), commandRecordSchema, commandRecords(pool, head)),
    }
    if (manifest.events.records !== head) {
      throw new DumpFailure('damaged-dump', `the log has ${manifest.events.records} events up to its head ${head}`)
    }
    await writeSynced(join(draft, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
    await rename(draft, directory)
    await sync(dirname(directory))
    return manifest
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

async function* eventRecords(
  pool: pg.Pool,
  head: Position,
  onPage: (position: Position) => void,
): AsyncGenerator<EventRecord> {
  let after: Position = 0
  while (after < head) {
    const events = await readEvents(pool, after, Math.min(PAGE, head - after))
    for (const event of events) if (event.position <= head) yield eventRecord(event)
    const last = events.at(-1)
    if (last === undefined) return
    after = last.position
    onPage(Math.min(after, head))
  }
}

function eventRecord(event: StoredEvent): EventRecord {
  return {
    position: event.position,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    data: event.data,
    id: uuidBytes(event.id),
    commandId: uuidBytes(event.commandId),
    correlationId: uuidBytes(event.correlationId),
    causationId: event.causationId === null ? null : uuidBytes(event.causationId),
    recordedAt: event.recordedAt,
  }
}

async function* commandRecords(pool: pg.Pool, head: Position): AsyncGenerator<CommandRecord> {
  let after = { source: '', key: '' }
  for (;;) {
    const { rows } = await pool.query<
      Omit<CommandRecord, 'commandId' | 'position' | 'recordedAt'> & Record<'id' | 'at' | 'ms', string>
    >({
      name: 'dump-commands',
      text: `select source, key, fingerprint, answer, command_id as id, events, position as at,
          (extract(epoch from recorded_at) * 1000)::bigint as ms
        from log.commands
        where (source, key) > ($1, $2) and position <= $3 and not (${EXPIRED_COMMAND})
        order by source, key limit ${String(PAGE)}`,
      values: [after.source, after.key, head],
    })
    for (const { id, at, ms, ...row } of rows) {
      yield { ...row, commandId: uuidBytes(id), position: Number(at), recordedAt: Number(ms) }
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = last
  }
}

async function headOf(pool: pg.Pool): Promise<Position> {
  const { rows } = await pool.query<{ position: string }>('select position from log.log_head')
  return Number(rows[0]?.position ?? 0)
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
