/**
 * Databases, roles, URLs, shells and poolers as others have them: the right answer, or the cause by its name.
 * Longer than 300 lines because each kind of database is one short test over the same helpers.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { productListed } from '../../domain/test-events.ts'
import { openPool, WRITER_SETTINGS } from '../../store/postgres/database.ts'
import { CUSTOMER, openShop, skuOf } from '../faults/shop.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'
import { startTransactionPooler } from '../support/transaction-pooler.ts'

const releases: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

async function database(options: Parameters<typeof testDatabase>[0] = {}): Promise<TestDatabase> {
  const made = await testDatabase(options)
  releases.push(made.drop)
  return made
}

function dataDir(): string {
  const data = makeDataDir()
  releases.push(() => data.remove())
  return data.path
}

async function start(env: Readonly<Record<string, string>>, unready = false): Promise<Service> {
  const service = await startService({ dataDir: dataDir(), env, unready })
  releases.push(() => service.kill())
  return service
}

/** `alter database ... set`, as an administrator leaves it. */
async function set(url: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const name = pg.escapeIdentifier(new URL(url).pathname.slice(1))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const [setting, value] of Object.entries(settings)) {
    await client.query(`alter database ${name} set ${setting} = ${value === '' ? "''" : pg.escapeLiteral(value)}`)
  }
  await client.end()
}

function order(url: string, quantity = 1): Promise<Response> {
  return fetch(new URL('/orders', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerId: CUSTOMER, lines: [{ sku: skuOf(0), quantity }] }),
  })
}

/** What `start` says, in its three lines, and what `doctor` found. */
async function refused(env: Readonly<Record<string, string>>) {
  const service = await start(env, true)
  const { code } = await service.exited
  const [what = '', tried = '', next = '', ...more] = service.errors().trim().split('\n')
  expect(more, service.errors()).toEqual([])
  const doctor = await startCommand(dataDir(), ['doctor', '--json'], { env: { ...env, PORT: '0' } }).finished
  const { checks } = JSON.parse(doctor.stdout) as {
    checks: { name: string; state: string; saw: string; fix: string | null }[]
  }
  const failed = checks.filter(({ state }) => state === 'failed')
  return { code, what, tried, next, doctor: { code: doctor.code, failed } }
}

/** Doctor refuses it alike: what it saw and its fix are what start says. */
function expectAlike({ what, next, doctor }: Awaited<ReturnType<typeof refused>>): void {
  expect(doctor.code).toBe(1)
  expect(doctor.failed).toHaveLength(1)
  expect(what).toContain(doctor.failed[0]?.saw)
  expect(next).toContain(doctor.failed[0]?.fix)
}

/** Each of these broke something, or could. */
const ODD = {
  DateStyle: 'German, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kolkata',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  array_nulls: 'off',
  transform_null_equals: 'on',
  standard_conforming_strings: 'off',
  default_transaction_isolation: 'repeatable read',
  default_transaction_deferrable: 'on',
  search_path: '',
  statement_timeout: '1ms',
  lock_timeout: '1ms',
  idle_in_transaction_session_timeout: '1ms',
  idle_session_timeout: '1ms',
  transaction_timeout: '30s',
}

test('a service takes and shows orders over whatever the database sets for its sessions', async () => {
  const { url } = await database({ empty: true })
  await set(url, ODD)
  const service = await start({ DATABASE_URL: url })
  await openShop(service.url, { products: 1, stock: 100 })
  const placed = await order(service.url)
  expect(placed.status).toBe(201)
  const position = placed.headers.get('x-position') ?? ''
  for (const path of ['/orders', '/products', `/customers/${CUSTOMER}`, '/analytics', '/activity', '/events']) {
    const answer = await fetch(new URL(`${path}${path === '/events' ? '' : `?after=${position}`}`, service.url))
    expect(answer.status, path).toBe(200)
  }
  const { items } = (await (await fetch(new URL('/projections', service.url))).json()) as {
    items: { name: string; state: string }[]
  }
  expect(items.map(({ state }) => state)).toEqual(items.map(() => 'live'))
})

test.each(Object.keys(ODD))('%s of the database is not what a session works with', async (setting) => {
  const { url } = await database()
  const shown = async (): Promise<unknown> => {
    const pool = openPool(url, { name: 'test', max: 1 })
    const { rows } = await pool.query('select current_setting($1) as value', [setting])
    await pool.end()
    return rows
  }
  const before = await shown()
  await set(url, { [setting]: ODD[setting as keyof typeof ODD] })
  expect(await shown()).toEqual(before)
})

