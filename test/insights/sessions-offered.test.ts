/** What customers do now decides what they are offered: over HTTP, from user events to recommendations. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { customerRegistered, orderConfirmed, orderLine, orderPlaced, stockReceived } from '../../domain/test-events.ts'
import { UNWATCHED } from '../../app/roles/open-committer.ts'
import { openBehaviour } from '../../app/insights/open-behaviour.ts'
import { sessionsOf } from '../../insights/recommendations/sessions-of.ts'
import { Releases } from '../../app/start/releases.ts'
import type { UserEvent } from '../../schemas/behaviour/user-event.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { listed, ofOrder, ofProduct } from '../projections/projecting.ts'
import { appendEvents } from '../support/append-events.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const MINUTE_MS = 60_000
const headers = { host: 'localhost' }
let database: TestDatabase
let service: ApiService
let pool: Pool
const now = Date.now()

interface Answer {
  readonly items: readonly { readonly sku: string; readonly why: Readonly<Record<string, unknown>> }[]
  readonly behaviourAsOf: string | null
}

/** c1 ordered LAST; A is bought with A2, B with B2, LAST with LAST2. Three sessions of an hour ago viewed A and SEEN together. */
beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  pool = openPool(database.url, { name: 'test', max: 2 })
  const skus = ['A', 'A2', 'B', 'B2', 'LAST', 'LAST2', 'SEEN', 'ONCE']
  const bought = [
    ['A', 'A2'],
    ['B', 'B2'],
    ['LAST', 'LAST2'],
  ].flatMap((pair) => [pair, pair])
  const head = await appendEvents(pool, [
    ...['c1', 'c2'].map((id) => ({ stream: `customer-${id}`, event: customerRegistered(id) }) as const),
    ...listed(...skus),
    ...skus.flatMap((sku) => ofProduct(sku, stockReceived(sku, 5))),
    ...bought.flatMap((pair, index) => {
      const [id, lines] = [`o${String(index)}`, pair.map((sku) => orderLine(sku, 1))]
      return ofOrder(id, orderPlaced(id, lines, { customerId: 'c9' }), orderConfirmed(id, lines))
    }),
    ...ofOrder('last', orderPlaced('last', [orderLine('LAST', 1)])),
  ])
  for (const view of ['together', 'products', 'orders', 'customers'] as const) {
    expect(await service.parts.views.waitFor(view, head)).toBe(true)
  }
  for (const [minutesAgo, events] of [
    [60, ['v1', 'v2', 'v3'].flatMap((subject) => [seen(subject, 'A'), seen(subject, 'SEEN')])],
    [60, [seen('v1', 'ONCE')]],
    [1, ['v1', 'v2', 'v3'].map((subject) => ({ ...seen(subject, 'B'), type: 'page_view' }))],
  ] as const) {
    await take(events.map((event) => ({ ...event, at: timeAgo(minutesAgo) })))
  }
  // The sessions of before are over and saved.
  await eventually(async () => {
    const { rows } = await pool.query(
      `select 1 from behaviour.pairs where sku = 'A' and other = 'SEEN' and sessions = 3`,
    )
    return rows.length === 1
  })
})

afterAll(async () => {
  await pool.end()
  await service.close()
  await database.drop()
})

function seen(subject: string, sku: string) {
  return { type: 'product_view', subject, sku }
}

function timeAgo(minutes: number): string {
  return new Date(now - minutes * MINUTE_MS).toISOString()
}

async function take(events: readonly object[]): Promise<void> {
  const payload = events.map((event) => ({ eventId: randomUUID(), ...event }))
  const { statusCode, body } = await service.app.inject({ method: 'POST', url: '/user-events', payload, headers })
  expect([statusCode, JSON.parse(body)]).toMatchObject([202, { accepted: events.length, parked: 0, late: 0 }])
}

async function ask(url: string): Promise<Answer> {
  const { statusCode, body } = await service.app.inject({ url, headers })
  expect(statusCode).toBe(200)
  return JSON.parse(body) as Answer
}

const first = async (url: string) => (await ask(url)).items[0]

