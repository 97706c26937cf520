import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { documentedApi, type DocumentedApi } from './documented-api.ts'
import { generatedRequest, IDS, MOST_AFTER, type GeneratedRequest } from './generated-requests.ts'

const REQUESTS = 10_000
/** At once, so that commands share batches and waits overlap. */
const IN_FLIGHT = 32
/** Of this run; state FUZZ_SEED to repeat one. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261127)

let database: TestDatabase
let service: ApiService
let documented: DocumentedApi
let requests: readonly GeneratedRequest[]

beforeAll(async () => {
  documented = await documentedApi()
  // Before the service starts: it would take the time this blocks the event loop for overload.
  requests = fc.sample(generatedRequest(documented), { numRuns: REQUESTS, seed: SEED })
  database = await testDatabase()
  service = await openApiService(database.url)
  await fillShop()
})

/** Half of the ids exist from the beginning, and the views show every position that is waited for. */
async function fillShop(): Promise<void> {
  for (const id of IDS.slice(0, IDS.length / 2)) {
    const price = { amount: 100, currency: 'EUR' }
    await post('/products', { sku: id, name: id, category: 'phones', price, stock: 1_000 })
    await post('/customers', { customerId: id, name: id, region: 'north' })
  }
  for (let position = 0; position < MOST_AFTER;) position = await post('/products/a/receipts', { quantity: 1 })
  await eventually(
    async () =>
      (await service.app.inject({ url: `/activity?after=${String(MOST_AFTER)}`, headers })).statusCode === 200,
  )
}

const headers = { host: 'localhost' }

async function post(url: string, payload: object): Promise<number> {
  const answer = await service.app.inject({ method: 'POST', url, headers, payload })
  expect(answer.statusCode).toBe(201)
  return Number(answer.headers['x-position'])
}

afterAll(async () => {
  await service.close()
  await database.drop()
})

test(`${String(REQUESTS)} generated requests get no 5xx, no undocumented status, and every error as a problem document`, async () => {
  const seen = new Map<number, number>()
  const breaches: string[] = []

  async function send(request: GeneratedRequest): Promise<void> {
    const { method, url, headers, payload } = request
    const response = await service.app.inject({
      // Any method may be sent; light-my-request knows only those of its type.
      method: method as 'GET',
      url,
      headers,
      ...(payload !== undefined && { payload }),
    })
    const { statusCode: status, body } = response
    seen.set(status, (seen.get(status) ?? 0) + 1)
    const given = { method, url, status, contentType: response.headers['content-type']?.toString(), body }
    // Nothing moves money here, and one who wants to pay hears so.
    const isFault = status >= 500 && !body.includes('"code":"gateway-not-configured"')
    const wrong = [...(isFault ? [`status ${String(status)}`] : []), ...documented.breaches(given)]
    if (wrong.length > 0) breaches.push(`${JSON.stringify(request)}: ${wrong.join('; ')}: ${body.slice(0, 300)}`)
  }

  for (let start = 0; start < requests.length; start += IN_FLIGHT) {
    await Promise.all(requests.slice(start, start + IN_FLIGHT).map(send))
  }
  expect(breaches.slice(0, 5)).toEqual([])
  expect(breaches).toHaveLength(0)
  // Requests that only ever bounce off the border would prove little.
  for (const status of [200, 201, 304, 400, 404, 405, 409, 415, 422])
    expect([status, seen.get(status) ?? 0]).not.toEqual([status, 0])
  expect((seen.get(200) ?? 0) + (seen.get(201) ?? 0)).toBeGreaterThan(REQUESTS / 10)
}, 300_000)
