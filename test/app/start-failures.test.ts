import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { appendRaw } from '../support/append-events.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openShop } from '../faults/shop.ts'
import { runCommand } from '../support/run-command.ts'
import { makeDataDir, type Service, startService } from '../support/service.ts'

const releases: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

function dataDir(): string {
  const data = makeDataDir()
  releases.push(() => data.remove())
  return data.path
}

async function database(): Promise<{ url: string; pool: Pool }> {
  const { url, drop } = await testDatabase()
  releases.push(drop)
  const pool = openPool(url, { name: 'test', max: 2 })
  releases.push(() => pool.end())
  return { url, pool }
}

async function running(env: Readonly<Record<string, string>>): Promise<Service> {
  const service = await startService({ dataDir: dataDir(), env })
  releases.push(() => service.stop())
  return service
}

/** Starts a service that is meant to fail; returns its exit code and the three lines. */
async function failing(env: Readonly<Record<string, string>>, directory = dataDir()) {
  const service = await startService({ dataDir: directory, env, unready: true })
  releases.push(() => service.kill())
  const { code } = await service.exited
  const [what = '', tried = '', next = '', ...more] = service.errors().trim().split('\n')
  expect(more, 'lines after the three').toEqual([])
  return { code, what, tried, next }
}

test('a port that was asked for and is taken is an error that shows how to find its owner', async () => {
  const port = await takenPort()
  const { url } = await database()
  const { code, what, tried, next } = await failing({ DATABASE_URL: url, PORT: String(port) })
  expect({ code, what }).toEqual({ code: 1, what: expect.stringMatching(/EADDRINUSE/) })
  expect(tried).toContain(`127.0.0.1:${String(port)}`)
  expect(next).toContain('PORT=0')
})

test('the default port moves to the next free one and says so', async () => {
  const { url } = await database()
  const occupied = await occupy(3000).catch(() => null) // somebody else may have it: that serves as well
  if (occupied !== null) releases.push(() => new Promise((resolve) => occupied.close(resolve)))
  const service = await running({ DATABASE_URL: url, PORT: '' })
  expect(Number(new URL(service.url).port)).toBeGreaterThan(3000)
  expect(service.output()).toContain('3000 was taken')
})

test('a second start in the same folder names the pid and URL that have it', async () => {
  const { url } = await database()
  const first = await running({ DATABASE_URL: url })
  const { code, what, next } = await failing({ DATABASE_URL: url }, first.dataDir)
  expect(code).toBe(1)
  expect(`${what} ${next}`).toContain(String(first.pid))
  expect(`${what} ${next}`).toContain(first.url)
})

test('a data directory that cannot be made says which and what to do', async () => {
  const file = join(dataDir(), 'a-file')
  writeFileSync(file, '')
  const { code, what, tried, next } = await failing({ DATA_DIR: join(file, 'data') })
  expect(code).toBe(1)
  expect(what).toMatch(/ENOTDIR|EEXIST/)
  expect(tried).toContain(file)
  expect(next).toContain('DATA_DIR')
})

test.each([
  ['nobody listens', 'postgres://shop:secret-word@127.0.0.1:1/shop', /ECONNREFUSED/],
  ['the host does not exist', 'postgres://shop:secret-word@no-such-host.invalid/shop', /ENOTFOUND|EAI_AGAIN/],
])(
  'a DATABASE_URL where %s exits with 3, in the words of the driver and without the password',
  async (_, url, words) => {
    const { code, what, tried, next } = await failing({ DATABASE_URL: url })
    expect(code).toBe(3)
    expect(what).toMatch(words)
    expect(`${what}${tried}${next}`).not.toContain('secret-word')
    expect(next).toContain('DATABASE_URL')
  },
)

test('a database that a newer release migrated is refused and left as it is', async () => {
  const { url, pool } = await database()
  await pool.query(`insert into kysely_migration (name, timestamp) values ('9999_from_the_future', '2030-01-01')`)
  const { code, what, next } = await failing({ DATABASE_URL: url })
  expect(code).toBe(1)
  expect(what).toContain('9999_from_the_future')
  expect(next).toContain('start the release that migrated it')
})

test('every fault of the configuration is told at once, with exit code 2', async () => {
  const { code, what, next } = await failing({ PORT: 'many', RESERVATION_MINUTES: '-1', CURENCY: 'USD' })
  expect(code).toBe(2)
  for (const name of ['PORT', 'RESERVATION_MINUTES', 'CURENCY']) expect(what).toContain(name)
  expect(next).toContain('CURRENCY')
})

test('an event of an unknown type stops the read models at its position; orders are taken, and verify names it', async () => {
  const { url, pool } = await database()
  const service = await running({ DATABASE_URL: url })
  await openShop(service.url, { products: 2, stock: 100 })
  const position = await appendRaw(pool, [
    { stream: 'order-from-the-future', type: 'OrderTeleported', schemaVersion: 1, data: Buffer.from([1, 2, 3]) },
  ])
  const failed = await eventually(async () => {
    const metrics = await (await fetch(new URL('/metrics', service.url))).text()
    return /projection_failed\{name="orders"\} 1/.test(metrics)
  })
  expect(failed).toBe(true)
  const order = await fetch(new URL('/orders', service.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerId: 'fault-customer', lines: [{ sku: 'FAULT-0', quantity: 1 }] }),
  })
  expect(order.status).toBe(201)
  const list = await fetch(new URL('/orders', service.url))
  expect(list.status).toBe(200)
  expect(await list.json()).toMatchObject({ position: position - 1 })
  await eventually(() => service.output().includes('OrderTeleported'))
  const verified = await runCommand(service.dataDir, 'verify', '--json')
  expect(verified.code).toBe(1)
  expect(verified.stdout).toContain('OrderTeleported')
})

async function takenPort(): Promise<number> {
  const server = await occupy(0)
  releases.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