test('what sessions view together is offered behind what is bought together, before what is popular', async () => {
  const { items, behaviourAsOf } = await ask('/products/A/recommendations')
  expect(items.slice(0, 2)).toMatchObject([
    { sku: 'A2', why: { rule: 'boughtTogether', sku: 'A', together: 2, of: 2 } },
    { sku: 'SEEN', why: { rule: 'viewedTogether', sku: 'A', together: 3, of: 3 } },
  ])
  // One session alone is no evidence.
  expect(items.find(({ sku }) => sku === 'ONCE')?.why['rule']).toBe('popular')
  expect(new Set(items.map(({ sku }) => sku)).size).toBe(items.length)
  expect(behaviourAsOf).toBe(timeAgo(1))
  const { body } = await service.app.inject({ url: '/behaviour/products', headers })
  const shown = JSON.parse(body) as { readonly items: readonly { readonly sku: string; readonly together: unknown }[] }
  expect(shown.items.find(({ sku }) => sku === 'SEEN')?.together).toEqual([
    { sku: 'A', sessions: 3 },
    { sku: 'ONCE', sessions: 1 },
  ])
})

test('a customer is offered what goes with the last order, then with what is viewed, then with what is in the cart', async () => {
  const offered = () => first('/recommendations?customer=c1')
  expect(await offered()).toMatchObject({ sku: 'LAST2', why: { sku: 'LAST' } })
  await take([{ ...seen('a-visitor', 'A'), customerId: 'c1', at: timeAgo(0) }])
  expect(await offered()).toMatchObject({ sku: 'A2', why: { sku: 'A' } })
  await take([{ ...seen('a-visitor', 'B'), type: 'add_to_cart', at: timeAgo(0) }])
  expect(await offered()).toMatchObject({ sku: 'B2', why: { sku: 'B' } })
  await take([{ ...seen('a-visitor', 'B'), type: 'remove_from_cart', at: new Date(now + 1).toISOString() }])
  expect(await offered()).toMatchObject({ sku: 'A2', why: { sku: 'A' } })
})

test('a session counts until its last event is 30 minutes old', async () => {
  const own = await testDatabase()
  const releases = new Releases()
  const notices = new Listener(own.url, {})
  await notices.start()
  releases.add('listener', () => notices.stop())
  let clock = now
  const { door, reader } = await openBehaviour({
    config: { roles: ['api', 'reactor'], behaviourMaxBytes: 2 ** 32 },
    ...{ databaseUrl: own.url, notices, clock: () => clock, log: UNWATCHED.log, releases },
  })
  const event: UserEvent = {
    ...{ eventId: randomBytes(16), type: 'product_view', at: now, subject: 'c2', customerId: null, sku: null },
    ...{ quantity: 0, amount: 0, currency: '', orderId: null, channel: 'web', region: '', device: null, card: null },
    ...{ address: null, network: null, cardRegion: '', reason: null },
  }
  // Until this process reads, it knows of no session.
  await eventually(async () => {
    await door.take([{ event: { ...event, eventId: randomBytes(16) }, moved: false }], [], now)
    return reader?.sessionOf('c2') !== 'elsewhere' && reader?.sessionOf('c2') !== null
  })
  // A process that does not read knows what was saved.
  const reading = openPool(own.url, { name: 'test reading', max: 2 })
  const parts = { pool: reading, reader: null, clock: () => clock, monotonic: () => performance.now() }
  await eventually(async () => (await sessionsOf(parts)('c2')) !== null)
  clock = now + 30 * MINUTE_MS
  expect(await sessionsOf(parts)('c2')).toEqual({ cart: [], views: [] })
  expect(reader?.sessionOf('c2')).toEqual({ cart: [], views: [] })
  clock += 1
  expect(reader?.sessionOf('c2')).toBeNull()
  expect(reader?.sessionOf('nobody')).toBeNull()
  expect(await sessionsOf(parts)('c2')).toBeNull()
  await reading.end()
  await releases.release((part, error) => expect([part, error]).toBeNull())
  await own.drop()
})