test('parameters of the URL replace no setting of ours, and options of its own stay', async () => {
  const { url } = await database()
  const odd = new URL(url)
  odd.searchParams.set('options', '-c DateStyle=German -c work_mem=5MB')
  odd.searchParams.set('statement_timeout', '1')
  odd.searchParams.set('query_timeout', '1')
  odd.searchParams.set('application_name', 'theirs')
  const pool = openPool(odd.href, { name: 'test', max: 1, settings: WRITER_SETTINGS })
  releases.push(() => pool.end())
  const { rows } = await pool.query(
    `select current_setting('DateStyle') as style, current_setting('work_mem') as memory,
      current_setting('statement_timeout') as timeout, current_setting('application_name') as name, pg_sleep(0.01)`,
  )
  expect(rows).toMatchObject([{ style: 'ISO, MDY', memory: '5MB', timeout: '5s', name: 'orderledger test' }])
})

test.each([
  ['off', 'on'],
  ['local', 'on'],
  ['remote_write', 'remote_write'],
  ['on', 'on'],
  ['remote_apply', 'remote_apply'],
])('synchronous_commit=%s of the database is %s for those who answer orders', async (theirs, ours) => {
  const { url } = await database()
  await set(url, { synchronous_commit: theirs })
  const pool = openPool(url, { name: 'test', max: 1, settings: WRITER_SETTINGS })
  releases.push(() => pool.end())
  const { rows } = await pool.query('show synchronous_commit')
  expect(rows).toEqual([{ synchronous_commit: ours }])
})

test('synchronous_commit=off of the database raises no alarm', async () => {
  const { url } = await database()
  await set(url, { synchronous_commit: 'off' })
  const { stdout } = await startCommand(dataDir(), ['doctor', '--json'], { env: { DATABASE_URL: url, PORT: '0' } })
    .finished
  expect(stdout).not.toContain('synchronous_commit')
})

test('default_transaction_read_only is refused by its name, by start and doctor alike', async () => {
  const { url } = await database()
  await set(url, { default_transaction_read_only: 'on' })
  const failure = await refused({ DATABASE_URL: url })
  expect(failure.code).toBe(1)
  expect(failure.what).toContain('default_transaction_read_only')
  expect(failure.next).toContain('RESET default_transaction_read_only')
  expectAlike(failure)
})

test('default_transaction_read_only while the service runs is an outage that ends with it', async () => {
  const { url } = await database()
  const service = await start({ DATABASE_URL: url })
  await openShop(service.url, { products: 1, stock: 100 })
  await set(url, { default_transaction_read_only: 'on' })
  const admin = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' })
  await admin.connect()
  releases.push(() => admin.end())
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  expect((await order(service.url)).status).toBe(503)
  await admin.query(`alter database ${new URL(url).pathname.slice(1)} reset default_transaction_read_only`)
  await eventually(async () => (await order(service.url)).status === 201)
  const subject = new URL('/registry/subjects/after-the-outage/versions', service.url)
  const body = JSON.stringify({ schema: '"string"' })
  const headers = { 'content-type': 'application/json' }
  await eventually(async () => (await fetch(subject, { method: 'POST', body, headers })).status === 200)
})

test('an encoding that cannot hold every name is refused, with the statement that makes a database that can', async () => {
  const { url } = await database({ encoding: 'LATIN1' })
  const failure = await refused({ DATABASE_URL: url })
  expect(failure.code).toBe(1)
  expect(failure.what).toContain('LATIN1')
  expect(failure.next).toMatch(/CREATE DATABASE .* ENCODING 'UTF8'/)
  expectAlike(failure)
  const migrated = await startCommand(dataDir(), ['db', 'migrate'], { env: { DATABASE_URL: url } }).finished
  expect(migrated).toMatchObject({ code: 1, stderr: expect.stringContaining('LATIN1') as string })
})

