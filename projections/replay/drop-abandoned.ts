/** Drops generations that are neither live nor being built: what a switch, a cancel, a failure or a kill left. */
import type { Pool } from '../../store/postgres/database.ts'
import { inTransaction } from './replays.ts'

interface Abandoned {
  readonly projection: string
  readonly generation: number
  readonly tables: readonly string[]
}

/** A generation that somebody still reads or writes is left for the next time. */
export async function dropAbandoned(pool: Pool): Promise<void> {
  const { rows } = await pool.query<Abandoned>({
    name: 'abandoned-generations',
    text: `select c.projection, c.generation, array(select jsonb_object_keys(c.row_counts)) as tables
      from views.checkpoints c
      join views.projections p on p.name = c.projection and p.live_generation <> c.generation
      where not exists (
        select from views.replays r
        where r.projection = c.projection and r.generation = c.generation and r.finished_at is null)`,
  })
  for (const abandoned of rows) await drop(pool, abandoned).catch(ignoreLocked)
}

async function drop(pool: Pool, { projection, generation, tables }: Abandoned): Promise<void> {
  await inTransaction(pool, async (client) => {
    const names = tables.map((table) => `views.${table}_g${String(generation)}`)
    if (names.length > 0) await client.query(`drop table if exists ${names.join(', ')}`)
    await client.query('delete from views.checkpoints where projection = $1 and generation = $2', [
      projection,
      generation,
    ])
  })
}

function ignoreLocked(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === '55P03')) throw error
}
