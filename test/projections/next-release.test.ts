/** Another release than this one, on a database of ours. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { nextRelease, type Release } from './next-release.ts'
import { query } from '../support/query.ts'
import { startCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const data = makeDataDir()
const nextData = makeDataDir()
const services: Service[] = []
let database: TestDatabase
let release: Release

beforeAll(async () => {
  database = await testDatabase()
  release = nextRelease('sales')
})

afterAll(async () => {
  for (const service of services) await service.stop()
  release.remove()
  data.remove()
  nextData.remove()
  await database.drop()
})

test('the rows of the next release are built beside the running one, and are live as soon as that one is stopped', async () => {
  const env = { DATABASE_URL: database.url, DEMO_ORDERS: '300' }
  const old = await startService({ dataDir: data.path, env })
  services.push(old)
  const was = await sales(old)
  const ahead = startCommand(data.path, ['replay', 'sales', '--ahead', '--json'], { bin: release.bin })
  await eventually(async () => {
    const { items } = await json<Replays>(old, '/replays')
    return items.some(({ state, position }) => state === 'running' && position >= was.position)
  })
  await order(old)
  expect(await sales(old)).toMatchObject({ version: was.version, generation: was.generation, state: 'live' })

  const next = await startService({ dataDir: nextData.path, env, bin: release.bin })
  services.push(next)
  // Both releases run: the old one's projector goes on, and the rows that are live stay its own.
  const { position } = await order(next)
  await json(old, `/analytics?after=${String(position)}`)
  expect(await sales(next)).toMatchObject({ version: was.version, generation: was.generation })

  await old.stop()
  const { code, stdout } = await ahead.finished
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { projection: 'sales', state: 'switched' }])
  const last = await order(next)
  const shown = await json<{ orders: { placed: number } }>(next, `/analytics?after=${String(last.position)}`)
  const [logged] = await query(
    database.url,
    `select count(*)::int as placed from log.events where type = 'OrderPlaced'`,
  )
  expect(shown.orders).toMatchObject(logged ?? {})
  expect(await sales(next)).toMatchObject({ version: was.version + 1, state: 'live', generation: was.generation + 1 })
  const verified = await startCommand(nextData.path, ['verify'], { bin: release.bin }).finished
  expect(verified.code).toBe(0)
})

test('a release whose readers are not those of its lock refuses to start, in one sentence', async () => {
  const lock = join(dirname(release.bin), '../schemas/schemas.lock')
  const locked = readFileSync(lock, 'utf8')
  const subjects = JSON.parse(locked) as Record<string, unknown>
  delete subjects['orderledger.OrderExpired']
  writeFileSync(lock, JSON.stringify(subjects))
  const refused = makeDataDir()
  try {
    const env = { DATABASE_URL: database.url }
    const service = await startService({ dataDir: refused.path, env, bin: release.bin, unready: true })
    expect((await service.exited).code).toBe(1)
    expect(service.errors().trim().split('\n')).toEqual([
      '✖ this program reads OrderExpired version 1, which is not in schemas.lock',
      '  tried: to compare the readers of this program with schemas/schemas.lock',
      expect.stringContaining('next:  run orderledger schemas check'),
    ])
  } finally {
    writeFileSync(lock, locked)
    refused.remove()
  }
})

interface Replays {
  readonly items: readonly { readonly state: string; readonly position: number }[]
}

interface Shown {
  readonly name: string
  readonly version: number
  readonly generation: number
  readonly position: number
}

async function sales(service: Service): Promise<Shown> {
  const { items } = await json<{ items: readonly Shown[] }>(service, '/projections')
  const found = items.find(({ name }) => name === 'sales')
  if (found === undefined) throw new Error('no sales')
  return found
}

async function order(service: Service): Promise<{ readonly position: number }> {
  const body = JSON.stringify({ customerId: 'customer-00001', lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
  const headers = { 'content-type': 'application/json' }
  return json(service, '/orders', { method: 'POST', headers, body })
}

async function json<Body>({ url }: Service, path: string, init: RequestInit = {}): Promise<Body> {
  const response = await fetch(new URL(path, url), init)
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as Body
}
