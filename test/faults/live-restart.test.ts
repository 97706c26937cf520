/** A service that is restarted, or killed, under its clients: they come back by themselves, and nothing is lost. */
import WebSocket from 'ws'
import { writeFileSync } from 'node:fs'
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

test('law 12: stopped, and killed, under a hundred clients: all come back and get what they missed as changes', async () => {
  const env = { DATABASE_URL: database.url }
  service = await startService({ dataDir: data.path, env })
  const PORT = new URL(service.url).port
  await openShop()
  const told = Array.from({ length: CLIENTS }, () => ({ orders: new Set<string>(), reasons: [] as string[], lives: 0 }))
  const clients = told.map((client, index) => {
    const live = new LiveClient({
      ...{ url: service.url, topics: { orders: { limit: 200 } } },
      carriers: [index % 2 === 0 ? 'websocket' : 'event-stream'],
      openSocket: (address) => new WebSocket(address) as unknown as Socket,
      onFrame({ type, reason, items }) {
        if (type === 'snapshot' && reason !== 'poll') client.reasons.push(String(reason))
        for (const item of items as readonly { readonly orderId: string }[]) client.orders.add(item.orderId)
      },
      onStatus: (status) => void (client.lives += status === 'live' ? 1 : 0),
    })
    live.start()
    return live
  })
  await eventually(() => told.every(({ reasons }) => reasons.length > 0))
  let placed = 0
  for (const end of ['stop', 'kill'] as const) {
    for (let again = 0; again < 10; again++) await order(`o${String(placed++)}`)
    await eventually(() => told.every(({ orders }) => orders.size === placed))
    await service[end]()
    service = await startService({ dataDir: data.path, env: { ...env, PORT } })
    for (let again = 0; again < 10; again++) await order(`o${String(placed++)}`)
    const lives = end === 'stop' ? 2 : 3
    await eventually(() => told.every((client) => client.lives >= lives && client.orders.size === placed))
  }
  expect(told.flatMap(({ reasons }) => reasons).filter((reason) => reason !== 'start')).toEqual([])
  expect(told.every(({ reasons }) => reasons.length === 1)).toBe(true)
  for (const client of clients) client.stop()
})

test('tokens of a file: one that is gone ends its connections; a damaged file changes nothing, and is told', async () => {
  const file = join(data.path, 'tokens')
  writeFileSync(file, 'a:admin:secret-of-a\nb:read:secret-of-b\n')
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

  writeFileSync(file, 'a:admin:secret-of-a\n')
  expect(await client.closed).toMatchObject({ code: 4401 })
  expect([await asked('secret-of-a'), await asked('secret-of-b')]).toEqual([200, 401])
  await eventually(async () => (await readiness()) === 'ready')

  writeFileSync(file, '')
  service.signal('SIGHUP')
  await eventually(async () => (await asked('secret-of-a')) === 401)
})
