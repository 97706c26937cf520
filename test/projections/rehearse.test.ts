/** `schemas rehearse` over logs that a shop has really written: in the database, in a dump, beside a service. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RehearsalReport } from '../../cli/output/rehearsal-text.ts'
import { customer } from '../../domain/customer.ts'
import { to } from '../../domain/decision.ts'
import { customerRegistered } from '../../domain/test-events.ts'
import { schemaWith, withField, withoutField, withType } from '../../audit/rehearsal/test-kit.ts'
import type { EventType } from '../../schemas/events.ts'
import { openPool } from '../../store/postgres/database.ts'
import { writeDump } from '../../store/dump/write-dump.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { cloneDatabase, testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { runCommand, startCommand } from '../support/run-command.ts'
import { makeDataDir, startService } from '../support/service.ts'
import { openShop } from '../support/shop.ts'

/** More than a page of the log. */
const ORDERS = 3_000
const CHANNEL = { name: 'channel', type: 'string', doc: 'Where it came from.', default: 'web' } as const
const SCHEMAS = fileURLToPath(new URL('../../schemas', import.meta.url))
const GOLDEN = join(SCHEMAS, 'golden', 'CustomerRegistered', 'v1.bin')

let shopDatabase: TestDatabase
/** Holds a dump and proposals. */
let home: string
let head: number
let databases: TestDatabase[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'orderledger-rehearse-'))
  shopDatabase = await testDatabase()
  const shop = await openShop(shopDatabase.url)
  await shop.register('c1')
  await shop.list('A', 10_000)
  await Promise.all(Array.from({ length: ORDERS }, (_, index) => shop.place(`o-${index}`, [{ sku: 'A', quantity: 1 }])))
  await shop.cancel('o-7')
  await shop.close()
  expect(shop.errors).toEqual([])
  const pool = openPool(shopDatabase.url, { name: 'test', max: 2 })
  try {
    await appendEvents(pool, [to(customer, 'c2', customerRegistered('c2', { tier: 'vip', phone: '555-0100' }))])
    const data = await readFile(GOLDEN)
    head = await appendRaw(pool, [{ stream: 'customer-c0', type: 'CustomerRegistered', schemaVersion: 1, data }])
    await writeDump({ pool, directory: join(home, 'dump') })
  } finally {
    await pool.end()
  }
})

afterEach(async () => {
  await Promise.all(databases.map((database) => database.drop()))
  databases = []
})

afterAll(async () => {
  await shopDatabase.drop()
  await rm(home, { recursive: true, force: true })
})

type Edit = Parameters<typeof schemaWith>[1]

async function proposed(event: EventType, edit: Edit): Promise<string> {
  const directory = await mkdtemp(join(home, 'next-'))
  const file = join(directory, 'next.avsc')
  await writeFile(file, schemaWith(event, edit))
  return file
}

/** A directory from which commands find a copy of the shop. */
async function copyOfShop(): Promise<{ readonly directory: string; readonly url: string }> {
  const database = await cloneDatabase(shopDatabase)
  databases.push(database)
  const directory = await mkdtemp(join(home, 'data-'))
  await writeFile(join(directory, '.env'), `DATABASE_URL=${database.url}\n`)
  return { directory, url: database.url }
}

interface Rehearsed {
  readonly code: number | null
  readonly report: RehearsalReport
}

async function rehearsed(directory: string, ...args: readonly string[]): Promise<Rehearsed> {
  const { code, stdout, stderr } = await runCommand(directory, 'schemas', 'rehearse', ...args, '--json')
  if (stdout === '') throw new Error(stderr)
  return { code, report: JSON.parse(stdout) as RehearsalReport }
}

async function ofShop(event: EventType, edit: Edit): Promise<Rehearsed> {
  const { directory } = await copyOfShop()
  return rehearsed(directory, event, '--schema', await proposed(event, edit))
}

async function firstOf(type: EventType): Promise<number> {
  const pool = openPool(shopDatabase.url, { name: 'test', max: 1 })
  try {
    const { rows } = await pool.query<{ position: string }>(
      'select min(position) as position from log.events where type = $1',
      [type],
    )
    return Number(rows[0]?.position)
  } finally {
    await pool.end()
  }
}

