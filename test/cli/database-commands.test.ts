/** The commands that look after the database, run as people run them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { migrations } from '../../migrations/list.ts'
import { readRunFile } from '../../app/start/run-file.ts'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { runCommand } from '../support/run-command.ts'
import { makeDataDir, startService } from '../support/service.ts'
import { openShop } from '../support/shop.ts'

let home: string
let databases: TestDatabase[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'orderledger-commands-'))
})

afterEach(async () => {
  await Promise.all(databases.map((database) => database.drop()))
  databases = []
  await rm(home, { recursive: true, force: true })
})

/** A database, and what runs commands on it. */
async function onDatabase(options: { readonly empty?: boolean } = {}) {
  const database = await testDatabase(options)
  databases.push(database)
  const { url } = database
  const directory = await mkdtemp(join(home, 'data-'))
  await writeFile(join(directory, '.env'), `DATABASE_URL=${url}\n`)
  return { url, run: (...args: readonly string[]) => runCommand(directory, ...args) }
}

async function fillShop(url: string): Promise<void> {
  const shop = await openShop(url)
  await shop.register('c1')
  await shop.list('A', 10)
  await shop.place('o-1', [{ sku: 'A', quantity: 2 }], { key: 'key-placed' })
  await shop.close()
  expect(shop.errors).toEqual([])
}

async function statement(url: string, text: string): Promise<void> {
  const pool = openPool(url, { name: 'test', max: 1 })
  await pool.query(text).finally(() => pool.end())
}

describe('verify', () => {
  test('says that nothing was found, in lines and as a document, and exits with 0', async () => {
    const { url, run } = await onDatabase()
    await fillShop(url)
    const lines = await run('verify')
    expect(lines).toMatchObject({ code: 0 })
    expect(lines.stdout).toMatch(/✔ law 1 {2}log-dense +5 events\n/)
    expect(lines.stdout).toMatch(/no breach up to position 5\n$/)
    const document = await run('verify', '--json')
    expect(document.code).toBe(0)
    expect(document.json()).toMatchObject({
      ok: true,
      position: 5,
      checks: [
        { law: 1, name: 'log-dense', counted: 5, breaches: 0, first: null },
        { law: 1, name: 'versions-dense', counted: 3 },
        { law: 9, name: 'events-decode', counted: 5 },
        { law: 1, name: 'streams-fit', counted: 5 },
        { law: 4, name: 'stock', counted: 3 },
        { law: 2, name: 'orders', counted: 1 },
        { law: 4, name: 'reservations', counted: 2 },
        { law: 10, name: 'money', counted: 0 },
        { law: 10, name: 'payments', counted: 0 },
        { law: 10, name: 'deliveries', counted: 0 },
        { law: 11, name: 'restocks', counted: 0 },
        { law: 11, name: 'fraud-alerts', counted: 0 },
        { law: 3, name: 'keys', counted: 1 },
        { law: 2, name: 'snapshots', counted: 0 },
        { law: 7, name: 'projection-orders' },
        { law: 7, name: 'projection-products' },
        { law: 7, name: 'projection-customers' },
        { law: 7, name: 'projection-sales' },
        { law: 7, name: 'projection-activity' },
        { law: 7, name: 'projection-payments' },
        { law: 7, name: 'projection-deliveries' },
        { law: 7, name: 'projection-alerts' },
        { law: 7, name: 'projection-notifications' },
        { law: 7, name: 'projection-together' },
        { law: 7, name: 'projection-demand' },
        { law: 7, name: 'projection-fraud-alerts' },
      ],
    })
  })

  test('exits with 1 and names the first breach when a law is broken', async () => {
    const { url, run } = await onDatabase()
    await fillShop(url)
    await statement(url, `update log.commands set position = 99`)
    const lines = await run('verify')
    expect(lines.code).toBe(1)
    expect(lines.stdout).toMatch(/✖ law 3 {2}keys +1 keys, 1 breach\n +first: key key-placed of http:test: .*99/)
    const document = await run('verify', '--json')
    expect(document.code).toBe(1)
    expect(document.json()).toMatchObject({ ok: false })
  })

  test('exits with 3 when the database cannot be reached, with 1 when it has no schema', async () => {
    await writeFile(join(home, '.env'), 'DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing\n')
    const unreachable = await runCommand(home, 'verify')
    expect(unreachable.code).toBe(3)
    expect(unreachable.stderr).toMatch(/✖ .*ECONNREFUSED.*\n {2}tried: .*\n {2}next: +/)
    const { run } = await onDatabase({ empty: true })
    const empty = await run('verify')
    expect(empty.code).toBe(1)
    expect(empty.stderr).toMatch(/lacks 0001_log.*\n.*\n {2}next: +orderledger db migrate/)
  })

  test('law 7: works beside a running service and after its end, and finds a read model that is wrong', async () => {
    const dataDir = makeDataDir()
    const service = await startService({ dataDir: dataDir.path, env: { DEMO_ORDERS: '20' } })
    try {
      // Rows that are not there yet cannot be made wrong.
      await eventually(async () => {
        const answer = await fetch(`${service.url}/projections`)
        const { items } = (await answer.json()) as { readonly items: readonly { readonly lagEvents: number }[] }
        return items.length > 0 && items.every(({ lagEvents }) => lagEvents === 0)
      })
      const beside = await runCommand(dataDir.path, 'verify', '--json')
      expect(beside.json()).toMatchObject({ ok: true })
      await statement(readRunFile(dataDir.path)?.databaseUrl ?? '', `update views.orders_g1 set version = version + 1`)
      expect((await runCommand(dataDir.path, 'db', 'reset', '--yes')).stderr).toMatch(/a service runs here: pid \d+/)
      await service.stop()
      const after = await runCommand(dataDir.path, 'verify')
      expect(after.code).toBe(1)
      expect(after.stdout).toMatch(/✖ law 7 {2}projection-orders/)
      expect(after.stdout).toMatch(/1 of 26 checks found breaches\n$/)
    } finally {
      await service.kill()
      dataDir.remove()
    }
  })
})

