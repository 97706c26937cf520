/** A fresh, migrated database for one test file or one test. */
import { inject } from 'vitest'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { TEMPLATE } from './global-setup.ts'

export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

let made = 0

/** File by file takes half the time of page by page through the log. */
const COPIED = ' strategy file_copy'

/**
 * Clones the template; `{ empty: true }` gives a database without any of our tables, and so does an encoding of its own.
 * Call `drop` when done.
 */
export function testDatabase(
  options: { readonly empty?: boolean; readonly encoding?: string } = {},
): Promise<TestDatabase> {
  if (options.encoding !== undefined)
    return createDatabase(`encoding '${options.encoding}' locale 'C' template template0`)
  return createDatabase(options.empty === true ? '' : `template ${TEMPLATE}${COPIED}`)
}

/** A copy of a test's database, which nobody may be connected to at this moment. */
export function cloneDatabase({ url }: TestDatabase): Promise<TestDatabase> {
  return createDatabase(`template ${new URL(url).pathname.slice(1)}${COPIED}`)
}

async function createDatabase(clause: string): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl')
  const name = `test_${String(process.pid)}_${String(++made)}`
  await administrate(adminUrl, `create database ${name} ${clause}`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => administrate(adminUrl, `drop database if exists ${name} with (force)`) }
}

/** One connection for all files of this process; it closes when nobody has asked for half a minute. */
let admin: Pool | null = null

async function administrate(url: string, statement: string): Promise<void> {
  admin ??= openPool(url, { name: 'test', max: 1, queryTimeout: 0 })
  await admin.query(statement)
}