describe('schemas rehearse', () => {
  test('finds nothing wrong with a field that is added with a default, in lines and as a document', async () => {
    const { directory } = await copyOfShop()
    const file = await proposed('OrderPlaced', withField(CHANNEL))
    const lines = await runCommand(directory, 'schemas', 'rehearse', '--schema', file)
    expect(lines).toMatchObject({ code: 0 })
    expect(lines.stdout).toMatch(/OrderPlaced +2 +3,000 +3,000 +0 +0 +0 +0\n/)
    expect(lines.stdout).toContain(`✔ ${ORDERS.toLocaleString('en-US')} streams fold to the same states`)
    expect(lines.stderr).toMatch(/rehearse: 6,\d+ of 6,\d+ \(100 %\), [\d,]+\/s\n$/)
    const { code, report } = await rehearsed(directory, '--schema', file)
    expect(code).toBe(0)
    expect(report).toMatchObject({ ok: true, position: head, proposals: [{ event: 'OrderPlaced', version: 3 }] })
  })

  test('tells each version of an event by itself', async () => {
    const { code, report } = await ofShop('CustomerRegistered', withField(CHANNEL))
    expect(code).toBe(0)
    expect(report.versions).toMatchObject([
      { version: 1, decoded: 1 },
      { version: 2, decoded: 2 },
    ])
  })

  test('shows the rows that a removed field leaves without their value', async () => {
    const { code, report } = await ofShop('CustomerRegistered', withoutField('phone'))
    expect(code).toBe(1)
    expect(report.tables).toMatchObject([{ table: 'customers', differences: { count: 1, samples: [{ key: 'c2' }] } }])
    expect(JSON.stringify(report)).not.toContain('555-0100')
  })

  test('names the first event that a changed type makes unreadable, with position, stream and path', async () => {
    const { code, report } = await ofShop('StockReserved', withType('orderId', { type: 'int' }))
    expect(code).toBe(1)
    expect(report.versions).toMatchObject([{ events: ORDERS, decoded: 0, failed: { decode: ORDERS } }])
    const position = await firstOf('StockReserved')
    const place = { position, stream: 'inventory-A', path: 'orderId', stage: 'decode' }
    expect(report.versions[0]?.failure).toMatchObject(place)
  })

  test('tells an enum symbol that events hold and that is read as another', async () => {
    const tier = { type: 'enum', name: 'Tier', doc: 'Rank.', symbols: ['standard'], default: 'standard' } as const
    const { code, report } = await ofShop('CustomerRegistered', withType('tier', { type: tier }))
    expect(code).toBe(1)
    const changed = report.versions.find(({ version }) => version === 2)
    expect(changed).toMatchObject({ changed: 1, paths: [{ path: 'tier', example: { stream: 'customer-c2' } }] })
    expect(report.streams).toMatchObject({ different: 1 })
  })

  test('reads a dump, without a database, and finds the same as in the log', async () => {
    const { directory } = await copyOfShop()
    const file = await proposed('OrderCancelled', withoutField('from'))
    const nowhere = await mkdtemp(join(home, 'nowhere-'))
    const untimed = ({ report, code }: Rehearsed) => ({ code, report: { ...report, seconds: 0, eventsPerSecond: 0 } })
    const ofLog = untimed(await rehearsed(directory, '--schema', file))
    expect(untimed(await rehearsed(nowhere, '--schema', file, '--from', join(home, 'dump')))).toEqual(ofLog)
    const events = join(home, 'dump', 'events.avro')
    expect(untimed(await rehearsed(nowhere, '--schema', file, '--from', events))).toEqual(ofLog)
    expect(ofLog).toMatchObject({ code: 1, report: { position: head, ok: false } })
  })

  test('refuses a dump that was damaged', async () => {
    const nowhere = await mkdtemp(join(home, 'nowhere-'))
    const file = await proposed('OrderPlaced', withField(CHANNEL))
    const events = join(nowhere, 'events.avro')
    await writeFile(events, 'no Avro')
    for (const from of [events, nowhere, join(nowhere, 'missing')]) {
      const { code, stderr } = await runCommand(nowhere, 'schemas', 'rehearse', '--schema', file, '--from', from)
      expect({ from, code }).toEqual({ from, code: 1 })
      expect(stderr).toContain(nowhere)
    }
  })

  test('counts on behind an event that cannot be read, and says where it stands', async () => {
    const { directory, url } = await copyOfShop()
    const pool = openPool(url, { name: 'test', max: 1 })
    const raw = { stream: 'order-bad', type: 'OrderPlaced', schemaVersion: 2, data: Buffer.from([0xff, 0xff]) }
    const bad = await appendRaw(pool, [raw]).finally(() => pool.end())
    const shop = await openShop(url)
    await shop.place('o-after', [{ sku: 'A', quantity: 1 }])
    await shop.close()
    const file = await proposed('OrderPlaced', withField(CHANNEL))
    const { code, report } = await rehearsed(directory, '--schema', file)
    expect(code).toBe(1)
    expect(report.unreadable).toMatchObject({ count: 1, first: { position: bad, stream: 'order-bad' } })
    expect(report.position).toBe(bad + 2)
    expect(report.versions).toMatchObject([{ decoded: ORDERS + 1 }])
  })

  test('takes what a folder has beyond its lock, and says when that is nothing', async () => {
    const { directory } = await copyOfShop()
    const none = await runCommand(directory, 'schemas', 'rehearse')
    expect(none).toMatchObject({ code: 2 })
    expect(none.stderr).toContain('no version of any stored event that is not in schemas.lock')
    const folder = join(directory, 'schemas')
    await cp(SCHEMAS, folder, { recursive: true, filter: (path) => !path.endsWith('.ts') })
    await writeFile(join(folder, 'OrderPlaced', 'v3.avsc'), schemaWith('OrderPlaced', withField(CHANNEL)))
    const { code, report } = await rehearsed(directory, '--folder', folder)
    expect(code).toBe(0)
    expect(report.proposals).toEqual([{ event: 'OrderPlaced', version: 3, file: 'schemas/OrderPlaced/v3.avsc' }])
  })

  test('refuses a proposal that is no schema, with file and path', async () => {
    const nowhere = await mkdtemp(join(home, 'nowhere-'))
    const cases: readonly (readonly [string, RegExp])[] = [
      ['{', /next\.avsc: it is not JSON/],
      [schemaWith('OrderPlaced', withType('region', { type: 'text' })), /next\.avsc .*fields\/3.*: .*text/],
      ['{"type":"record","name":"Nobody","fields":[]}', /next\.avsc/],
    ]
    for (const [text, message] of cases) {
      const file = join(nowhere, 'next.avsc')
      await writeFile(file, text)
      const { code, stderr } = await runCommand(nowhere, 'schemas', 'rehearse', '--schema', file)
      expect({ text, code }).toEqual({ text, code: 2 })
      expect(stderr).toMatch(message)
    }
    expect(await runCommand(nowhere, 'schemas', 'rehearse', 'OrderLost')).toMatchObject({ code: 2 })
  })

  test('exits with 3 when the database cannot be reached', async () => {
    const nowhere = await mkdtemp(join(home, 'nowhere-'))
    await writeFile(join(nowhere, '.env'), 'DATABASE_URL=postgres://127.0.0.1:1/none\n')
    const file = await proposed('OrderPlaced', withField(CHANNEL))
    expect(await runCommand(nowhere, 'schemas', 'rehearse', '--schema', file)).toMatchObject({ code: 3 })
  })

  test('shows what it found until Ctrl-C, and leaves no session behind', async () => {
    const { directory, url } = await copyOfShop()
    const file = await proposed('OrderPlaced', withField(CHANNEL))
    const pool = openPool(url, { name: 'test', max: 2 })
    const holding = await pool.connect()
    const sessions = async () => {
      const { rows } = await pool.query<{ wait_event_type: string | null }>(
        `select wait_event_type from pg_stat_activity where application_name = 'orderledger rehearse'`,
      )
      return rows
    }
    try {
      await holding.query('begin; lock table log.events in access exclusive mode')
      const command = startCommand(directory, ['schemas', 'rehearse', '--schema', file, '--json'])
      await eventually(async () => (await sessions()).some((one) => one.wait_event_type === 'Lock'))
      command.signal('SIGINT')
      await eventually(() => command.stderr().includes('stopping'))
      await holding.query('rollback')
      const { code, stdout } = await command.finished
      expect(code).toBe(1)
      const report = JSON.parse(stdout) as RehearsalReport
      expect(report).toMatchObject({ ok: false, complete: false })
      expect(report.position).toBeLessThan(head)
      expect(await eventually(async () => (await sessions()).length === 0)).toBe(true)
    } finally {
      holding.release()
      await pool.end()
    }
  })

  test('does not disturb a service that takes orders meanwhile', async () => {
    const dataDir = makeDataDir()
    const service = await startService({ dataDir: dataDir.path })
    try {
      const post = async (path: string, body: unknown) => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        const response = await fetch(`${service.url}${path}`, init)
        await response.body?.cancel()
        return response.status
      }
      await post('/customers', { customerId: 'c1', name: 'Ada', region: 'north' })
      await post('/products', {
        ...{ sku: 'A', name: 'A', category: 'phones', stock: 10_000 },
        price: { amount: 100, currency: 'EUR' },
      })
      const order = () => post('/orders', { customerId: 'c1', lines: [{ sku: 'A', quantity: 1 }] })
      expect(await order()).toBe(201)
      const file = await proposed('OrderPlaced', withField(CHANNEL))
      const rehearsing = rehearsed(dataDir.path, '--schema', file)
      let over = false
      void rehearsing.finally(() => (over = true)).catch(() => undefined)
      const statuses = new Set<number>()
      while (!over) statuses.add(await order())
      expect(await rehearsing).toMatchObject({ code: 0, report: { ok: true } })
      expect([...statuses]).toEqual([201])
    } finally {
      await service.stop()
      dataDir.remove()
    }
  })
})
