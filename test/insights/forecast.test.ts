/** Forecasts: how good they are on a year of real demand, and as they are asked for over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { dayText } from '../../domain/demand.ts'
import { openPool } from '../../store/postgres/database.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { intervals, shopAccuracy, steadyAccuracy } from './forecast-figures.ts'

const DAY_MS = 86_400_000

describe('on a year of real demand', () => {
  test('the total of the shop over four weeks is 85 % right, and the last week repeated is shown beside it', async () => {
    const { origins, percent, seasonalNaive } = await shopAccuracy()
    expect(origins).toBe(4)
    expect(percent).toBeGreaterThanOrEqual(85)
    expect(seasonalNaive).toBeGreaterThan(0)
  })

  test('80 % intervals of products hold as often as they say: totals, and the day on which stock runs out', async () => {
    const { totals, runOutDays } = await intervals()
    expect(totals.cases).toBeGreaterThan(10_000)
    expect(totals.held).toBeGreaterThanOrEqual(0.75)
    expect(totals.held).toBeLessThanOrEqual(0.9)
    expect(runOutDays.cases).toBeGreaterThan(10_000)
    expect(runOutDays.held).toBeGreaterThanOrEqual(0.75)
    expect(runOutDays.held).toBeLessThanOrEqual(0.88)
  }, 600_000)
})

test('steady products of 100 to 200 units in four weeks are 85 % right', async () => {
  expect(await steadyAccuracy()).toBeGreaterThanOrEqual(85)
}, 60_000)

describe('over HTTP', () => {
  const headers = { host: 'localhost' }
  let database: TestDatabase
  let service: ApiService
  const today = Math.floor(systemClock() / DAY_MS)

  beforeAll(async () => {
    database = await testDatabase()
    service = await openApiService(database.url)
    for (const [sku, stock] of [
      ['A1', 95],
      ['B2', 0],
      ['C3', 50],
    ] as const) {
      const payload = { sku, name: sku, category: 'phones', price: { amount: 100, currency: 'EUR' }, stock }
      expect((await post('/products', payload)).status).toBe(201)
    }
  })

  afterAll(async () => {
    await service.close()
    await database.drop()
  })

  async function post(url: string, payload: object) {
    const {
      statusCode: status,
      body,
      headers: told,
    } = await service.app.inject({ method: 'POST', url, payload, headers })
    return { status, position: Number(told['x-position'] ?? 0), body: JSON.parse(body) as Record<string, unknown> }
  }

  async function get(url: string) {
    const { statusCode: status, body } = await service.app.inject({ url, headers })
    return { status, body: JSON.parse(body) as Record<string, unknown> }
  }

  const past = { from: dayText(today - 200), units: Array(200).fill(10), orders: Array(200).fill(4) }

  test('what was wanted before the shop is recorded once, and forecast from', async () => {
    const first = await post('/products/A1/demand', past)
    expect(first).toMatchObject({ status: 201, body: { ...past, sku: 'A1', version: 1 } })
    expect(await post('/products/A1/demand', past)).toMatchObject({ status: 200 })
    expect(await post('/products/A1/demand', { ...past, units: [9, ...past.units.slice(1)] })).toMatchObject({
      status: 409,
      body: { code: 'demand-exists' },
    })
    expect(await service.parts.views.waitFor('demand', first.position)).toBe(true)

    const { status, body } = await get('/products/A1/forecast')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      sku: 'A1',
      total: { units: 280, low: null, high: null },
      verdict: 'ok',
      accuracy: { days: 28, origins: 4, percent: 100, seasonalNaive: 100 },
      history: { from: past.from, to: dayText(today - 1) },
    })
    expect(body['closerThan']).toBeCloseTo(0.8 / Math.sqrt(280), 2)
    expect((body['days'] as unknown[]).slice(0, 1)).toEqual([{ day: dayText(today), units: 10 }])
    expect((await get('/forecast?days=7')).body).toMatchObject({ total: { units: 70, low: 70, high: 70 } })
  })

  test('what nobody knows of is too little to say', async () => {
    expect((await get('/products/C3/forecast?days=14')).body).toMatchObject({
      total: { units: 0, low: null, high: null },
      ...{ verdict: 'too-little-demand', closerThan: null },
      accuracy: { origins: 0, percent: null, seasonalNaive: null },
      history: { from: null, to: null },
    })
  })

  test('what is sold out comes first, then what runs out, then what does not; page by page', async () => {
    const { body } = await get('/stock/run-out')
    const never = { expected: null, earliest: null, latest: null }
    const at = (ahead: number) => dayText(today + ahead)
    expect(body['items']).toEqual([
      expect.objectContaining({ sku: 'B2', available: 0, expected: at(0), earliest: at(0), latest: at(0) }),
      expect.objectContaining({ sku: 'A1', onHand: 95, reserved: 0, available: 95, expected: at(9), verdict: 'ok' }),
      expect.objectContaining({ sku: 'C3', ...never, verdict: 'too-little-demand' }),
    ])
    const skus: unknown[] = []
    for (let cursor = ''; ;) {
      const page = (await get(`/stock/run-out?limit=1${cursor}`)).body
      skus.push(...(page['items'] as { sku: string }[]).map(({ sku }) => sku))
      if (typeof page['next'] !== 'string') break
      cursor = `&cursor=${page['next']}`
    }
    expect(skus).toEqual(['B2', 'A1', 'C3'])
  })

  test('the first answers of a new day are of that day', async ({ onTestFinished }) => {
    const pool = openPool(database.url, { name: 'test', max: 1 })
    onTestFinished(() => pool.end())
    /** As if the newest event that is shown were this many days older. */
    const shift = (days: number) =>
      pool.query(
        `update views.checkpoints set recorded_at = recorded_at - $1 * interval '1 day' where projection = 'demand'`,
        [days],
      )
    const asked = async () => {
      const product = (await get('/products/A1/forecast')).body['days'] as { day: string }[]
      const shop = (await get('/forecast')).body['days'] as { day: string }[]
      const [soonest] = (await get('/stock/run-out')).body['items'] as { expected: string }[]
      return [product[0]?.day, shop[0]?.day, soonest?.expected]
    }
    await shift(1)
    const yesterday = await openApiService(database.url)
    const here = service
    service = yesterday
    onTestFinished(async () => {
      service = here
      await yesterday.close()
    })
    expect(await asked()).toEqual(Array(3).fill(dayText(today - 1)))
    await shift(-1)
    expect(await asked()).toEqual(Array(3).fill(dayText(today)))
  })

  test.each([
    [404, '/products/nobody/demand', past],
    [400, '/products/A1/demand', { ...past, orders: [1] }],
    [400, '/products/A1/demand', { ...past, from: dayText(today - 199) }],
    [400, '/products/A1/demand', { ...past, from: '2026-02-30' }],
    [400, '/products/A1/demand', { ...past, sku: 'B2' }],
    [400, '/products/A1/demand', { ...past, units: [] }],
    [400, '/products/A1/demand', { ...past, units: [-1, ...past.units.slice(1)] }],
  ])('%i for POST %s', async (status, url, payload) => {
    expect((await post(url, payload)).status).toBe(status)
  })

  test.each([
    [404, '/products/nobody/forecast'],
    [400, '/forecast?days=30'],
    [400, '/stock/run-out?cursor=abc'],
  ])('%i for GET %s', async (status, url) => {
    expect((await get(url)).status).toBe(status)
  })
})
