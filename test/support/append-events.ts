/** Puts events into the log without deciding them: for tests of what reads it. */
import type { Addressed } from '../../domain/decision.ts'
import { newId, newIdBytes } from '../../app/clock.ts'
import { encode } from '../../schemas/codec.ts'
import { append, appendStatement } from '../../store/log/append.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { uuidBytes } from '../../store/postgres/binary-array.ts'

/** An event of any type and bytes, for logs that no release of ours writes. */
export interface RawEvent {
  readonly stream: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: Buffer
  /** Of the command that wrote it, for events that belong together. Absent: one of its own. */
  readonly commandId?: Buffer
}

/** Appends behind what is there, in one batch. Resolves with the new head. */
export async function appendEvents(pool: Pool, events: readonly Addressed[]): Promise<number> {
  return appendRaw(
    pool,
    events.map(({ stream, event }) => ({ stream, ...encode(event) })),
  )
}

export async function appendRaw(pool: Pool, events: readonly RawEvent[]): Promise<number> {
  const client = await pool.connect()
  try {
    const { rows: heads } = await client.query<{ position: string }>('select position from log.log_head')
    const { rows: streams } = await client.query<{ stream: string; version: number }>(
      'select stream, max(version) as version from log.events where stream = any($1) group by stream',
      [[...new Set(events.map(({ stream }) => stream))]],
    )
    const versions = new Map(streams.map(({ stream, version }) => [stream, version]))
    const known = Number(heads[0]?.position)
    const numbered = events.map((event) => {
      const version = (versions.get(event.stream) ?? 0) + 1
      versions.set(event.stream, version)
      const ids = { id: newIdBytes(), commandId: newIdBytes(), correlationId: uuidBytes(newId()), causationId: null }
      return { ...ids, ...event, version }
    })
    const { outcome } = await append(client, appendStatement(known, { events: numbered, keyed: [] }))
    if (outcome !== 'appended') throw new Error(`somebody else appended meanwhile: ${outcome}`)
    return known + events.length
  } finally {
    client.release()
  }
}
