/** A dump is the whole log and its keys, and nothing else: what is restored from it is the same, to the byte. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import { watchReactorsRestore } from '../../reactors/list.ts'
import { restoreDump } from '../../store/dump/restore-dump.ts'
import { writeDump } from '../../store/dump/write-dump.ts'
import { readLogIdentity } from '../../store/log/log-identity.ts'
import { readEvents } from '../../store/log/read-log.ts'
import { verifyLog } from '../../audit/verify-log.ts'
import { cloneDatabase, testDatabase, type TestDatabase } from '../support/database.ts'
import { openShop } from '../support/shop.ts'
import { spill } from '../support/spill.ts'

const FILES = ['commands.avro', 'events.avro', 'manifest.json']

let shopDatabase: TestDatabase
let databases: TestDatabase[] = []
let pools: pg.Pool[] = []
let home: string

beforeAll(async () => {
  shopDatabase = await testDatabase()
  const shop = await openShop(shopDatabase.url)
  await shop.register('c1')
  await shop.list('U-1', 10)
  await shop.list('A', 10_000)
  await shop.place('o-1', [{ sku: 'A', quantity: 2 }], { key: 'key-placed' })
  await shop.cancel('o-1', 'key-cancelled')
  await shop.place('o-2', [{ sku: 'A', quantity: 20_000 }], { key: 'key-rejected' })
  await Promise.all(
    Array.from({ length: 3_000 }, (_, index) => shop.place(`many-${index}`, [{ sku: 'A', quantity: 1 }])),
  )
  await shop.close()
  expect(shop.errors).toEqual([])
})

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'orderledger-dump-'))
})

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await Promise.all(databases.map((database) => database.drop()))
  await rm(home, { recursive: true, force: true })
  pools = []
  databases = []
})

afterAll(() => shopDatabase.drop())

/** A pool on a copy of the shop, or on an empty database. */
async function scratch(make: () => Promise<TestDatabase>): Promise<pg.Pool> {
  const database = await make()
  const pool = openPool(database.url, { name: 'test', max: 2, settings: READER_SETTINGS })
  databases.push(database)
  pools.push(pool)
  return pool
}

const copy = () => scratch(() => cloneDatabase(shopDatabase))
const empty = () => scratch(() => testDatabase())

async function contentOf(pool: pg.Pool) {
  const { rows: commands } = await pool.query('select * from log.commands order by source, key')
  const { rows: head } = await pool.query('select * from log.log_head')
  return { events: await readEvents(pool, 0, 100_000), commands, head }
}

function filesOf(directory: string): Promise<readonly Buffer[]> {
  return Promise.all(FILES.map((name) => readFile(join(directory, name))))
}

