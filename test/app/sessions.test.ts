/** Servers that have fewer sessions than a process may need: found at the start and by doctor, by the setting's name. */
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { sessionCounts } from '../../app/session-counts.ts'
import { roles } from '../../app/roles/background-work.ts'
import { CUSTOMER, openShop, skuOf } from '../faults/shop.ts'
import { startCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const RESERVED = 3
const embedded = { kafka: null, schemaRegistryUrl: null, smtpUrl: null }
const needed = sessionCounts({ ...embedded, roles }).reduce((sum, { sessions }) => sum + sessions, 0)
const releases: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

async function server(most: number): Promise<string> {
  const postgres = await startThrowawayPostgres({ settings: { max_connections: String(most) } })
  releases.push(() => postgres.stop())
  return postgres.url
}

function dataDir(): string {
  const data = makeDataDir()
  releases.push(() => data.remove())
  return data.path
}

async function start(url: string, path: string, unready = false): Promise<Service> {
  const service = await startService({ dataDir: path, env: { DATABASE_URL: url, DEMO: 'off' }, unready })
  releases.push(() => service.kill())
  return service
}

async function doctor(url: string, path: string) {
  const env = { DATABASE_URL: url, DEMO: 'off', PORT: '0' }
  const { stdout } = await startCommand(path, ['doctor', '--json'], { env }).finished
  const { checks } = JSON.parse(stdout) as {
    readonly checks: readonly {
      readonly name: string
      readonly state: string
      readonly saw: string
      readonly fix: string
    }[]
  }
  return checks.find(({ name }) => name === 'sessions')
}

test('a server with one session too few is refused, and doctor says the same', async () => {
  const url = await server(needed + RESERVED - 1)
  const service = await start(url, dataDir(), true)
  const { code } = await service.exited
  const found = await doctor(url, dataDir())
  expect(code).toBe(1)
  expect(found).toMatchObject({ state: 'failed', saw: expect.stringContaining('max_connections=') })
  expect(found?.fix).toContain(`ALTER SYSTEM SET max_connections = ${String(needed + RESERVED)}`)
  expect(service.errors()).toContain(`sessions: ${found?.saw ?? ''}`)
})

test('a server with just as many is enough, however busy the process is', async () => {
  const url = await server(needed + RESERVED)
  const path = dataDir()
  const service = await start(url, path)
  await openShop(service.url, { products: 20, stock: 1_000_000 })
  const order = (index: number) =>
    fetch(new URL('/orders', service.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerId: CUSTOMER, lines: [{ sku: skuOf(index % 20), quantity: 1 }] }),
    })
  const reads = [
    '/orders',
    '/products',
    '/analytics',
    '/events',
    '/reactors',
    '/projections',
    '/schemas',
    '/registry/subjects',
  ]
  const replay = await fetch(new URL('/projections/sales/replay', service.url), { method: 'POST' })
  const asked = Array.from({ length: 400 }, (_, index) =>
    index % 2 === 0 ? order(index) : fetch(new URL(reads[index % reads.length] ?? '/orders', service.url)),
  )
  const statuses = new Set((await Promise.all(asked)).map(({ status }) => status))
  expect([...statuses].filter((status) => status >= 400)).toEqual([])
  expect(replay.status).toBe(202)
  // The last one is a superuser's: all others are the service's.
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ held: number }>(
    `select count(*)::int as held from pg_stat_activity where application_name like 'orderledger %'`,
  )
  await client.end()
  expect(rows[0]?.held).toBeGreaterThan(15)
  expect(rows[0]?.held).toBeLessThanOrEqual(needed)
  // What the service itself holds is not held by others.
  expect(await doctor(url, path)).toMatchObject({ state: 'fine' })
})
