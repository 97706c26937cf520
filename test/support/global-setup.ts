/** What all files of a run share: one throw-away Postgres, with a migrated template that each test clones in milliseconds; one Kafka. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { build, isFresh } from '../../cli/build.js'
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
  // Whole processes would compile their sources at each start, in twice the time of the start itself.
  if (!isFresh()) await build()
  // Kept on the disk, where the next run finds it.
  await unpackBrowser()
  const removeFolder = useMemoryFolder()
  const [postgres, kafka] = await Promise.all([startThrowawayPostgres(), openKafkaDoor()])
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
    removeFolder()
  }
}

/** Where Linux has one. */
const IN_MEMORY = '/dev/shm'
const PREFIX = 'orderledger-tests-'
/** A run takes some two of them; on a machine with less, or in a container with its 64 MB, the disk is used. */
const ENOUGH_BYTES = 6 * 1024 ** 3

/**
 * A folder in memory is the one of temporary files from here on, for this process and those that it starts: to make a
 * database and to take it away is almost all files. Returns what removes it. Data is as safe there from a process that is
 * killed, which is all that tests do to it.
 */
function useMemoryFolder(): () => void {
  if (!hasRoom()) return () => undefined
  removeLeftFolders()
  const folder = mkdtempSync(join(IN_MEMORY, `${PREFIX}${String(process.pid)}-`))
  // As /tmp is: Postgres runs as a user of its own.
  chmodSync(folder, 0o1777)
  process.env['TMPDIR'] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Of runs that were killed: they would lie in memory until the machine is switched off. */
function removeLeftFolders(): void {
  for (const name of readdirSync(IN_MEMORY)) {
    const [pid] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-') : []
    if (pid === undefined || lives(Number(pid))) continue
    try {
      rmSync(join(IN_MEMORY, name), { recursive: true, force: true })
    } catch (error) {
      // The small disk of a test that was killed is still mounted there: no reason for this run to end.
      console.warn(`left of an earlier run, remove it by hand: ${error instanceof Error ? error.message : name}`)
    }
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize >= ENOUGH_BYTES
  } catch {
    return false
  }
}