describe('a dump', () => {
  test('restored elsewhere gives the same log, verified clean, and the same dump', async () => {
    const [source, target] = [await copy(), await empty()]
    const written = await writeDump({ pool: source, directory: join(home, 'one') })
    const restored = await restoreDump({ pool: target, directory: join(home, 'one') })
    expect(restored).toEqual(written)
    expect(written).toMatchObject({ head: 1 + 2 + 2 + 2 + 2 + 1 + 6_000, commands: { records: 3 } })
    expect(await contentOf(target)).toEqual(await contentOf(source))
    const { position, checks } = await verifyLog({ pool: target, spill: spill() })
    expect(position).toBe(written.head)
    expect(checks.filter(({ breaches }) => breaches > 0)).toEqual([])
    await writeDump({ pool: target, directory: join(home, 'two') })
    expect(await filesOf(join(home, 'two'))).toEqual(await filesOf(join(home, 'one')))
  })

  test('restored is another log each time: who followed one begins anew in the other', async () => {
    const source = await copy()
    const folder = join(home, 'dump')
    await writeDump({ pool: source, directory: folder })
    const restored = [await empty(), await empty()]
    for (const pool of restored) await restoreDump({ pool, directory: folder })
    const identities = await Promise.all([source, ...restored].map(readLogIdentity))
    expect(new Set(identities).size).toBe(3)
  })

  test('of an empty log can be restored', async () => {
    const [source, target] = [await empty(), await empty()]
    await writeDump({ pool: source, directory: join(home, 'dump') })
    expect(await restoreDump({ pool: target, directory: join(home, 'dump') })).toMatchObject({ head: 0 })
  })

  test('leaves each reactor at its head', async () => {
    await writeDump({ pool: await copy(), directory: join(home, 'dump') })
    const target = await empty()
    const { head } = await restoreDump({ pool: target, directory: join(home, 'dump'), watcher: watchReactorsRestore() })
    const { rows } = await target.query<{ reader: string; position: number; dated: boolean }>(
      'select reader, position::int, recorded_at is not null as dated from log.checkpoints order by reader',
    )
    expect(rows).toEqual([
      ...['deliveries', 'expire-orders', 'mail', 'payments', 'stock-outs'].map((name) => {
        return { reader: `reactor ${name}`, position: head, dated: true }
      }),
    ])
  })

  test('goes on where it stood: a shop on the restored log knows its orders and its keys', async () => {
    await writeDump({ pool: await copy(), directory: join(home, 'dump') })
    const target = await empty()
    await restoreDump({ pool: target, directory: join(home, 'dump') })
    const shop = await openShop(databases.at(-1)?.url ?? '')
    const again = await shop.place('o-1', [{ sku: 'A', quantity: 2 }], { key: 'key-placed' })
    const next = await shop.place('o-3', [{ sku: 'A', quantity: 1 }])
    await shop.close()
    expect(again).toMatchObject({ outcome: 'known', answer: 'order-o-1: accepted' })
    expect(next).toMatchObject({ outcome: 'accepted', position: 1 + 2 + 2 + 2 + 2 + 1 + 6_000 + 2 })
    const { checks } = await verifyLog({ pool: target, spill: spill() })
    expect(checks.filter(({ breaches }) => breaches > 0)).toEqual([])
  })

  test('leaves out keys whose time is over, and keeps those of a door that it does not know', async () => {
    const source = await copy()
    await source.query(`update log.commands set recorded_at = now() - interval '2 days' where key <> 'key-placed'`)
    await source.query(`update log.commands set source = 'post:office' where key = 'key-cancelled'`)
    const { commands } = await writeDump({ pool: source, directory: join(home, 'dump') })
    expect(commands.records).toBe(2)
  })

  test('of a log that grows meanwhile ends at the head that was found', async () => {
    const source = await copy()
    const shop = await openShop(databases.at(-1)?.url ?? '')
    const late: Promise<unknown>[] = []
    const { head, commands } = await writeDump({
      pool: source,
      directory: join(home, 'dump'),
      onProgress: () => {
        if (late.length === 0) late.push(shop.place('o-late', [{ sku: 'A', quantity: 1 }], { key: 'key-late' }))
      },
    })
    await Promise.all(late)
    await shop.close()
    expect({ head, keys: commands.records }).toEqual({ head: 6_010, keys: 3 })
    expect(await restoreDump({ pool: await empty(), directory: join(home, 'dump') })).toMatchObject({ head: 6_010 })
  })

  test('may be read by its owner alone', async () => {
    const directory = join(home, 'dump')
    await writeDump({ pool: await copy(), directory })
    const modes = await Promise.all(
      FILES.map(async (name) => ((await stat(join(directory, name))).mode & 0o777).toString(8)),
    )
    expect(modes).toEqual(['600', '600', '600'])
  })

  test('never replaces anything, and one that fails leaves nothing behind', async () => {
    const source = await copy()
    await writeFile(join(home, 'dump'), '')
    await expect(writeDump({ pool: source, directory: join(home, 'dump') })).rejects.toMatchObject({
      code: 'dump-exists',
    })
    await source.query('update log.log_head set position = position + 1')
    await expect(writeDump({ pool: source, directory: join(home, 'gap') })).rejects.toMatchObject({
      code: 'damaged-dump',
    })
    expect(await readdir(home)).toEqual(['dump'])
  })
})

describe('a restore', () => {
  test('is refused into a log that is not empty, and changes nothing', async () => {
    const source = await copy()
    await writeDump({ pool: source, directory: join(home, 'dump') })
    await expect(restoreDump({ pool: source, directory: join(home, 'dump') })).rejects.toMatchObject({
      code: 'log-not-empty',
    })
    expect((await verifyLog({ pool: source, spill: spill() })).position).toBe(6_010)
  })

  test.each(['events.avro', 'commands.avro'])(
    'is refused when %s was changed, and the log stays empty',
    async (name) => {
      const directory = join(home, 'dump')
      await writeDump({ pool: await copy(), directory })
      const bytes = await readFile(join(directory, name))
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 40) ^ 1, bytes.length - 40)
      await writeFile(join(directory, name), bytes)
      const target = await empty()
      await expect(restoreDump({ pool: target, directory })).rejects.toMatchObject({ code: 'damaged-dump' })
      expect((await contentOf(target)).events).toEqual([])
    },
  )

  test('is all or nothing: a failure at its end leaves the log empty', async () => {
    const directory = join(home, 'dump')
    await writeDump({ pool: await copy(), directory })
    const target = await empty()
    await target.query(`alter table log.commands add check (answer not like '%refused')`)
    await expect(restoreDump({ pool: target, directory })).rejects.toMatchObject({ code: '23514' })
    expect(await contentOf(target)).toMatchObject({ events: [], commands: [], head: [{ position: '0' }] })
  })

  test('of something that is no dump is refused', async () => {
    const target = await empty()
    await expect(restoreDump({ pool: target, directory: home })).rejects.toMatchObject({ code: 'foreign-dump' })
    for (const text of ['{"format": 1}', '{"format": 2', '[]']) {
      await writeFile(join(home, 'manifest.json'), text)
      await expect(restoreDump({ pool: target, directory: home })).rejects.toMatchObject({ code: 'foreign-dump' })
    }
  })
})