describe('db', () => {
  test('migrate brings an empty database to the present schema, once', async () => {
    const { run } = await onDatabase({ empty: true })
    expect((await run('db', 'migrate', '--json')).json()).toMatchObject({ applied: Object.keys(migrations) })
    expect((await run('db', 'migrate', '--json')).json()).toMatchObject({ applied: [] })
  })

  test('status shows migrations and size, and what is missing before the first migration', async () => {
    const { url, run } = await onDatabase({ empty: true })
    expect((await run('db', 'status', '--json')).json()).toMatchObject({
      migrations: Object.keys(migrations).map((name) => ({ name, appliedAt: null })),
      log: null,
    })
    await run('db', 'migrate')
    await fillShop(url)
    const status = await run('db', 'status')
    expect(status.stdout).toMatch(/0001_log +\d{4}-/)
    expect(status.stdout).toMatch(/events +5\n/)
    expect(status.stdout).not.toContain(new URL(url).password)
  })

  test('dump and restore move a shop into another database, which verifies clean', async () => {
    const source = await onDatabase()
    await fillShop(source.url)
    const directory = join(home, 'backup')
    expect((await source.run('db', 'dump', directory, '--json')).json()).toMatchObject({
      head: 5,
      commands: { records: 1 },
    })
    expect(JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'))).toMatchObject({ format: 2, head: 5 })

    const target = await onDatabase({ empty: true })
    const restored = await target.run('db', 'restore', directory)
    expect(restored.stdout).toMatch(/5 events and 1 keys restored into .*\nnext: orderledger verify\n$/)
    expect((await target.run('verify', '--json')).json()).toMatchObject({ ok: true, position: 5 })

    const again = await target.run('db', 'restore', directory)
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/✖ the log already has events\n.*\n {2}next: +run orderledger db reset/)
    expect((await source.run('db', 'dump', directory)).stderr).toMatch(/✖ .*backup already exists/)
  })

  test('reset asks first, is refused while anybody is connected, and leaves nothing of ours', async () => {
    const { url, run } = await onDatabase()
    await fillShop(url)
    await statement(url, 'create table public.foreign_table ()')
    const unasked = await run('db', 'reset')
    expect(unasked.code).toBe(2)
    const connected = openPool(url, { name: 'reader', max: 1 })
    await connected.query('select')
    const refused = await run('db', 'reset', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/1 other orderledger sessions are connected/)
    expect((await connected.query('select from log.events')).rowCount).toBe(5)
    await connected.end()

    expect((await run('db', 'reset', '--yes')).code).toBe(0)
    const pool = openPool(url, { name: 'test', max: 1 })
    const { rows } = await pool.query(
      `select schemaname, tablename from pg_tables where schemaname in ('log', 'views', 'public')`,
    )
    await pool.end()
    expect(rows).toEqual([{ schemaname: 'public', tablename: 'foreign_table' }])
    expect((await run('db', 'migrate')).code).toBe(0)
    expect((await run('verify', '--json')).json()).toMatchObject({ ok: true, position: 0 })
  })

  test('works on a database of its own when none is named and no service runs', async () => {
    const dataDir = makeDataDir()
    try {
      const none = await runCommand(dataDir.path, 'db', 'status')
      expect(none.code).toBe(3)
      expect(none.stderr).toMatch(/contains no database/)
      expect((await runCommand(dataDir.path, 'db', 'migrate')).code).toBe(0)
      expect((await runCommand(dataDir.path, 'verify', '--json')).json()).toMatchObject({ ok: true, position: 0 })
    } finally {
      dataDir.remove()
    }
  })
})

describe('schemas codegen', () => {
  test('--check says that what is committed is up to date', async () => {
    const { code, json } = await runCommand(home, 'schemas', 'codegen', '--check', '--json')
    expect(code).toBe(0)
    expect(json()).toEqual({ stale: [] })
  })
})
