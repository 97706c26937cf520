/** Compares one row with the streams that own it, and puts it right: for tables whose keys name them. */
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { readStreamUpTo } from '../../store/log/read-log.ts'
import { columnText, MemoryTables, type MemoryRow } from '../memory-tables.ts'
import { physicalName } from '../physical-table.ts'
import type { Projection, Table } from '../projection.ts'
import { keyNames, type Key } from '../row-key.ts'
import { decodeEvent } from '../live/read-batch.ts'
import { differenceOf, type Difference } from './differences.ts'
import { inTransaction } from './replays.ts'

export interface CheckRow {
  readonly pool: Pool
  readonly projection: Projection
  readonly key: string
  /** Write the row as the streams tell it. */
  readonly heal: boolean
}

export interface CheckedRow {
  /** The checkpoint at which it was compared. */
  readonly position: number
  /** Null: it is what its streams tell. */
  readonly difference: Difference | null
  readonly healed: boolean
}

/** Null: no table of the projection has keys that name streams. The projector waits for a moment. */
export async function checkRow({ pool, projection, key, heal }: CheckRow): Promise<CheckedRow | null> {
  const owned = projection.tables.find(({ owners }) => owners !== undefined)
  if (owned?.owners === undefined) return null
  const streams = owned.owners(key)
  return inTransaction(pool, async (client) => {
    const { generation, position } = await lockLive(client, projection)
    const told = await foldRow(client, { projection, table: owned, key, streams, position })
    const live = await readRow(client, owned, generation, key)
    const difference = differing(owned, key, live, told)
    if (difference === null || !heal) return { position, difference, healed: false }
    await writeRow(client, owned, { generation, key, row: told })
    return { position, difference, healed: true }
  })
}

async function lockLive(client: PoolClient, { name, version }: Projection) {
  const { rows } = await client.query<{ generation: number; position: string }>(
    `select c.generation, c.position from views.checkpoints c
    join views.projections p on p.name = c.projection and p.live_generation = c.generation
    where p.name = $1 and c.version = $2 for update of c for share of p`,
    [name, version],
  )
  const [live] = rows
  if (live === undefined) throw new Error(`${name} has no rows of version ${String(version)}`)
  return { generation: live.generation, position: Number(live.position) }
}

interface Owned {
  readonly projection: Projection
  readonly table: Table
  readonly key: Key
  readonly streams: readonly string[]
  readonly position: number
}

/** One stream after the other, in any order (law 6). Null: no such row. Rejects with the decoder's error for a bad event. */
async function foldRow(
  client: PoolClient,
  { projection, table, key, streams, position }: Owned,
): Promise<MemoryRow | null> {
  const rows = new MemoryTables((each, of) => each === table && of === key)
  for (const stream of streams) {
    for (const stored of await readStreamUpTo(client, stream, position)) {
      const event = decodeEvent(stored)
      if ('failure' in event) throw event.failure
      for (const one of 'parts' in event ? event.parts : [event]) {
        if (projection.handles.includes(one.event.type)) projection.apply(one, rows)
      }
    }
  }
  return rows.rows(table).get(key) ?? null
}

async function readRow(client: PoolClient, table: Table, generation: number, key: Key): Promise<MemoryRow | null> {
  const { rows } = await client.query<MemoryRow>(
    `select * from ${physicalName(table, generation)} where ${keyName(table)} = $1 for update`,
    [key],
  )
  return rows[0] ?? null
}

function differing(table: Table, key: Key, live: MemoryRow | null, told: MemoryRow | null): Difference | null {
  if (live === null && told === null) return null
  const difference = differenceOf(table, key, live, told)
  return difference.kind === 'different' && difference.columns.length === 0 ? null : difference
}

interface Told {
  readonly generation: number
  readonly key: Key
  readonly row: MemoryRow | null
}

/** The number of rows that the checkpoint keeps is the log's already: what was lost or put in by hand was never counted. */
async function writeRow(client: PoolClient, table: Table, { generation, key, row }: Told): Promise<void> {
  const physical = physicalName(table, generation)
  await client.query(`delete from ${physical} where ${keyName(table)} = $1`, [key])
  if (row === null) return
  const columns = Object.keys(row)
  const parameters = columns.map((_, index) => `$${String(index + 2)}`)
  await client.query(
    `insert into ${physical} (${[keyName(table), ...columns].join(', ')}) values (${['$1', ...parameters].join(', ')})`,
    [key, ...columns.map((column) => columnText(row[column]))],
  )
}

/** Tables whose keys name their streams have keys of one column. */
function keyName(table: Table): string {
  return keyNames(table).join()
}
