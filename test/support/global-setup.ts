/** What all files of a run share: one throw-away Postgres, with a migrated template that each test clones in milliseconds; one Kafka. */
import type { TestProject } from 'vitest/node'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { openPool } from '../../store/postgres/database.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { unpackBrowser } from './browser.ts'
import { openKafkaDoor } from './shared-kafka.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the maintenance database of the run's cluster. */
    postgresUrl: string
    /** Where a file asks for the Kafka of the run. */
    kafkaDoor: string
  }
}

export const TEMPLATE = 'orderledger_template'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, kafka] = await Promise.all([startThrowawayPostgres(), openKafkaDoor(), unpackBrowser()])
  const admin = openPool(postgres.url, { name: 'test setup', max: 1 })
  await admin.query(`create database ${TEMPLATE}`)
  const template = new URL(postgres.url)
  template.pathname = `/${TEMPLATE}`
  const pool = openPool(template.href, { name: 'test setup', max: 1 })
  await migrate(pool)
  await pool.end()
  await admin.end()
  project.provide('postgresUrl', postgres.url)
  project.provide('kafkaDoor', kafka.url)
  return async () => {
    await kafka.close()
    await postgres.stop()
  }
}
