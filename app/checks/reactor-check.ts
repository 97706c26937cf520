/** Looks whether anybody does what is due: an order that nobody ends keeps its stock for ever. */
import type pg from 'pg'
import { reactorNames } from '../../reactors/list.ts'
import { readReactorStates } from '../../reactors/reactor-states.ts'
import { advice, failed, fine, type Check } from './check.ts'

/** None while the database has not got the tables as this release has them. */
export async function checkReactors(pool: pg.Pool): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ present: boolean }>(
    `select exists (
      select from pg_attribute where attrelid = to_regclass('log.due') and attname = 'attempts'
    ) as present`,
  )
  if (rows[0]?.present !== true) return []
  const states = await readReactorStates(pool, reactorNames)
  return states.map(({ name, state, overdue, overdueSeconds, outage, parkedCount, lastError }) => {
    const what = `reactor ${name}`
    if (state === 'failed') {
      const saw = `stopped at position ${String(lastError?.position)}: ${lastError?.message ?? ''}`
      return failed(what, saw, `fix that, then run orderledger reactors retry ${name}`)
    }
    if (state === 'unserved' && overdue > 0) {
      const saw = `${String(overdue)} overdue, but no reactor runs; the first has waited ${String(Math.round(overdueSeconds))} s`
      return failed(what, saw, 'start a process with ROLES=reactor, or with all roles')
    }
    if (outage !== null) {
      return advice(what, `waiting: ${outage.reason}`, 'it continues by itself once that is back')
    }
    if (parkedCount > 0) {
      const saw = `${String(parkedCount)} parked: ${lastError?.message ?? ''}`
      return advice(what, saw, `orderledger reactors retry ${name}`)
    }
    if (state === 'paused') return advice(what, 'paused', `orderledger reactors resume ${name}`)
    return fine(what, state === 'unserved' ? 'nothing is overdue' : `running, ${String(overdue)} overdue`)
  })
}
