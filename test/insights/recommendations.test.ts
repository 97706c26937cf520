/** Recommendations learnt from a year of real baskets, by the projection on Postgres, and asked over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { learn } from '../../insights/recommendations/learnt-cache.ts'
import type { Learnt } from '../../insights/recommendations/neighbours.ts'
import { boughtTogether, popular } from '../../insights/recommendations/recommend.ts'
import { customerRegistered, orderConfirmed, orderLine, orderPlaced, stockReceived } from '../../domain/test-events.ts'
import { together } from '../../projections/insights/together.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { listed, ofOrder, ofProduct, openProjecting, stateOf, type Projecting } from '../projections/projecting.ts'
import { eventually } from '../support/eventually.ts'
import { hitRates, readBaskets, SPLIT } from './online-retail.ts'

describe('on the baskets of a year', () => {
  let projecting: Projecting
  let learnt: Learnt
  const baskets = readBaskets()

  beforeAll(async () => {
    projecting = await openProjecting()
    const training = baskets.filter(({ at }) => at < SPLIT)
    let head = 0
    for (let from = 0; from < training.length; from += 2_000) {
      const events = training.slice(from, from + 2_000).flatMap(({ at, products }, index) => {
        const id = `o${String(from + index)}`
        const lines = products.slice(0, 100).map((product) => orderLine(String(product), 1))
        return ofOrder(id, { ...orderConfirmed(id, lines), placedAt: at * 1_000 })
      })
      head = await appendEvents(projecting.pool, events)
    }
    await projecting.project({ projections: [together] })
    const shown = async () => (await stateOf(projecting, 'together')).position >= head
    await eventually(shown, { timeout: 500_000 })
    // A statement that reads a million pairs may run out of its time beside other tests, as the served cache's may: it reads again.
    const { products } = await eventually(() => projecting.views.together.all(), { timeout: 60_000 })
    learnt = await learn(products, () => performance.now())
  }, 600_000)

  afterAll(async () => {
    await projecting[Symbol.asyncDispose]()
  })

  function offered(basket: readonly string[]): readonly string[] {
    const nearest = boughtTogether(learnt, basket)
    const rest = popular(learnt, new Set([...basket, ...nearest.map(({ sku }) => sku)]))
    return [...nearest, ...rest].slice(0, 10).map(({ sku }) => sku)
  }

  test('ten products hit what was hidden of 43 % of baskets when it is half, of 18 % when it is the last line', () => {
    const testing = baskets.filter(({ at }) => at >= SPLIT)
    const popularity = hitRates(testing, (basket) => learnt.popular.filter((sku) => !basket.includes(sku)).slice(0, 10))
    const rates = hitRates(testing, offered)
    expect(rates.half).toBeGreaterThanOrEqual(0.43)
    expect(rates.last).toBeGreaterThanOrEqual(0.18)
    // Nothing is drawn: another count is another way to offer.
    expect(rates).toEqual({ half: 1_881 / 4_329, last: 795 / 4_329 })
    expect(popularity).toEqual({ half: 1_024 / 4_329, last: 144 / 4_329 })
  })
})

describe('over HTTP', () => {
  const headers = { host: 'localhost' }
  let database: TestDatabase
  let service: ApiService
  let pool: Pool

  interface Answer {
    readonly items: readonly { readonly sku: string; readonly score: number; readonly why: Record<string, unknown> }[]
    readonly position: number
    readonly behaviourAsOf: string | null
  }

  beforeAll(async () => {
    database = await testDatabase()
    service = await openApiService(database.url)
    pool = openPool(database.url, { name: 'test', max: 2 })
    const orders = [
      ...[1, 2, 3].map(() => ['A1', 'B2', 'SOLD-OUT']),
      ...[1, 2].map(() => ['A1', 'C3']),
      ['A1', 'ONCE'],
      ...[1, 2, 3, 4, 5].map(() => ['POPULAR']),
    ]
    const head = await appendEvents(pool, [
      { stream: 'customer-c1', event: customerRegistered('c1') },
      { stream: 'customer-c2', event: customerRegistered('c2') },
      ...listed('A1', 'B2', 'C3', 'ONCE', 'POPULAR', 'NEW', 'SOLD-OUT'),
      ...['A1', 'B2', 'C3', 'ONCE', 'POPULAR', 'NEW'].flatMap((sku) => ofProduct(sku, stockReceived(sku, 5))),
      ...orders.flatMap((skus, index) => {
        const id = `o${String(index)}`
        const lines = skus.map((sku) => orderLine(sku, 1))
        return ofOrder(id, orderPlaced(id, lines, { customerId: 'c9' }), orderConfirmed(id, lines))
      }),
      ...ofOrder('last', orderPlaced('last', [orderLine('B2', 1)])),
    ])
    for (const view of ['together', 'products', 'orders', 'customers'] as const) {
      expect(await service.parts.views.waitFor(view, head)).toBe(true)
    }
  })

  afterAll(async () => {
    await pool.end()
    await service.close()
    await database.drop()
  })

  async function ask(url: string): Promise<{ readonly status: number; readonly answer: Answer }> {
    const { statusCode: status, body } = await service.app.inject({ url, headers })
    return { status, answer: JSON.parse(body) as Answer }
  }

  test('what paid orders hold together comes first, then what is popular, then what nobody has bought yet', async () => {
    const { status, answer } = await ask('/products/A1/recommendations')
    expect(status).toBe(200)
    expect(answer.items.map(({ sku, why }) => [sku, why['rule']])).toEqual([
      ['B2', 'boughtTogether'],
      ['C3', 'boughtTogether'],
      ['POPULAR', 'popular'],
      ['ONCE', 'popular'],
      ['NEW', 'popular'],
    ])
    expect(answer.items[0]?.why).toEqual({ rule: 'boughtTogether', sku: 'A1', together: 3, of: 6 })
    expect(answer.items[2]).toMatchObject({ score: 0, why: { sku: 'POPULAR', together: 5, of: 5 } })
    expect(answer.position).toBeGreaterThan(0)
    expect(answer.behaviourAsOf).toBe(null)
  })

  test('nothing of the basket is offered, and unknown products are passed over', async () => {
    const { answer } = await ask('/recommendations?basket=B2,nobody,A1')
    expect(answer.items.map(({ sku }) => sku)).toEqual(['C3', 'POPULAR', 'ONCE', 'NEW'])
  })

  test('the basket of a customer is the last order; who has none is offered what is popular', async () => {
    const { answer } = await ask('/recommendations?customer=c1')
    expect(answer.items[0]).toMatchObject({ sku: 'A1', why: { rule: 'boughtTogether', sku: 'B2' } })
    const other = await ask('/recommendations?customer=c2')
    expect(other.answer.items.map(({ sku }) => sku).slice(0, 2)).toEqual(['A1', 'POPULAR'])
  })

  test('what orders say is offered while what sessions say is away', async ({ onTestFinished }) => {
    const holding = await pool.connect()
    await holding.query('begin; lock table behaviour.pairs, behaviour.partitions in access exclusive mode')
    // One that has read nothing yet.
    const other = await openApiService(database.url)
    onTestFinished(async () => {
      await holding.query('rollback')
      holding.release()
      await other.close()
    })
    const answers = await Promise.all(
      ['/products/A1/recommendations', '/recommendations?customer=c1'].map((url) => other.app.inject({ url, headers })),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
    const [beside, customer] = answers.map(({ body }) => JSON.parse(body) as Answer)
    expect(beside?.items[0]).toMatchObject({ sku: 'B2', why: { rule: 'boughtTogether' } })
    expect(beside?.behaviourAsOf).toBeNull()
    expect(customer?.items[0]).toMatchObject({ sku: 'A1', why: { rule: 'boughtTogether', sku: 'B2' } })
  })

  test.each([
    [404, '/products/nobody/recommendations'],
    [404, '/recommendations?customer=nobody'],
    [400, '/recommendations'],
    [400, '/recommendations?basket=A1&customer=c1'],
    [400, '/recommendations?basket='],
    [400, '/recommendations?basket=A1,,B2'],
    [400, `/recommendations?basket=${Array.from({ length: 101 }, () => 'A1').join(',')}`],
  ])('%i for %s', async (status, url) => {
    expect((await ask(url)).status).toBe(status)
  })
})