test('a role that may not create our tables is refused with the grant that it lacks, by start and doctor alike', async () => {
  const { url } = await database({ empty: true })
  const role = `weak_${String(process.pid)}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  releases.push(async () => {
    await admin.query(`drop role ${role}`)
    await admin.end()
  })
  await admin.query(`create role ${role} login password 'weak'`)
  const weak = new URL(url)
  weak.username = role
  weak.password = 'weak'
  const failure = await refused({ DATABASE_URL: weak.href })
  expect(failure.code).toBe(1)
  expect(failure.next).toMatch(/GRANT CREATE ON DATABASE .*GRANT CREATE ON SCHEMA public/)
  expectAlike(failure)
})

test('a schema of a newer release is refused by start and doctor alike', async () => {
  const { url } = await database()
  const pool = openPool(url, { name: 'test', max: 1 })
  releases.push(() => pool.end())
  await pool.query(`insert into kysely_migration (name, timestamp) values ('9999_from_the_future', '2030-01-01')`)
  const failure = await refused({ DATABASE_URL: url })
  expect(failure.code).toBe(1)
  expect(failure.what).toContain('9999_from_the_future')
  expectAlike(failure)
})

test('another currency than that of the prices is refused by start and doctor alike', async () => {
  const { url } = await database()
  const pool = openPool(url, { name: 'test', max: 1 })
  releases.push(() => pool.end())
  await appendEvents(pool, [{ stream: 'inventory-A1', event: productListed('A1') }])
  const failure = await refused({ DATABASE_URL: url, CURRENCY: 'JPY' })
  expect(failure.code).toBe(1)
  expect(failure.what).toContain('in EUR, and CURRENCY says JPY')
  expect(failure.next).toContain('CURRENCY=EUR')
  expectAlike(failure)
})

test.each([
  ['of another major version', { 'postgres/PG_VERSION': '17\n', 'postgres.password': 'x' }, /Postgres 17/, /db dump/],
  ['without its password', { 'postgres/PG_VERSION': '18\n' }, /password file/, /restore/],
  ['that is none', { 'postgres/notes.txt': 'mine', 'postgres.password': 'x' }, /is not a database/, /mv /],
  ['where others may write', { 'postgres/PG_VERSION': '18\n', 'postgres.password': 'x' }, /others may write/, /go-w/],
])('an embedded database %s is refused by start and doctor alike', async (_, files, cause, cure) => {
  const directory = dataDir()
  mkdirSync(join(directory, 'postgres'))
  if (cure.source === 'go-w') chmodSync(directory, 0o777)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 })
  const failure = await refused({ DATA_DIR: directory })
  expect(failure.code).toBe(1)
  expect(failure.what).toMatch(cause)
  expect(failure.next).toMatch(cure)
  expectAlike(failure)
})

describe('a pooler in transaction mode', () => {
  test.each([true, false])('is refused by its name (it keeps options: %s)', async (keepsOptions) => {
    const { url } = await database()
    const pooler = await startTransactionPooler(url, { keepsOptions })
    releases.push(() => pooler.stop())
    const failure = await refused({ DATABASE_URL: pooler.url })
    expect(failure.code).toBe(1)
    expect(failure.what).toContain('a pooler')
    expect(failure.next).toContain('the direct address')
  })
})

/** None of them is a setting of ours. */
const SHELL = {
  PGSSLMODE: 'require',
  PGSSLNEGOTIATION: 'direct',
  PGUSER: 'nobody',
  PGPASSWORD: 'wrong',
  PGPORT: '1',
  PGHOST: 'no-such-host.invalid',
  PGDATABASE: 'none',
  PGOPTIONS: '-c DateStyle=German',
  PGBINARY: 'true',
  PGREPLICATION: 'database',
  PGCLIENT_ENCODING: 'LATIN1',
  NODE_PG_FORCE_NATIVE: '1',
}

test('the embedded database depends on no variable of the shell', async () => {
  const service = await start(SHELL)
  await openShop(service.url, { products: 1, stock: 100 })
  expect((await order(service.url)).status).toBe(201)
  const { code, stderr } = await startCommand(service.dataDir, ['verify'], { env: SHELL }).finished
  expect({ code, stderr }).toMatchObject({ code: 0 })
})

test('a variable of the shell that caused a fault is named with it', async () => {
  const { url } = await database()
  const failure = await refused({ DATABASE_URL: url, PGSSLMODE: 'require' })
  expect(failure.code).toBe(3)
  expect(failure.what).toContain('PGSSLMODE')
  expect(failure.next).toContain('unset PGSSLMODE')
  expectAlike(failure)
})
