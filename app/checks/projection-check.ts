/** Looks whether every read model is kept up to date: one that failed shows older and older rows, for good. */
import type pg from 'pg'
import { readLiveGenerations } from '../../projections/generations.ts'
import { advice, failed, fine, type Check } from './check.ts'

/** None while the database has not got the tables. */
export async function checkProjections(pool: pg.Pool): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ present: boolean }>(
    `select to_regclass('views.projections') is not null as present`,
  )
  if (rows[0]?.present !== true) return []
  const generations = [...(await readLiveGenerations(pool)).values()]
  return generations.map(({ name, paused, failure, position }) => {
    const what = `projection ${name}`
    const resume = `orderledger projections resume ${name}`
    if (paused) return advice(what, `paused at position ${String(position)}`, resume)
    if (failure === null) return fine(what, `at position ${String(position)}`)
    const saw = `stopped at position ${String(failure.position)}: ${failure.message}`
    return failed(what, saw, `fix that, then run ${resume}`)
  })
}
