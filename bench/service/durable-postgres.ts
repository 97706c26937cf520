/** A Postgres of the figure's own, as durable as production, for services that share a database or outlive each other. */
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import type { Cleanup } from '../cleanup.ts'

/** Its URL. It stops with the scope. */
export async function startDurablePostgres(scope: Cleanup): Promise<string> {
  const postgres = await startThrowawayPostgres({ durable: true })
  scope.add(() => postgres.stop())
  return postgres.url
}
