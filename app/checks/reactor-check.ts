/** Looks whether anybody does what is due: an order that nobody ends keeps its stock for ever. */
import type pg from 'pg'
import { reactors } from '../../reactors/list.ts'
import { openReactors } from '../../reactors/reactor-states.ts'
import { advice, failed, fine, type Check } from './check.ts'

/** None while the database has not got the tables. */
export async function checkReactors(pool: pg.Pool): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ present: boolean }>(`select to_regclass('log.due') is not null as present`)
  if (rows[0]?.present !== true) return []
  const states = await openReactors(pool, reactors).states()
  return states.map(({ name, state, overdue, overdueSeconds, parked, lastError }) => {
    const what = `reactor ${name}`
    if (state === 'failed') {
      const saw = `stopped at position ${String(lastError?.position)}: ${lastError?.message ?? ''}`
      return failed(what, saw, `fix that, then run orderledger reactors retry ${name}`)
    }
    if (state === 'unserved' && overdue > 0) {
      const saw = `${String(overdue)} overdue, but no reactor runs; the first has waited ${String(Math.round(overdueSeconds))} s`
      return failed(what, saw, 'start a process with ROLES=reactor, or with all roles')
    }
    if (parked > 0) {
      return advice(what, `${String(parked)} parked: ${lastError?.message ?? ''}`, `orderledger reactors retry ${name}`)
    }
    return fine(what, state === 'unserved' ? 'nothing is overdue' : `running, ${String(overdue)} overdue`)
  })
}
