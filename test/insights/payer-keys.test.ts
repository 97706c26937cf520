/** What ties payments together is kept as pseudonyms: nothing that is stored or logged has the clear text, by either door. */
import type pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { newId, systemClock } from '../../app/clock.ts'
import { pseudonyms } from '../../app/pseudonyms.ts'
import { decode } from '../../schemas/codec.ts'
import type { EventType } from '../../schemas/events.ts'
import { openPool } from '../../store/postgres/database.ts'
import { openApiService } from '../support/api-service.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka, unusedName } from '../support/kafka.ts'
import { jsonOrder, openOrderTopic, startTaker, takeOrder } from '../kafka/order-records.ts'
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../api/http/idempotency-key.ts'
import { openTakingShop } from '../kafka/taking-shop.ts'

/** Of the service that tests share (test/support/api-service.ts). */
const hidden = pseudonyms('of the tests of the API')
const clear = {
  card: 'tok-clear-9181',
  device: 'device-clear-9182',
  address: 'Clear Street 9183',
  network: 'net-clear-9184',
}
const kept = Object.fromEntries(Object.entries(clear).map(([name, value]) => [name, hidden.of(value)]))

/** Every table of ours that has the text, in whatever form a row shows it. */
async function tablesWith(pool: pg.Pool, text: string): Promise<readonly string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('log', 'views', 'registry')`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rowCount } = await pool.query(`select from ${name} t where t::text ilike any($1)`, [
      [`%${text}%`, `%${Buffer.from(text).toString('hex')}%`, `%${Buffer.from(text).toString('base64').slice(0, -4)}%`],
    ])
    if ((rowCount ?? 0) > 0) found.push(name)
  }
  return found
}

async function eventsOf(pool: pg.Pool, type: EventType) {
  const { rows } = await pool.query<{ version: number; data: Buffer }>(
    'select schema_version as version, data from log.events where type = $1 order by position',
    [type],
  )
  return rows.map(({ version, data }) => decode(type, version, data))
}

/** Whether a key is known with the digest of this order. */
async function isFingerprint(pool: pg.Pool, order: object): Promise<boolean> {
  const digest = createHash('sha256')
    .update(`POST /orders\n${canonicalJson(order)}`)
    .digest()
  const { rowCount } = await pool.query('select from log.commands where fingerprint = $1', [digest])
  return rowCount === 1
}

async function expectHidden(pool: pg.Pool): Promise<void> {
  for (const value of Object.values(clear)) expect([value, await tablesWith(pool, value)]).toEqual([value, []])
  // So that the search is known to find what is there.
  expect(await tablesWith(pool, hidden.of(clear.card) ?? '')).toContain('log.events')
}

test('over HTTP an order and a payment leave the key in the log, and no clear text anywhere', async () => {
  const database = await testDatabase()
  const service = await openApiService(database.url)
  const pool = openPool(database.url, { name: 'test', max: 2 })
  onTestFinished(async () => {
    await pool.end()
    await service.close()
    await database.drop()
  })
  const post = (url: string, payload: object, more: Record<string, string> = {}) =>
    service.app.inject({ method: 'POST', url, payload, headers: { host: 'localhost', ...more } })
  await post('/products', { sku: 'A', name: 'A', category: 'c', price: { amount: 100, currency: 'EUR' }, stock: 10 })
  await post('/customers', { customerId: 'c', name: 'Ada', region: 'FR' })
  const { card, ...others } = clear
  const lines = [{ sku: 'A', quantity: 1 }]
  const key = { 'idempotency-key': 'payer-keys-1' }
  const wanted = { orderId: 'o1', customerId: 'c', lines, ...others, cardRegion: 'FR' }
  expect((await post('/orders', wanted, key)).statusCode).toBe(201)
  // What tells the request from others under its key cannot be found by trying addresses.
  const { card: _, ...keptOthers } = kept
  expect(await isFingerprint(pool, { ...wanted, card: null })).toBe(false)
  expect(await isFingerprint(pool, wanted)).toBe(false)
  expect(await isFingerprint(pool, { ...wanted, ...keptOthers, card: null })).toBe(true)
  expect((await post('/payments', { orderId: 'o1', method: 'card', card })).statusCode).toBe(202)

  const [order] = await eventsOf(pool, 'OrderPlaced')
  expect(order).toMatchObject({ ...kept, card: null, cardRegion: 'FR' })
  const [requested] = await eventsOf(pool, 'PaymentRequested')
  expect(requested).toMatchObject({ ...kept, cardRegion: 'FR', region: 'FR' })

  // The number of a card is refused, and kept nowhere either.
  const number = '4111111111111111'
  const refused = await post('/payments', { orderId: 'o1', method: 'card', card: number })
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([400, 'card-number'])
  expect(await tablesWith(pool, number)).toEqual([])
  const logged = JSON.stringify(service.lines)
  for (const value of [...Object.values(clear), number]) expect(logged).not.toContain(value)
  await expectHidden(pool)
})

const kafka = await testKafka()

test.skipIf(kafka === null)('over Kafka an order does too, and so does one that is parked', async () => {
  if (kafka === null) throw new Error('no Kafka')
  const own = await openTakingShop({ A: 10 }, ['c'])
  const settings = kafka.settings(`${unusedName('payer-keys')}-`)
  const topic = await openOrderTopic(settings)
  const shop = { currency: 'EUR', reservationMinutes: 15, clock: systemClock, newId, pseudonym: hidden.of }
  const taker = startTaker({
    ...{ settings, pool: own.pool, executor: own.store.committer },
    take: (record) => takeOrder(record, { ...own.taking(), shop }),
  })
  onTestFinished(async () => {
    await taker.stop()
    await topic.close()
    await own.close()
  })
  const order = { customerId: 'c', lines: [{ sku: 'A', quantity: 1 }], ...clear }
  await topic.send([jsonOrder({ ...order, orderId: 'k1' }), jsonOrder({ ...order, orderId: 'not an id' })])
  await eventually(async () => (await eventsOf(own.pool, 'OrderPlaced')).length === 1)
  await eventually(async () => (await own.pool.query('select from log.dead_letters')).rowCount === 1)
  expect(await eventsOf(own.pool, 'OrderPlaced')).toMatchObject([kept])
  await expectHidden(own.pool)
  for (const value of Object.values(clear)) expect(JSON.stringify(taker.lines)).not.toContain(value)
})
