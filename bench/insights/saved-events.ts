import type { Pool } from '../../store/postgres/database.ts'
import { waitUntil } from '../../store/waiting/pause.ts'

/** Resolves when all user events that are there are saved, with their sessions. */
export async function savedEvents(pool: Pool): Promise<void> {
  const done = await waitUntil(
    async () => {
      const { rows } = await pool.query<{ left: string }>(
        'select sum(next_offset - folded_to) as left from behaviour.partitions',
      )
      return Number(rows[0]?.left ?? 0) === 0
    },
    { everyMs: 100, withinMs: 300_000 },
  )
  if (!done) throw new Error('the events were not saved in time')
}
