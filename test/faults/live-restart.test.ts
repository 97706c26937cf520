/** A service that is restarted, or killed, under its clients: they come back by themselves, and nothing is lost. */
import WebSocket from 'ws'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LiveClient, type Socket } from '../../dashboard/live.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openWebSocket } from '../support/live-connection.ts'
import { makeDataDir, type Service, startService } from '../support/service.ts'

const CLIENTS = 100
let database: TestDatabase
let data: ReturnType<typeof makeDataDir>
let service: Service

beforeEach(async () => {
  database = await testDatabase()
  data = makeDataDir()
})

afterEach(async () => {
  await service.kill()
  data.remove()
  await database.drop()
})

async function post(path: string, body: object, token?: string): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return fetch(new URL(path, service.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(body),
  })
}

async function openShop(): Promise<void> {
  await post('/products', { sku: 'A', name: 'Apple', category: 'x', price: { amount: 1, currency: 'EUR' }, stock: 1e6 })
  await post('/customers', { customerId: 'c', name: 'Ada', region: 'north' })
}

const order = (orderId: string) => post('/orders', { orderId, customerId: 'c', lines: [{ sku: 'A', quantity: 1 }] })

interface Onlooker {
  readonly live: LiveClient
  /** In the order in which they came. */
  readonly orders: string[]
  readonly reasons: string[]
  /** Where each change began, and where it led to. */
  readonly changes: { readonly from: number | null; readonly to: number }[]
}

/** `back`: who is live again, in the order in which they are. */
function onlooker(index: number, back: number[]): Onlooker {
  const [orders, reasons, changes]: [string[], string[], Onlooker['changes']] = [[], [], []]
  const live = new LiveClient({
    ...{ url: service.url, topics: { orders: { limit: 200 } } },
    carriers: [index % 2 === 0 ? 'websocket' : 'event-stream'],
    openSocket: (address) => new WebSocket(address) as unknown as Socket,
    onFrame({ type, reason, from, to, items }) {
      if (type === 'snapshot' && reason !== 'poll') reasons.push(String(reason))
      if (type === 'change') changes.push({ from, to })
      const ids = (items as readonly { readonly orderId: string }[]).map(({ orderId }) => orderId)
      orders.push(...ids.filter((id) => !orders.includes(id)))
    },
    onStatus: (status) => void (status === 'live' && back.push(index)),
  })
  live.start()
  return { live, orders, reasons, changes }
}

test('law 12: stopped, and killed, under a hundred clients: all come back, not all at once, and get what they missed as changes', async () => {
  const env = { DATABASE_URL: database.url }
  service = await startService({ dataDir: data.path, env })
  const PORT = new URL(service.url).port
  await openShop()
  const back: number[] = []
  const clients = Array.from({ length: CLIENTS }, (_, index) => onlooker(index, back))
  await eventually(() => clients.every(({ reasons }) => reasons.length > 0))
  const placed: string[] = []
  const placeSome = async () => {
    for (let again = 0; again < 10; again++) {
      placed.push(`o${String(placed.length)}`)
      await order(placed.at(-1) ?? '')
    }
  }
  for (const end of ['stop', 'kill'] as const) {
    await placeSome()
    await eventually(() => clients.every(({ orders }) => orders.length === placed.length))
    back.splice(0)
    await service[end]()
    service = await startService({ dataDir: data.path, env: { ...env, PORT } })
    await placeSome()
    // Ready means ready: five seconds are asked for, and on a busy machine ten times as long is waited.
    await eventually(() => new Set(back).size === CLIENTS, { timeout: 50_000 })
    await eventually(() => clients.every(({ orders }) => orders.length === placed.length))
    // By chance and not by their number: each delay is drawn.
    const returned = [...new Set(back)]
    expect(returned).not.toEqual(returned.toSorted((one, other) => one - other))
  }
  for (const { live, orders, reasons, changes } of clients) {
    live.stop()
    expect(reasons).toEqual(['start'])
    // A frame has the newest rows first, or in any order: positions alone ascend.
    expect(orders.toSorted()).toEqual(placed.toSorted())
    // Pings move positions on too, so a change begins there or later.
    const repeated = changes.filter(({ from }, index) => index > 0 && (from ?? 0) < (changes[index - 1]?.to ?? 0))
    expect(repeated).toEqual([])
  }
})

test('tokens of a file: one that is gone ends its connections, and nothing that is under way; a file that is damaged or gone changes nothing, and is told', async () => {
  const file = join(data.path, 'tokens')
  writeFileSync(file, 'a:admin:secret-of-a\nb:read:secret-of-b\nc:read:secret-of-c\n')
  service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url, API_TOKENS_FILE: file } })
  const client = await openWebSocket(service.url, { headers: { authorization: 'Bearer secret-of-b' } })
  const asked = async (token: string): Promise<number> => {
    const answer = await fetch(new URL('/orders', service.url), { headers: { authorization: `Bearer ${token}` } })
    await answer.body?.cancel()
    return answer.status
  }
  const readiness = async (): Promise<string> => {
    const answer = await fetch(new URL('/readyz', service.url))
    return ((await answer.json()) as { readonly status: string }).status
  }
  expect(await asked('secret-of-b')).toBe(200)

  writeFileSync(file, 'this is no list of tokens')
  service.signal('SIGHUP')
  await eventually(async () => (await readiness()) === 'degraded')
  expect(await asked('secret-of-b')).toBe(200)
  expect(client.isClosed()).toBe(false)

  writeFileSync(file, 'a:admin:secret-of-a\nb:read:secret-of-b\nc:read:secret-of-c\n')
  await eventually(async () => (await readiness()) === 'ready')
  rmSync(file)
  await eventually(async () => (await readiness()) === 'degraded')
  expect([await asked('secret-of-b'), client.isClosed()]).toEqual([200, false])

  writeFileSync(file, 'a:admin:secret-of-a\nc:read:secret-of-c\n')
  expect(await client.closed).toMatchObject({ code: 4401 })
  expect([await asked('secret-of-a'), await asked('secret-of-b')]).toEqual([200, 401])
  await eventually(async () => (await readiness()) === 'ready')

  // A read that waits for its rows, which nobody shows for now.
  expect((await post('/projections/orders/pause', {}, 'secret-of-a')).status).toBe(200)
  const written = await post('/customers', { customerId: 'c', name: 'Ada', region: 'north' }, 'secret-of-a')
  const after = String(written.headers.get('x-position'))
  const headers = { authorization: 'Bearer secret-of-c' }
  const underWay = fetch(new URL(`/orders?after=${after}`, service.url), { headers })
  writeFileSync(file, 'a:admin:secret-of-a\n')
  service.signal('SIGHUP')
  await eventually(async () => (await asked('secret-of-c')) === 401)
  expect((await post('/projections/orders/resume', {}, 'secret-of-a')).status).toBe(200)
  expect((await underWay).status).toBe(200)

  writeFileSync(file, '')
  service.signal('SIGHUP')
  await eventually(async () => (await asked('secret-of-a')) === 401)
})

test('SIGHUP ends a service that has no file of tokens to read again', async () => {
  service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url } })
  service.signal('SIGHUP')
  expect(await service.exited).toMatchObject({ code: 0 })
})
