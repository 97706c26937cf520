/** One throw-away Postgres for a whole run, with a migrated template that each test clones in milliseconds. */
import type { TestProject } from 'vitest/node'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { openPool } from '../../store/postgres/database.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { unpackBrowser } from './browser.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the maintenance database of the run's cluster. */
    postgresUrl: string
  }
}

export const TEMPLATE = 'orderledger_template'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres] = await Promise.all([startThrowawayPostgres(), unpackBrowser()])
  const admin = openPool(postgres.url, { name: 'test setup', max: 1 })
  await admin.query(`create database ${TEMPLATE}`)
  const template = new URL(postgres.url)
  template.pathname = `/${TEMPLATE}`
  const pool = openPool(template.href, { name: 'test setup', max: 1 })
  await migrate(pool)
  await pool.end()
  await admin.end()
  project.provide('postgresUrl', postgres.url)
  return () => postgres.stop()
}
